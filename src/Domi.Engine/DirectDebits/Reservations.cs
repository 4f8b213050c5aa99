using System.Text.Json.Nodes;
using Domi.Engine.Mandates;
using Domi.Engine.Wire;
using Domi.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.DirectDebits;

/// <summary><c>/creditor/reservation</c>: sets an amount aside on a mandate for 24 hours, to be used by a transaction.</summary>
/// <remarks>
/// Refuses with <c>err_no_contract</c>, <c>err_invalid_state</c> (not active; reserved already, without <c>force</c>), <c>err_invalid_amount</c>,
/// <c>err_not_found</c> (no such reservation, or it has expired). Source: Twikey API, Reservation.
/// </remarks>
internal static class Reservations
{
    private static readonly TimeSpan Usual = TimeSpan.FromHours(24);

    public static void Map(IEndpointRouteBuilder creditor)
    {
        creditor.MapPost("reservation", ReserveAsync);
        creditor.MapDelete("reservation", async (Call call, EngineDb db, BusinessClock clock, CancellationToken ct) =>
        {
            var id = call.Header("X-RESERVATION") ?? throw Call.Missing("X-RESERVATION");
            await db.WriteAsync(token => RemoveAsync(db, call, id, clock, token), ct);
            return Results.NoContent();
        });
    }

    internal static async Task<IResult> ReserveAsync(Call call, EngineDb db, BusinessClock clock, CancellationToken ct)
    {
        var reference = call.Required("mndtId", 35).ToUpperInvariant();
        // Without limits of a bank the wanted amount can always be reserved: the least one only bounds it.
        var amount = call.Amount("amount") ?? call.Amount("reservationMinimum") ?? throw Call.Missing("amount");
        if (amount <= 0 || call.Amount("reservationMinimum") > amount) throw new RefusedException("err_invalid_amount", $"{amount} cannot be reserved.", ("amount", amount)) { Field = "amount" };
        var now = clock.GetUtcNow();
        var until = UntilOf(call, now);
        var reservation = await db.WriteOrRepeatAsync(async token =>
        {
            var mandate = await Transactions.MandateAsync(db, call, reference, token);
            if (!mandate.IsCollectable) throw new RefusedException("err_invalid_state", $"Mandate {mandate.Reference} is not active.", ("reference", mandate.Reference)) { Field = "mndtId" };
            if (await db.Reservations.SingleOrDefaultAsync(r => r.MandateId == mandate.Id && r.ReleasedAt == null, token) is { } held)
            {
                if (held.ExpiresAt > now && !call.Flag("force")) throw new RefusedException("err_invalid_state", $"{held.Amount} is reserved on {mandate.Reference} already.", ("reference", mandate.Reference)) { Field = "mndtId" };
                held.ReleasedAt = now;
                await db.SaveChangesAsync(token); // makes room
            }

            var made = new Reservation { CreditorId = call.CreditorId, MandateId = mandate.Id, Amount = amount, ExpiresAt = until, CreatedAt = now };
            db.Reservations.Add(made);
            return made;
        }, ct);
        return Json.Answer(new JsonObject
        {
            ["id"] = reservation.Id.ToString(),
            ["mndtId"] = reference,
            ["reservedAmount"] = Json.Amount(reservation.Amount),
            ["expires"] = Json.Instant(reservation.ExpiresAt),
        });
    }

    /// <summary>A transaction uses a reservation up, at most for what it holds.</summary>
    public static async Task ConsumeAsync(EngineDb db, Call call, string id, Mandate mandate, decimal amount, BusinessClock clock, CancellationToken ct)
    {
        var held = await FindAsync(db, call, id, clock, ct);
        if (held.MandateId != mandate.Id) throw Unknown(id);
        if (amount > held.Amount) throw new RefusedException("err_invalid_amount", $"{held.Amount} is reserved.", ("amount", amount)) { Field = "amount" };
        held.ReleasedAt = clock.GetUtcNow();
    }

    public static async Task RemoveAsync(EngineDb db, Call call, string id, BusinessClock clock, CancellationToken ct) => (await FindAsync(db, call, id, clock, ct)).ReleasedAt = clock.GetUtcNow();

    private static async Task<Reservation> FindAsync(EngineDb db, Call call, string id, BusinessClock clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return Guid.TryParse(id, out var known) && await db.Reservations.SingleOrDefaultAsync(r => r.CreditorId == call.CreditorId && r.Id == known && r.ReleasedAt == null && r.ExpiresAt > now, ct) is { } held
            ? held
            : throw Unknown(id);
    }

    private static RefusedException Unknown(string id) => new("err_not_found", $"No reservation {id}.") { Field = "X-RESERVATION" };

    private static DateTimeOffset UntilOf(Call call, DateTimeOffset now)
    {
        if (call.Text("reservationExpiration", 40) is not { } text) return now + Usual;
        if (!DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var at))
            throw new RefusedException("err_invalid_date", $"Not an instant: {text}", ("name", "reservationExpiration")) { Field = "reservationExpiration" };
        return at > now ? at.ToUniversalTime() : throw new RefusedException("err_invalid_date", $"{text} is past.", ("name", "reservationExpiration")) { Field = "reservationExpiration" };
    }
}
