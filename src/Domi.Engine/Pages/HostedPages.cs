using System.Globalization;
using Domi.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Pages;

/// <summary>What all pages for debtors share: language, headers, and no cookie.</summary>
internal static class HostedPageSetup
{
    // 'unsafe-inline' nowhere: one stylesheet, one small script for the drawing. form-action binds redirects too, so a page posts to
    // this origin only, and leaving is a link.
    private const string Policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static void AddHostedPages(this IServiceCollection services) =>
        // No cookie, so no antiforgery: the token in the address is the only authority.
        services.Configure<Microsoft.AspNetCore.Mvc.RazorPages.RazorPagesOptions>(pages =>
            pages.Conventions.ConfigureFilter(new Microsoft.AspNetCore.Mvc.IgnoreAntiforgeryTokenAttribute()));

    public static void UseHostedPages(this WebApplication app)
    {
        app.Use((context, next) =>
        {
            var headers = context.Response.Headers;
            headers["Content-Security-Policy"] = Policy;
            headers["Referrer-Policy"] = "no-referrer";
            headers["X-Content-Type-Options"] = "nosniff";
            headers["X-Robots-Tag"] = "noindex";
            headers.CacheControl = "no-store";

            var culture = PageFormat.CultureOf(LanguageOf(context));
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (culture, culture);
            return next(context);
        });
    }

    /// <summary><c>?l=</c>, else what the browser prefers among the four.</summary>
    public static string LanguageOf(HttpContext context)
    {
        if (context.Request.Query["l"].FirstOrDefault() is { Length: >= 2 } asked && Texts.Languages.Contains(asked[..2].ToLowerInvariant())) return asked[..2].ToLowerInvariant();

        foreach (var part in context.Request.Headers.AcceptLanguage.ToString().Split(','))
            if (part.Trim() is { Length: >= 2 } wanted && Texts.Languages.Contains(wanted[..2].ToLowerInvariant()))
                return wanted[..2].ToLowerInvariant();
        return "en";
    }
}
