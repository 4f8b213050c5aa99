using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Domi.Engine.Pages.Console;

/// <summary>One begins with what waits for a person.</summary>
internal sealed class StartModel : PageModel
{
    public IActionResult OnGet() => LocalRedirect("/console/transactions/unsettled");
}
