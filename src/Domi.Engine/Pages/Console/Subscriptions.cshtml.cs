using System.Globalization;
using Domi.Engine.Subscriptions;
using Domi.Engine.Users;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>All subscriptions and instalments, the newest first.</summary>
internal sealed class SubscriptionsModel(Desk desk) : ListPage(desk)
{
    public override string Section => "subscriptions";

    protected override async Task<ListView?> ReadAsync(int most, CancellationToken ct)
    {
        var subscriptions = Db.Subscriptions.AsNoTracking().Where(s => s.CreditorId == Me).Found(Db.Mandates.Where(m => m.CreditorId == Me), Db.Customers.Where(c => c.CreditorId == Me), Asked("q"));
        if (Asked<SubscriptionState>("state") is { } state) subscriptions = subscriptions.Where(s => s.State == state);
        if (AskedProfile is { } chosen) subscriptions = subscriptions.Where(s => Db.Mandates.Any(m => m.Id == s.MandateId && Db.Profiles.Any(p => p.Id == m.ProfileId && p.Number == chosen)));
        if (From is { } from) subscriptions = subscriptions.Where(s => s.NextOn >= from);
        if (To is { } to) subscriptions = subscriptions.Where(s => s.NextOn <= to);
        var all = subscriptions;
        if (AfterNumber is { } after) subscriptions = subscriptions.Where(s => s.Number < after);
        return await new Tables(Db, T, Me).SubscriptionsAsync(subscriptions, most, ct) with
        {
            Tabs = Presets("subscription", "Active", "Suspended", "Cancelled"),
            Figures = await TotalAsync(all.Select(s => s.Amount), ct),
            Filters = [new("q", T["console.search"], Asked("q")), new("state", T["console.state"], Asked("state"), Options<SubscriptionState>("subscription")), new("profile", T["console.profile"], Asked("profile"), await ProfileOptions.ReadAsync(Db, Me, ct)), .. Days],
            Links = Actor.May(ConsoleRole.User) ? [("/console/import/subscriptions", T["console.import"])] : [],
            Bulk = Actor.May(ConsoleRole.User) ? [new("Suspend", T["console.suspend"]), new("Resume", T["console.resume"]), new("Cancel", T["console.end"])] : [],
        };
    }

    public Task<IActionResult> OnPostSuspendAsync(string[]? pick, CancellationToken ct) => EachAsync("subscription.suspend", pick, s => s.Suspend(Clock.GetUtcNow()), ct);

    public Task<IActionResult> OnPostResumeAsync(string[]? pick, CancellationToken ct) => EachAsync("subscription.resume", pick, s => s.Resume(Clock.GetUtcNow()), ct);

    public Task<IActionResult> OnPostCancelAsync(string[]? pick, CancellationToken ct) => EachAsync("subscription.cancel", pick, s => s.Cancel(Clock.GetUtcNow()), ct, new("subscription.cancel_all", ("count", pick?.Length)));

    private Task<IActionResult> EachAsync(string act, string[]? picks, Action<Subscription> work, CancellationToken ct, Doubt? doubt = null) => BulkAsync(ConsoleRole.User, act, picks, async (pick, token) =>
    {
        if (!long.TryParse(pick, CultureInfo.InvariantCulture, out var number) || await Db.Subscriptions.SingleOrDefaultAsync(s => s.CreditorId == Me && s.Number == number, token) is not { } subscription) return null;
        work(subscription);
        return subscription.Reference;
    }, ct, doubt);
}
