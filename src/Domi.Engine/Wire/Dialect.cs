using System.Text.Json;
using Domi.Engine.Sessions;
using Domi.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Domi.Engine.Wire;

/// <summary>
/// Speaks Twikey's dialect of errors round the whole <c>/creditor</c> branch: 400 with the code in <c>ApiError</c> and
/// <c>ApiErrorCode</c>, and a body <c>{code, message, extra}</c> whose message is in the caller's language.
/// </summary>
internal sealed class Dialect(RequestDelegate next, Texts texts, ILogger<Dialect> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response.HasStarted) return;

            switch (context.Response.StatusCode)
            {
                case StatusCodes.Status404NotFound:
                    await AnswerAsync(context, StatusCodes.Status404NotFound, new RefusedException("err_not_found", "No such operation, or no such document."));
                    break;
                case StatusCodes.Status405MethodNotAllowed:
                    await AnswerAsync(context, StatusCodes.Status405MethodNotAllowed, new RefusedException("err_not_found", "No such operation with this method."));
                    break;
                case StatusCodes.Status415UnsupportedMediaType:
                    await AnswerAsync(context, StatusCodes.Status400BadRequest, Call.Invalid("Content-Type", "This content type is not read here."));
                    break;
            }
        }
        catch (RefusedException refused)
        {
            await AnswerAsync(context, StatusOf(refused), refused);
        }
        catch (DbUpdateConcurrencyException)
        {
            await AnswerAsync(context, StatusCodes.Status400BadRequest, new RefusedException("err_call_in_progress", "It was changed at the same time; call again."));
        }
        catch (BadHttpRequestException e)
        {
            await AnswerAsync(context, e.StatusCode, Call.Invalid("body", e.Message));
        }
        catch (Exception e) when (e is InvalidDataException or JsonException)
        {
            await AnswerAsync(context, StatusCodes.Status400BadRequest, Call.Invalid("body", e.Message));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller went away.
        }
        catch (Exception e)
        {
            log.LogError(e, "{Method} {Path} failed ({Trace}).", context.Request.Method, context.Request.Path, context.TraceIdentifier);
            await AnswerAsync(context, StatusCodes.Status500InternalServerError,
                new RefusedException("err_contact_support", $"Internal error {context.TraceIdentifier}.", ("trace", context.TraceIdentifier)));
        }
    }

    private static int StatusOf(RefusedException refused) => refused.Code switch
    {
        "err_no_login" or "err_not_logged_in" => StatusCodes.Status400BadRequest,
        "err_scope" => StatusCodes.Status403Forbidden,
        "err_too_many" => StatusCodes.Status429TooManyRequests,
        "err_duplicate_ref" when refused.Field == Idempotency.Header => StatusCodes.Status409Conflict,
        "err_call_in_progress" when refused.Field == "batchId" => StatusCodes.Status409Conflict,
        _ => StatusCodes.Status400BadRequest,
    };

    internal async Task AnswerAsync(HttpContext context, int status, RefusedException refused)
    {
        if (context.Response.HasStarted) return;

        var allowed = context.Response.Headers.Allow; // of a method that is not
        context.Response.Clear();
        context.Response.StatusCode = status;
        if (status is StatusCodes.Status405MethodNotAllowed) context.Response.Headers.Allow = allowed;
        context.Response.Headers["ApiError"] = refused.Code;
        context.Response.Headers["ApiErrorCode"] = refused.Code;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentType = "application/json; charset=utf-8";
        var message = WireMessages.Of(LanguageOf(context), refused) ?? texts.In(LanguageOf(context)).Refused(refused);
        var body = new { code = refused.Code, message, extra = refused.Field ?? "" };
        await context.Response.WriteAsync(JsonSerializer.Serialize(body, Json.Options));
    }

    private static string LanguageOf(HttpContext context) => context.Request.Headers.AcceptLanguage.FirstOrDefault() ?? "en";
}

/// <summary>Who has no session gets 401, in the words every client understands; the rest goes on with its caller.</summary>
internal sealed class Authorise(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        // Log-in and log-out are the only operations of the root; every other one needs a caller.
        if (!context.Request.Path.Value!.Trim('/').Equals("creditor", StringComparison.OrdinalIgnoreCase))
        {
            var sessions = context.RequestServices.GetRequiredService<SessionStore>();
            if (await sessions.FindAsync(context.Request.Headers.Authorization.ToString(), context.RequestAborted) is not { } caller)
            {
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                context.Response.Headers["ApiError"] = "err_no_login";
                context.Response.Headers["ApiErrorCode"] = "err_no_login";
                context.Response.ContentType = "application/json; charset=utf-8";
                await context.Response.WriteAsync("""{"code":"err_no_login","message":"Not logged in","extra":""}""");
                return;
            }

            context.Items[typeof(Caller)] = caller;
        }

        await next(context);
    }
}

internal static class WireSetup
{
    /// <summary>Every route stands under <c>/creditor</c> and <c>/api/creditor</c>, with and without a slash at the end.</summary>
    public static void UseCreditorBranch(this WebApplication app)
    {
        app.Use((context, next) =>
        {
            if (context.Request.Path.StartsWithSegments("/api/creditor", StringComparison.OrdinalIgnoreCase, out var rest))
                context.Request.Path = new PathString("/creditor").Add(rest); // as it is: text would be decoded a second time
            return next(context);
        });
        app.UseWhen(context => IsCreditor(context), branch =>
        {
            branch.UseMiddleware<Dialect>();
            branch.UseMiddleware<Authorise>();
            branch.UseMiddleware<RateLimit>();
        });
    }

    public static bool IsCreditor(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/creditor", StringComparison.OrdinalIgnoreCase);
}
