using Domi.Platform;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Domi.Engine.Pages;

/// <summary>Something went wrong on our side: it is in the log under the number shown. Asked for by its address, it is not there.</summary>
internal sealed class ErrorModel(Texts texts) : HostedPage(texts)
{
    public override void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        if (HttpContext.Features.Get<IExceptionHandlerFeature>() is null) context.Result = NotFound();
        else Response.StatusCode = StatusCodes.Status500InternalServerError;
    }
}
