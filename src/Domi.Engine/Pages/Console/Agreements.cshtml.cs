using System.Globalization;
using Domi.Engine.Mandates;
using Domi.Engine.Profiles;
using Domi.Engine.Users;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>All mandates, the newest first.</summary>
internal sealed class AgreementsModel(Desk desk) : ListPage(desk)
{
    public override string Section => "agreements";

    protected override async Task<ListView?> ReadAsync(int most, CancellationToken ct)
    {
        var mandates = Db.Mandates.AsNoTracking().Where(m => m.CreditorId == Me).Found(Db.Customers.Where(c => c.CreditorId == Me), Asked("q"));
        if (Asked<MandateState>("state") is { } state) mandates = mandates.Where(m => m.State == state);
        if (Asked("state") == "suspended") mandates = mandates.Where(m => m.State == MandateState.Signed && m.IsSuspended);
        if (Since is { } since) mandates = mandates.Where(m => m.PreparedAt >= since);
        if (Before is { } before) mandates = mandates.Where(m => m.PreparedAt < before);
        if (AskedProfile is { } number) mandates = mandates.Where(m => Db.Profiles.Any(p => p.Id == m.ProfileId && p.Number == number));
        if (AfterNumber is { } after) mandates = mandates.Where(m => m.Number < after);
        return await new Tables(Db, T, Me).AgreementsAsync(mandates, most, ct) with
        {
            Tabs = Presets("mandate", "Prepared", "Signed", "suspended", "Cancelled"),
            Filters =
            [
                new("q", T["console.search"], Asked("q")), new("state", T["console.state"], Asked("state"), [.. Options<MandateState>("mandate"), ("suspended", T["console.mandate.suspended"])]),
                new("profile", T["console.profile"], Asked("profile"), await ProfileOptions.ReadAsync(Db, Me, ct)), .. Days,
            ],
            Links = Actor.May(ConsoleRole.User) ? [("/console/import/agreements", T["console.import"])] : [],
        };
    }
}

/// <summary>The creditor's profiles, to choose from.</summary>
internal static class ProfileOptions
{
    /// <param name="means">Only of this kind; null: all.</param>
    public static async Task<IReadOnlyList<(string Value, string Words)>> ReadAsync(EngineDb db, Guid creditorId, CancellationToken ct, AgreementKind? means = null) =>
        [.. (await db.Profiles.AsNoTracking().Where(p => p.CreditorId == creditorId && (means == null || p.Kind == means)).OrderBy(p => p.Number).Select(p => new { p.Number, p.Name }).ToListAsync(ct)).Select(p => (p.Number.ToString(CultureInfo.InvariantCulture), p.Name))];
}
