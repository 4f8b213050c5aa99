using System.Globalization;
using System.Security.Claims;
using Domi.Platform;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Users;

/// <summary>
/// Finds out who asks, for which own company and in which language, before anything else runs. From here on every query of this
/// request is of that company alone.
/// </summary>
internal sealed class Tenancy(RequestDelegate next)
{
    private static readonly TimeProvider Wall = TimeProvider.System;

    public async Task InvokeAsync(HttpContext context, OfficeDb db, Actor actor)
    {
        if (context.Request.Path.StartsWithSegments("/api")) await ByKeyAsync(context, db, actor);
        else if (context.User.Identity?.IsAuthenticated == true) await ByCookieAsync(context, db, actor);

        var language = actor.UserId is not null ? actor.Language : LanguageOf(context);
        var culture = PageFormat.CultureOf(language);
        (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (culture, culture);
        db.Tenant = actor.CompanyId ?? Guid.Empty; // without a company nothing of any is seen
        await next(context);
    }

    private static async Task ByCookieAsync(HttpContext context, OfficeDb db, Actor actor)
    {
        var id = Guid.TryParse(context.User.FindFirstValue(ClaimTypes.NameIdentifier), out var parsed) ? parsed : Guid.Empty;
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == id && u.IsActive, context.RequestAborted);
        if (user is null || user.SessionStamp != context.User.FindFirstValue("stamp"))
        {
            context.User = new ClaimsPrincipal(new ClaimsIdentity());
            await context.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
            return;
        }

        (actor.UserId, actor.Name, actor.Role, actor.Language) = (user.Id, user.Name, user.Role, user.Language);
        if (Guid.TryParse(context.User.FindFirstValue("company"), out var company) && await SignIn.CompaniesOf(db, user).AnyAsync(c => c.Id == company, context.RequestAborted))
            actor.CompanyId = company;
        if (actor.IsAdministrator) ((ClaimsIdentity)context.User.Identity!).AddClaim(new(ClaimTypes.Role, nameof(Role.Administrator)));
    }

    private static async Task ByKeyAsync(HttpContext context, OfficeDb db, Actor actor)
    {
        context.User = new ClaimsPrincipal(new ClaimsIdentity()); // a cookie opens no API: nothing to forge from another page
        var header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) || header.Length > 300) return;

        var hash = Secrets.HashOf(header[7..].Trim());
        if (await db.OfficeKeys.IgnoreQueryFilters().AsNoTracking().SingleOrDefaultAsync(k => k.KeyHash == hash && k.RevokedAt == null, context.RequestAborted) is not { } key) return;

        (actor.CompanyId, actor.Name, actor.Role) = (key.OwnCompanyId, "api:" + key.Name, key.MayAdminister ? Role.Administrator : Role.Clerk);
        var identity = new ClaimsIdentity("key");
        identity.AddClaim(new(ClaimTypes.NameIdentifier, key.Id.ToString()));
        if (key.MayAdminister) identity.AddClaim(new(ClaimTypes.Role, nameof(Role.Administrator)));
        context.User = new ClaimsPrincipal(identity);

        var now = Wall.GetUtcNow();
        if (key.LastUsedAt is null || key.LastUsedAt < now.AddMinutes(-5))
            await db.WriteAsync(ct => db.OfficeKeys.IgnoreQueryFilters().Where(k => k.Id == key.Id).ExecuteUpdateAsync(set => set.SetProperty(k => k.LastUsedAt, now), ct), context.RequestAborted);
    }

    private static string LanguageOf(HttpContext context)
    {
        if (context.Request.Query["l"].FirstOrDefault() is { Length: 2 } asked && Texts.Languages.Contains(asked)) return asked;
        foreach (var part in context.Request.Headers.AcceptLanguage.ToString().Split(','))
            if (part.Trim() is { Length: >= 2 } wanted && Texts.Languages.Contains(wanted[..2].ToLowerInvariant()))
                return wanted[..2].ToLowerInvariant();
        return "en";
    }
}
