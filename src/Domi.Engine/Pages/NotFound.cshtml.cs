using Domi.Platform;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Domi.Engine.Pages;

/// <summary>What is not here, or not any more: one answer for both, whoever asks.</summary>
internal sealed class NotFoundModel(Texts texts) : HostedPage(texts)
{
    public override void OnPageHandlerExecuting(PageHandlerExecutingContext context) =>
        Response.StatusCode = StatusCodes.Status404NotFound;
}
