using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Domi.Engine.Pages.Console;

/// <summary>What is not here, or not for who asks: one answer for both. And a form that cannot be read, which saved nothing.</summary>
[IgnoreAntiforgeryToken] // drawn in place of any page, for a form that was refused too
internal sealed class NothingModel : PageModel
{
    public string What => Response.StatusCode is StatusCodes.Status400BadRequest ? "malformed" : "notfound";

    public override void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        if (Response.StatusCode is not StatusCodes.Status400BadRequest) Response.StatusCode = StatusCodes.Status404NotFound;
    }
}
