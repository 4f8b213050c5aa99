using Domi.Platform;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Domi.Engine.Pages;

/// <summary>What is not here, or not any more: one answer for both, whoever asks. And a form that cannot be read, which saved nothing.</summary>
internal sealed class NotFoundModel(Texts texts) : HostedPage(texts)
{
    public string What => Response.StatusCode is StatusCodes.Status400BadRequest ? "malformed" : "notfound";

    public override void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        if (Response.StatusCode is not StatusCodes.Status400BadRequest) Response.StatusCode = StatusCodes.Status404NotFound;
    }
}
