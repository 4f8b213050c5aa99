using System.Diagnostics;
using Domi.Platform;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Domi.BackOffice.Pages;

/// <summary>What is shown when a page does not exist, or something broke. It asks no database: that may be what broke.</summary>
[IgnoreAntiforgeryToken]
public sealed class ErrorModel(Texts t) : PageModel
{
    public string Title { get; private set; } = "";

    public string Words { get; private set; } = "";

    /// <summary>Stands in the log too; only when something broke.</summary>
    public string? TraceId { get; private set; }

    public IActionResult OnGet(int status) => Show(status);

    public IActionResult OnPost(int status) => Show(status);

    private IActionResult Show(int status)
    {
        // Asked for by its address, it is not there.
        if (HttpContext.Features.Get<IExceptionHandlerFeature>() is null && HttpContext.Features.Get<IStatusCodeReExecuteFeature>() is null) return NotFound();

        var kind = status switch { 404 => "missing", 400 => "form", >= 500 => "broken", _ => "other" };
        (Title, Words) = (t[$"common.error.{kind}"], t[$"common.error.{kind}_words"]);
        if (status >= 500) TraceId = Activity.Current?.TraceId.ToString() ?? HttpContext.TraceIdentifier;
        return Page();
    }
}
