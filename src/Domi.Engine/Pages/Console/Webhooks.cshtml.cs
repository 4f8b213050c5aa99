using Domi.Engine.Users;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>Every webhook that was planned, the newest first, and how it went; any can be sent again.</summary>
internal sealed class WebhooksModel(Desk desk) : ListPage(desk)
{
    public override string Section => "keys";

    protected override ConsoleRole Needs => ConsoleRole.Administrator;

    protected override async Task<ListView?> ReadAsync(int most, CancellationToken ct)
    {
        var deliveries = Db.Deliveries.AsNoTracking().Where(d => d.CreditorId == Me);
        if (Asked("q") is { } q) deliveries = deliveries.Where(d => d.Query.Contains(q));
        deliveries = Asked("state") switch
        {
            "delivered" => deliveries.Where(d => d.DeliveredAt != null),
            "waiting" => deliveries.Where(d => d.DueAt != null),
            "parked" => deliveries.Where(d => d.DueAt == null && d.DeliveredAt == null),
            _ => deliveries,
        };
        if (Since is { } since) deliveries = deliveries.Where(d => d.CreatedAt >= since);
        if (Before is { } before) deliveries = deliveries.Where(d => d.CreatedAt < before);
        if (AfterId is { } after) deliveries = deliveries.Where(d => d.Id.CompareTo(after) < 0);
        var rows = await deliveries.OrderByDescending(d => d.Id).Take(most).ToListAsync(ct);
        return new(T["console.webhooks"],
            [new(T["console.what"]), new(T["console.webhook_address"]), new(T["console.when"]), new(T["console.attempts"], true), new(T["console.answer"]), new(T["console.state"])],
            [.. rows.Select(d => new Row(d.Id.ToString(), [new(d.Query), new(d.Url), new(d.CreatedAt), new(d.Attempts), new(d.LastOutcome),
                new(d.DueAt is not null ? new StateView("busy", "busy", T["console.delivery.waiting"]) : d.DeliveredAt is not null ? new StateView("ok", "done", T["console.delivery.delivered"]) : new StateView("bad", "fail", T["console.delivery.parked"]))]))])
        {
            Tabs = SettingsTabs.Of(T, "webhooks"),
            Empty = T["console.none"],
            Filters = [new("q", T["console.search"], Asked("q")), new("state", T["console.state"], Asked("state"), [.. new[] { "delivered", "waiting", "parked" }.Select(s => (s, T[$"console.delivery.{s}"]))]), .. Days],
            Bulk = [new("Resend", T["console.resend"])],
        };
    }

    public Task<IActionResult> OnPostResendAsync(string[]? pick, CancellationToken ct) => BulkAsync(ConsoleRole.Administrator, "webhook.resend", pick, async (key, token) =>
    {
        if (!Guid.TryParse(key, out var id) || await Db.Deliveries.SingleOrDefaultAsync(d => d.CreditorId == Me && d.Id == id, token) is not { } delivery) return null;
        delivery.Resend(Clock.GetUtcNow());
        return delivery.Query;
    }, ct);
}
