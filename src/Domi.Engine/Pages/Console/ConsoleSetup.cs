using System.Security.Cryptography;
using System.Text;
using Domi.Engine.Users;
using Domi.Platform;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Pages.Console;

/// <summary>What the console needs and nothing else of the engine has: a cookie, forms that are checked, and a person who asks.</summary>
internal static class ConsoleSetup
{
    public static bool IsConsole(HttpContext context) => context.Request.Path.StartsWithSegments("/console", StringComparison.OrdinalIgnoreCase);

    public static void AddConsole(this IServiceCollection services, DomiSettings settings)
    {
        services.AddScoped<Actor>();
        services.AddScoped<SignIn>();
        services.AddScoped<EditUsers>();
        services.AddScoped<Desk>();
        services.AddScoped<Frame>();

        // One name per installation: cookies do not know ports.
        var isHttps = settings.Engine.Url.Scheme == "https";
        var name = (isHttps ? "__Host-" : "") + "domi-engine-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Databases.ConnectionString(settings, "engine"))))[..8];
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(cookie =>
        {
            cookie.CookieManager = new ConsoleCookies();
            cookie.Cookie.Name = name;
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Lax;
            cookie.Cookie.SecurePolicy = isHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
            cookie.Cookie.Path = "/";
            cookie.LoginPath = "/console/sign-in";
            cookie.ReturnUrlParameter = "returnUrl";
            cookie.ExpireTimeSpan = TimeSpan.FromHours(12);
            cookie.SlidingExpiration = true;
        });
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = name + "-form";
            antiforgery.Cookie.SecurePolicy = isHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
            antiforgery.FormFieldName = "form-token";
        });
        services.Configure<CookieTempDataProviderOptions>(said =>
        {
            said.Cookie.Name = name + "-said";
            said.Cookie.SecurePolicy = isHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        });
        services.Configure<RazorPagesOptions>(pages =>
        {
            pages.Conventions.AuthorizeFolder("/Console");
            pages.Conventions.AllowAnonymousToPage("/Console/SignIn");
            pages.Conventions.AllowAnonymousToPage("/Console/NotFound");
        });
    }

    /// <summary>After routing: who asks.</summary>
    public static void UseConsole(this WebApplication app)
    {
        app.UseAuthentication();
        app.UseWhen(IsConsole, console => console.UseMiddleware<Presence>());
        app.UseAuthorization();
    }

    // The other pages of this origin are for debtors, who have no account here: their pages do not read this cookie.
    private sealed class ConsoleCookies : ICookieManager
    {
        private readonly ChunkingCookieManager cookies = new();

        public string? GetRequestCookie(HttpContext context, string key) => IsConsole(context) ? cookies.GetRequestCookie(context, key) : null;

        public void AppendResponseCookie(HttpContext context, string key, string? value, CookieOptions options) => cookies.AppendResponseCookie(context, key, value, options);

        public void DeleteCookie(HttpContext context, string key, CookieOptions options) => cookies.DeleteCookie(context, key, options);
    }
}
