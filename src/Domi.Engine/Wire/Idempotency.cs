using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Wire;

/// <summary>A key that a client used for a call that succeeded, or a form that a person sent: for 24 hours it is not taken again.</summary>
public sealed class IdempotencyKey
{
    /// <summary>Of the client's key, or of the person.</summary>
    public Guid ApiKeyId { get; init; }

    public required string Key { get; init; }

    public DateTimeOffset UsedAt { get; set; }
}

internal static class Idempotency
{
    public const string Header = "Idempotency-Key";

    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    /// <summary>
    /// Uses the key of the call up, inside its transaction: of a call that fails the key is free again. The answer is not repeated; a second
    /// use is refused.
    /// </summary>
    /// <exception cref="RefusedException"><c>err_duplicate_ref</c>, 409: used within 24 hours; <c>err_invalid_params</c>: longer than 64.</exception>
    /// <remarks>Source: Twikey API, Idempotency-Key.</remarks>
    public static async Task UseAsync(EngineDb db, Call call, CancellationToken ct)
    {
        if (call.Header(Header) is not { } key) return;
        if (key.Length > 64) throw Call.Invalid(Header, $"{Header} is longer than 64 characters.");

        if (!await UseAsync(db, call.Caller.ApiKeyId, key, ct)) throw new RefusedException("err_duplicate_ref", "The key was used within 24 hours.") { Field = Header };
    }

    /// <summary>Uses a form of the console up, which is a person's as a key is a client's.</summary>
    /// <exception cref="RefusedException"><c>form_used</c>: it was sent already, and what it asks for was done.</exception>
    public static async Task UseAsync(EngineDb db, Guid userId, Guid form, CancellationToken ct)
    {
        if (!await UseAsync(db, userId, form.ToString("n"), ct)) throw new RefusedException("form_used", "The form was sent already.");
    }

    private static async Task<bool> UseAsync(EngineDb db, Guid owner, string key, CancellationToken ct)
    {
        var now = TimeProvider.System.GetUtcNow();
        if (await db.IdempotencyKeys.SingleOrDefaultAsync(k => k.ApiKeyId == owner && k.Key == key, ct) is not { } used) db.IdempotencyKeys.Add(new() { ApiKeyId = owner, Key = key, UsedAt = now });
        else if (used.UsedAt > now - Kept) return false;
        else used.UsedAt = now;
        return true;
    }
}
