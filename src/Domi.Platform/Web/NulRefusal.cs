using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Domi.Platform;

/// <summary>A NUL is part of no text that people type, and PostgreSQL declines it: such a query or form is malformed (400), on both databases.</summary>
public sealed class NulRefusal : IResourceFilter
{
    public void OnResourceExecuting(ResourceExecutingContext context)
    {
        // The form was read by the antiforgery check already.
        var request = context.HttpContext.Request;
        var values = request.Query.SelectMany(q => q.Value).Concat(request.HasFormContentType ? request.Form.SelectMany(f => f.Value) : []);
        if (values.Any(v => v?.Contains('\0', StringComparison.Ordinal) == true)) context.Result = new StatusCodeResult(StatusCodes.Status400BadRequest);
    }

    public void OnResourceExecuted(ResourceExecutedContext context)
    {
    }
}
