using System.Globalization;
using System.Security.Claims;
using Domi.Platform;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Users;

/// <summary>Who asks, and for which creditor: every query of the console leads with it.</summary>
internal sealed class Actor
{
    public Guid UserId { get; private set; }

    public Guid CreditorId { get; private set; }

    public string Name { get; private set; } = "";

    public ConsoleRole Role { get; private set; }

    public string Language { get; private set; } = "en";

    public bool IsKnown => UserId != Guid.Empty;

    public bool May(ConsoleRole role) => IsKnown && Role >= role;

    public void Be(ConsoleUser user) => (UserId, CreditorId, Name, Role, Language) = (user.Id, user.CreditorId, user.Name, user.Role, user.Language);
}

/// <summary>Reads the person of a session anew at each request: a changed password, role or creditor counts at once.</summary>
internal sealed class Presence(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context, EngineDb db, Actor actor)
    {
        if (context.User.Identity?.IsAuthenticated == true)
        {
            var id = Guid.TryParse(context.User.FindFirstValue(ClaimTypes.NameIdentifier), out var parsed) ? parsed : Guid.Empty;
            var user = await db.ConsoleUsers.AsNoTracking().SingleOrDefaultAsync(u => u.Id == id && u.IsActive, context.RequestAborted);
            if (user is null || user.SessionStamp != context.User.FindFirstValue("stamp"))
            {
                context.User = new ClaimsPrincipal(new ClaimsIdentity());
                await context.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
            }
            else
            {
                actor.Be(user);
                var culture = PageFormat.CultureOf(user.Language);
                (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (culture, culture);
            }
        }

        await next(context);
    }
}
