using System.Globalization;
using Domi.Engine.Mandates;
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
        if (int.TryParse(Asked("profile"), CultureInfo.InvariantCulture, out var number)) mandates = mandates.Where(m => Db.Profiles.Any(p => p.Id == m.ProfileId && p.Number == number));
        if (AfterNumber is { } after) mandates = mandates.Where(m => m.Number < after);
        return await new Tables(Db, T, Me).AgreementsAsync(mandates, most, ct) with
        {
            Filters =
            [
                new("q", T["console.search"], Asked("q")), new("state", T["console.state"], Asked("state"), Options<MandateState>("mandate")),
                new("profile", T["console.profile"], Asked("profile"), await ProfileOptions.ReadAsync(Db, Me, ct)),
            ],
        };
    }
}

/// <summary>The creditor's profiles, to choose from.</summary>
internal static class ProfileOptions
{
    public static async Task<IReadOnlyList<(string Value, string Words)>> ReadAsync(EngineDb db, Guid creditorId, CancellationToken ct) =>
        [.. (await db.Profiles.AsNoTracking().Where(p => p.CreditorId == creditorId).OrderBy(p => p.Number).Select(p => new { p.Number, p.Name }).ToListAsync(ct)).Select(p => (p.Number.ToString(CultureInfo.InvariantCulture), p.Name))];
}
