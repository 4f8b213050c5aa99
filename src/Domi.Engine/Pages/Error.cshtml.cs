using Domi.Platform;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Domi.Engine.Pages;

/// <summary>Something went wrong on our side: it is in the log under the number shown.</summary>
internal sealed class ErrorModel(Texts texts) : HostedPage(texts)
{
    public override void OnPageHandlerExecuting(PageHandlerExecutingContext context) =>
        Response.StatusCode = StatusCodes.Status500InternalServerError;
}
