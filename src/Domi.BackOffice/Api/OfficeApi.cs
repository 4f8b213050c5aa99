using Domi.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Domi.BackOffice.Api;

/// <summary>What the story needs, at <c>/api/v1</c>, authorised by an API key that acts for one own company.</summary>
internal static class OfficeApi
{
    public static void AddOfficeApi(this IServiceCollection services)
    {
        services.AddOpenApiDocument();
        services.AddValidation();
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true); // also outside Development: the caller is told what is malformed
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.Converters.Add(new System.Text.Json.Serialization.JsonStringEnumConverter(allowIntegerValues: false));
            json.SerializerOptions.RespectNullableAnnotations = true; // a null where none may be is malformed, and told so
            json.SerializerOptions.UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow; // a name that is mistyped says so
            json.SerializerOptions.NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.Strict;
            json.SerializerOptions.Converters.Add(new PlainText());
        });
    }

    public static void MapOfficeApi(this WebApplication app)
    {
        app.MapOpenApi("/api/openapi/{documentName}.json").AllowAnonymous();
        var api = app.MapGroup("/api/v1").RequireAuthorization();
        CompanyApi.Map(api);
        RelationsApi.Map(api);
        InvoicesApi.Map(api);
        StatementsApi.Map(api);
    }

    /// <summary>Errors of the API are problem documents (RFC 9457): a rule that declines is 409 with its code.</summary>
    public static void UseOfficeApiErrors(this IApplicationBuilder api) => api.Use(async (context, next) =>
    {
        try
        {
            if (context.GetEndpoint() is null)
            {
                await Problem(context, StatusCodes.Status404NotFound, "not_found", "There is nothing here.");
                return;
            }

            if (context.User.Identity?.IsAuthenticated != true && !context.Request.Path.StartsWithSegments("/api/openapi"))
            {
                await Problem(context, StatusCodes.Status401Unauthorized, "unauthorised", "Send a key: Authorization: Bearer …");
                return;
            }

            await next(context);
            if (context.Response.HasStarted) return;
            switch (context.Response.StatusCode)
            {
                case StatusCodes.Status404NotFound or StatusCodes.Status403Forbidden:
                    await Problem(context, StatusCodes.Status404NotFound, "not_found", "There is nothing here.");
                    break;
                case StatusCodes.Status405MethodNotAllowed:
                    await Problem(context, StatusCodes.Status405MethodNotAllowed, "method_not_allowed", $"This address does not take {context.Request.Method}.");
                    break;
                case StatusCodes.Status415UnsupportedMediaType:
                    await Problem(context, StatusCodes.Status415UnsupportedMediaType, "media_type", "Send JSON, as application/json.");
                    break;
            }
        }
        catch (RefusedException refused)
        {
            var status = refused.Code is "not_found" or "relation_unknown" ? StatusCodes.Status404NotFound : StatusCodes.Status409Conflict;
            await Problem(context, status, refused.Code, context.RequestServices.GetRequiredService<Texts>().In(context.Request.Headers.AcceptLanguage.FirstOrDefault()).Refused(refused), refused.Field);
        }
        catch (DbUpdateConcurrencyException)
        {
            await Problem(context, StatusCodes.Status409Conflict, "changed_meanwhile", "Someone else changed this. Read it again and try again.");
        }
        catch (BadHttpRequestException e)
        {
            await Problem(context, e.StatusCode, "malformed", Explain(e));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            context.RequestServices.GetRequiredService<ILogger<Actor>>().LogError(e, "{Method} {Path} failed ({Trace}).", context.Request.Method, context.Request.Path, context.TraceIdentifier);
            await Problem(context, StatusCodes.Status500InternalServerError, "internal", context.TraceIdentifier);
        }
    });

    // The reader's own messages name types of this program.
    private static string Explain(BadHttpRequestException e) => e.InnerException switch
    {
        System.Text.Json.JsonException { Path: { Length: > 1 } path } json when json.Message.Contains("could not be converted", StringComparison.Ordinal) || json.Message.Contains("nullability", StringComparison.Ordinal) =>
            $"{path[1..].TrimStart('.')} has a value that cannot be there.",
        System.Text.Json.JsonException json when json.Message.Contains("could not be mapped", StringComparison.Ordinal) => $"{json.Message.Split('\'')[1]} is not a name that is known here.",
        System.Text.Json.JsonException json when json.Message.Contains("could not be converted", StringComparison.Ordinal) => "The body is not an object of the form that is asked for.",
        { } inner => inner.Message,
        null when e.Message.Contains("no body was provided", StringComparison.Ordinal) => "The body is missing: send JSON.",
        null when e.Message.Split('"') is [_, var parameter, ..] && parameter.Split(' ') is [_, var named] => $"{named} has a value that cannot be there.",
        null => e.Message,
    };

    /// <summary>A text without NUL, which no database takes as text, and without the other control characters, which no document shows.</summary>
    private sealed class PlainText : System.Text.Json.Serialization.JsonConverter<string>
    {
        public override string? Read(ref System.Text.Json.Utf8JsonReader reader, Type typeToConvert, System.Text.Json.JsonSerializerOptions options)
        {
            if (reader.TokenType is not System.Text.Json.JsonTokenType.String) throw new System.Text.Json.JsonException("Not a text.");
            try
            {
                var text = reader.GetString()!;
                return text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')) ? throw new System.Text.Json.JsonException("A text may not contain control characters.") : text;
            }
            catch (InvalidOperationException e)
            {
                throw new System.Text.Json.JsonException("A text is not Unicode.", e);
            }
        }

        public override void Write(System.Text.Json.Utf8JsonWriter writer, string value, System.Text.Json.JsonSerializerOptions options) => writer.WriteStringValue(value);
    }

    private static Task Problem(HttpContext context, int status, string code, string detail, string? field = null)
    {
        if (context.Response.HasStarted) return Task.CompletedTask;

        context.Response.Clear();
        context.Response.StatusCode = status;
        var problem = new ProblemDetails { Status = status, Title = "The request was refused", Detail = detail, Extensions = { ["code"] = code } };
        if (field is not null) problem.Extensions["field"] = field;
        return context.Response.WriteAsJsonAsync(problem, options: null, contentType: "application/problem+json");
    }
}
