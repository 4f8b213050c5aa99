using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Domi.Engine.Creditors;
using Domi.Engine.Mandates;
using Domi.Engine.PayLinks;
using Domi.Engine.Wire;
using Domi.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.WebEncoders;

namespace Domi.Engine.Pages;

/// <summary>What all pages for debtors share: language, headers, errors, and no cookie but <see cref="Identity.ExchangeCookie"/>.</summary>
internal static class HostedPageSetup
{
    // 'unsafe-inline' nowhere: one stylesheet, one small script for the drawing. form-action binds redirects too, so a page posts to
    // this origin only, and leaving is a link.
    private const string Policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    // Browsers show a PDF in a viewer of their own, which the policy of the pages would keep from working.
    private const string DocumentPolicy = "frame-ancestors 'none'";

    public static void AddHostedPages(this IServiceCollection services)
    {
        // No cookie gives a right here, so no antiforgery: the token in the address is the only authority. The console alone has both.
        services.Configure<RazorPagesOptions>(pages => pages.Conventions.AddFolderApplicationModelConvention("/", page =>
        {
            if (!page.ViewEnginePath.StartsWith("/Console/", StringComparison.Ordinal)) page.Filters.Add(new IgnoreAntiforgeryTokenAttribute());
        }));
        // Accents and the euro sign are letters like any other; what means something to HTML is escaped all the same.
        services.Configure<WebEncoderOptions>(html => html.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
        services.AddSingleton<StepNonces>();
    }

    public static void UseHostedPages(this WebApplication app)
    {
        app.UseWhen(context => !WireSetup.IsCreditor(context), pages =>
        {
            pages.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandlingPath = "/error", CreateScopeForErrors = true });
            pages.UseWhen(Console.ConsoleSetup.IsConsole, console => console.UseStatusCodePagesWithReExecute("/console/not-found"));
            pages.UseWhen(IsForPeople, people => people.UseStatusCodePagesWithReExecute("/not-found"));
            pages.UseReadableInput();
        });
        app.Use((context, next) =>
        {
            // Set here again when one of the two above starts over with a cleared answer.
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = Policy;
            headers["Referrer-Policy"] = "no-referrer";
            headers.XContentTypeOptions = "nosniff";
            headers["X-Robots-Tag"] = "noindex";
            headers.CacheControl = Console.ConsoleSetup.IsConsole(context) ? "no-cache, no-store" : "no-store"; // in the words of antiforgery, which warns of others
            if (Console.ConsoleSetup.IsConsole(context)) headers.Pragma = "no-cache";

            var culture = PageFormat.CultureOf(LanguageOf(context));
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (culture, culture);
            return next(context);
        });

        app.MapGet("/pay/{token}/pdf", ReadInvoiceAsync);
        app.MapGet("/sign/{token}/pdf", ReadMandateAsync);
        app.MapGet("/sign/{token}/document", async (string token, HttpContext http, SignMandate sign, EngineDb db, CancellationToken ct) =>
            await sign.FindAsync(token, ct) is { } mandate ? await DocumentAsync(http, db, mandate.ContractHash, mandate.Reference, ct) : Results.NotFound());
    }

    /// <summary>
    /// <c>?l=</c>, else the first language that is known of the debtor, else what the browser prefers among the four.
    /// </summary>
    public static string LanguageOf(HttpContext context, params IReadOnlyList<string?> known)
    {
        // The page that says "not found" is drawn under its own address, without the query of the one that was asked for.
        var query = context.Features.Get<IStatusCodeReExecuteFeature>() is { OriginalQueryString: { } original } ? new QueryCollection(QueryHelpers.ParseQuery(original)) : context.Request.Query;
        var asked = query["l"].FirstOrDefault();
        var preferred = context.Request.GetTypedHeaders().AcceptLanguage.OrderByDescending(l => l.Quality ?? 1).Select(l => l.Value.Value);
        return new[] { asked }.Concat(known).Concat(preferred).Select(OneOfFour).FirstOrDefault(l => l is not null) ?? "en";
    }

    private static string? OneOfFour(string? language) =>
        language is { Length: >= 2 } && language[..2].ToLowerInvariant() is var two && Texts.Languages.Contains(two) ? two : null;

    // Machines that ask the sandbox or for an asset get their own short answers.
    private static bool IsForPeople(HttpContext context) =>
        !Console.ConsoleSetup.IsConsole(context)
        && !context.Request.Path.StartsWithSegments("/sandbox", StringComparison.OrdinalIgnoreCase)
        && !context.Request.Path.StartsWithSegments("/assets", StringComparison.OrdinalIgnoreCase)
        && !context.Request.Path.StartsWithSegments("/healthz", StringComparison.OrdinalIgnoreCase);

    private static async Task<IResult> ReadInvoiceAsync(string token, HttpContext http, PayInvoice pay, EngineDb db, CancellationToken ct) =>
        await pay.FindAsync(token, ct) is { } invoice ? await DocumentAsync(http, db, invoice.DocumentHash, invoice.Number, ct) : Results.NotFound();

    private static async Task<IResult> ReadMandateAsync(string token, HttpContext http, SignMandate sign, EngineDb db, CancellationToken ct) =>
        await sign.FindAsync(token, ct) is not { } mandate ? Results.NotFound()
            : mandate is { DocumentHash: null, State: MandateState.Prepared } ? await FormAsync(http, db, mandate, ct)
            : await DocumentAsync(http, db, mandate.DocumentHash, mandate.Reference, ct);

    // To be printed and signed by hand, where the profile takes paper.
    private static async Task<IResult> FormAsync(HttpContext http, EngineDb db, Mandate mandate, CancellationToken ct)
    {
        var facts = await CreditorFacts.ReadAsync(db, mandate.CreditorId, ct);
        if (!SignMethods.Of(facts.ProfileOf(mandate.ProfileId)).Contains(SignMethods.Paper)) return Results.NotFound();

        var customer = await db.Customers.AsNoTracking().SingleAsync(c => c.Id == mandate.CustomerId, ct);
        return Pdf(http, MandateDocuments.Form(mandate, customer, facts, LanguageOf(http, mandate.Language, customer.Language)), mandate.Reference);
    }

    private static async Task<IResult> DocumentAsync(HttpContext http, EngineDb db, string? hash, string name, CancellationToken ct)
    {
        if (hash is null || await Blob.ReadAsync(db, hash, ct) is not { } pdf) return Results.NotFound();

        return Pdf(http, pdf, name);
    }

    private static IResult Pdf(HttpContext http, byte[] pdf, string name)
    {
        http.Response.Headers.ContentSecurityPolicy = DocumentPolicy;
        var file = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-'));
        http.Response.Headers.ContentDisposition = $"inline; filename=\"{file}.pdf\"";
        return Results.Bytes(pdf, "application/pdf");
    }
}
