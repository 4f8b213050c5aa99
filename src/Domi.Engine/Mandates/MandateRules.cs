using System.Globalization;
using Domi.Engine.Customers;
using Domi.Engine.Profiles;
using Domi.Platform;
using Domi.Standards;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Mandates;

/// <summary>What a profile asks of a mandate before it is taken.</summary>
internal static class MandateRules
{
    /// <exception cref="RefusedException"><c>err_invalid_iban</c>: the account is blocked, or has a mandate of this profile and may have one only.</exception>
    public static async Task RequireAccountAsync(EngineDb db, Profile profile, Iban account, Guid? mandateId, CancellationToken ct)
    {
        await BlockedAccountRoutes.RequireFreeAsync(db, profile.CreditorId, account, ct);
        if (profile.OneMandatePerAccount && await db.Mandates.AnyAsync(m => m.CreditorId == profile.CreditorId && m.DebtorAccount == account && m.ProfileId == profile.Id && m.Id != mandateId
                && (m.State == MandateState.Signed || m.State == MandateState.SignedPendingDebtorBank), ct))
            throw new RefusedException("err_invalid_iban", "This account has a mandate already.") { Field = "iban" };
    }

    /// <summary>Days from the invitation to each of its reminders, ascending; at most four.</summary>
    public static IReadOnlyList<int> ReminderDays(Profile profile) =>
        [.. (profile.ReminderDays ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(d => int.TryParse(d, NumberStyles.None, CultureInfo.InvariantCulture, out var days) ? days : 0).Where(d => d is > 0 and <= 365).Order().Take(4)];
}
