using Domi.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Connections;

/// <summary>
/// <c>GET /hooks/twikey/{token}</c>: the provider says that there is news. Its signature is checked, its content is never believed; it
/// only brings the next read forward, so a replay or a burst costs one read.
/// </summary>
internal static class Hooks
{
    public static void Map(IEndpointRouteBuilder app) => app.MapGet("/hooks/twikey/{token}", HandleAsync).AllowAnonymous();

    private static async Task<IResult> HandleAsync(string token, HttpContext http, OfficeDb db, Clients clients, Nudge nudge, CancellationToken ct)
    {
        db.Tenant = null; // nobody is signed in: the token in the address says whose connection it is
        if (token.Length > 64 || await db.Connections.AsNoTracking().SingleOrDefaultAsync(c => c.HookToken == token, ct) is not { } connection) return Results.NotFound();
        if (!clients.SignatureHolds(connection, http.Request.QueryString.Value?.TrimStart('?') ?? "", http.Request.Headers["X-SIGNATURE"].FirstOrDefault()))
            return Results.StatusCode(StatusCodes.Status403Forbidden);

        var now = TimeProvider.System.GetUtcNow();
        var soon = now.AddMilliseconds(50);
        await db.WriteAsync(write => db.Connections.Where(c => c.Id == connection.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.LastWebhookAt, now).SetProperty(c => c.PollDueAt, soon), write), ct);
        nudge.Poke();
        return Results.NoContent();
    }
}
