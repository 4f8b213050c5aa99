using Domi.Engine.Users;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>Who did what in this console, the newest first.</summary>
internal sealed class ActivityModel(Desk desk) : ListPage(desk)
{
    public override string Section => "settings";

    protected override ConsoleRole Needs => ConsoleRole.Administrator;

    protected override async Task<ListView?> ReadAsync(int most, CancellationToken ct)
    {
        var acts = Db.ConsoleActs.AsNoTracking().Where(a => a.CreditorId == Me);
        if (Asked("q") is { } q) acts = acts.Where(a => a.Subject.Contains(q) || a.Name.Contains(q));
        if (Since is { } since) acts = acts.Where(a => a.At >= since);
        if (Before is { } before) acts = acts.Where(a => a.At < before);
        if (AfterId is { } after) acts = acts.Where(a => a.Id.CompareTo(after) < 0);
        var rows = await acts.OrderByDescending(a => a.Id).Take(most).ToListAsync(ct);
        return new(T["console.activity"], [new(T["console.what"]), new(T["console.who"]), new(T["console.when"])],
            [.. rows.Select(a => new Row(a.Id.ToString(), [new(T[$"console.act.{a.Act}", ("subject", a.Subject)]), new(a.Name), new(a.At)]))])
        { Tabs = SettingsTabs.Of(T, "activity"), Empty = T["console.none"], Filters = [new("q", T["console.search"], Asked("q")), .. Days] };
    }
}
