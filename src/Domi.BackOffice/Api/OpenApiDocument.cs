using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Domi.BackOffice.Api;

/// <summary>The document at <c>/api/openapi/v1.json</c>: what a program may call, with which key, and what it is answered, refusals included.</summary>
internal static class OpenApiDocument
{
    private const string Scheme = "apiKey";

    public static void AddOpenApiDocument(this IServiceCollection services) => services.AddOpenApi("v1", document =>
    {
        document.ShouldInclude = description => description.RelativePath?.StartsWith("api/v1/", StringComparison.Ordinal) == true;
        document.AddDocumentTransformer((api, _, _) =>
        {
            api.Info = new()
            {
                Title = "Domi office",
                Version = "v1",
                Description = "Relations, invoices, templates, documents, mails and the connection to the provider of one own company: the one of the key. "
                    + "Amounts are euro with a dot; days are yyyy-MM-dd; instants are UTC. A rule that declines is answered 409 with its code.",
            };
            api.Servers = [];
            (api.Components ??= new()).SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [Scheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key of the own company: Settings, API keys." },
            };
            return Task.CompletedTask;
        });
        // What reads a text is ours, so its form is told here; and only what may not be left out is demanded.
        document.AddSchemaTransformer((schema, context, _) =>
        {
            var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
            if (type == typeof(string)) schema.Type = (schema.Type ?? 0) | JsonSchemaType.String;
            if (schema.Required is { } required)
                foreach (var property in context.JsonTypeInfo.Properties.Where(p => p.IsGetNullable || (p.PropertyType.IsValueType && Nullable.GetUnderlyingType(p.PropertyType) is null && IsRequest(context.JsonTypeInfo.Type))))
                    required.Remove(property.Name);
            return Task.CompletedTask;
        });
        document.AddOperationTransformer((operation, _, _) =>
        {
            foreach (var file in (operation.Responses ?? []).Values.SelectMany(r => r.Content ?? new Dictionary<string, OpenApiMediaType>()).Where(c => c.Key is "application/pdf" or "application/octet-stream"))
                file.Value.Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" };
            return Task.CompletedTask;
        });
        document.AddOperationTransformer(async (operation, context, ct) =>
        {
            operation.Security = [new() { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [] }];
            // Every refusal is one kind of document; naming it once per status would say no more.
            var problem = await context.GetOrCreateSchemaAsync(typeof(Problem), null, ct);
            (operation.Responses ??= [])["default"] = new OpenApiResponse
            {
                Description = "Refused. 400 malformed; 401 without a key; 404 absent, another's, or not for this key; 409 a rule declined: code says which, field where.",
                Content = new Dictionary<string, OpenApiMediaType> { ["application/problem+json"] = new() { Schema = problem } },
            };
        });
    });

    private static bool IsRequest(Type type) => type.Name.EndsWith("Request", StringComparison.Ordinal) || type.Name.StartsWith("New", StringComparison.Ordinal);

    /// <summary>What an operation is called and what it answers when it works.</summary>
    public static RouteHandlerBuilder Answers<T>(this RouteHandlerBuilder operation, string summary, int status = StatusCodes.Status200OK) =>
        operation.WithSummary(summary).Produces<T>(status);

    public static RouteHandlerBuilder AnswersNothing(this RouteHandlerBuilder operation, string summary) =>
        operation.WithSummary(summary).Produces(StatusCodes.Status204NoContent);

    public static RouteHandlerBuilder AnswersFile(this RouteHandlerBuilder operation, string summary, string contentType) =>
        operation.WithSummary(summary).WithMetadata(new FileAnswer(contentType));

    private sealed class FileAnswer(string contentType) : IProducesResponseTypeMetadata
    {
        public Type Type => typeof(byte[]);

        public int StatusCode => StatusCodes.Status200OK;

        public string Description => "The file.";

        public IEnumerable<string> ContentTypes => [contentType];
    }

    /// <summary>A refusal (RFC 9457).</summary>
    /// <param name="Code">Stable; docs/reference/errors.md lists them.</param>
    /// <param name="Field">The field it is about.</param>
    /// <param name="Detail">In the language of Accept-Language; what is malformed, in English.</param>
    public sealed record Problem(int Status, string Title, string? Detail, string Code, string? Field);
}
