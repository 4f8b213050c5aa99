using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Wire;

/// <summary>A key that a client used for a call that succeeded: for 24 hours it is not taken again.</summary>
public sealed class IdempotencyKey
{
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

        var now = TimeProvider.System.GetUtcNow();
        if (await db.IdempotencyKeys.SingleOrDefaultAsync(k => k.ApiKeyId == call.Caller.ApiKeyId && k.Key == key, ct) is not { } used)
            db.IdempotencyKeys.Add(new() { ApiKeyId = call.Caller.ApiKeyId, Key = key, UsedAt = now });
        else if (used.UsedAt > now - Kept) throw new RefusedException("err_duplicate_ref", "The key was used within 24 hours.") { Field = Header };
        else used.UsedAt = now;
    }
}
