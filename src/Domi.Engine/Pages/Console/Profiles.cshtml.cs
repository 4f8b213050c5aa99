using Domi.Engine.Users;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>The creditor's kinds of agreement.</summary>
internal sealed class ProfilesModel(Desk desk) : ListPage(desk)
{
    public override string Section => "settings";

    protected override ConsoleRole Needs => ConsoleRole.Administrator;

    protected override async Task<ListView?> ReadAsync(int most, CancellationToken ct)
    {
        var profiles = Db.Profiles.AsNoTracking().Where(p => p.CreditorId == Me);
        if (AfterNumber is { } after) profiles = profiles.Where(p => p.Number > after);
        var rows = await profiles.OrderBy(p => p.Number).Take(most).ToListAsync(ct);
        return new(T["console.profiles"],
            [new(T["console.name"]), new(T["console.number"], true), new(T["console.scheme"]), new(T["console.prefix"]), new(T["console.lead_days"], true), new(T["console.notice_days"], true), new(T["console.state"])],
            [.. rows.Select(p => new Row(Tables.Text(p.Number),
            [
                new(p.Name, "/console/profiles/" + Tables.Text(p.Number)), new(p.Number), new(p.WireType), new(p.Prefix), new(p.LeadDays), new(p.BindingNotificationDays),
                new(p.IsActive ? new StateView("ok", "done", T["console.on"], p.IsDefault ? T["console.default"] : null) : new StateView("idle", "off", T["console.off"])),
            ]))])
        { Tabs = SettingsTabs.Of(T, "profiles"), Links = [("/console/profiles/new", T["console.new_profile"])] };
    }
}

/// <summary>The pages of the settings, and those of the API.</summary>
internal static class SettingsTabs
{
    private static readonly string[] Api = ["keys", "webhooks", "feeds"];
    private static readonly string[] Others = ["profiles", "bank", "branding", "users", "activity"];

    public static IReadOnlyList<Tab> Of(Platform.Texts t, string current) => [.. (Api.Contains(current) ? Api : Others).Select(p => new Tab("/console/" + p, t[$"console.{p}"], p == current))];
}
