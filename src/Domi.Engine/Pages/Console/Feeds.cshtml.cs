using System.Globalization;
using Domi.Engine.Creditors;
using Domi.Engine.Feeds;
using Domi.Engine.Users;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>Where each key stands in each feed, and back to a moment: the client then reads everything since again.</summary>
internal sealed class FeedsModel(Desk desk) : ConsolePage(desk)
{
    public override string Section => "keys";

    public IReadOnlyList<(ApiKey Key, ListView Positions)> Keys { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (!Actor.May(ConsoleRole.Administrator)) return NotFound();

        var keys = await Db.ApiKeys.AsNoTracking().Where(k => k.CreditorId == Me && k.RevokedAt == null).OrderBy(k => k.CreatedAt).Take(50).ToListAsync(ct);
        var ids = keys.ConvertAll(k => k.Id);
        var cursors = await Db.FeedCursors.AsNoTracking().Where(c => ids.Contains(c.ApiKeyId)).ToListAsync(ct);
        var newest = await Db.FeedEvents.AsNoTracking().Where(e => e.CreditorId == Me).GroupBy(e => e.Feed).Select(g => new { g.Key, Last = g.Max(e => e.Sequence) }).ToDictionaryAsync(g => g.Key, g => g.Last, ct);
        Keys = [.. keys.Select(k => (k, new ListView(T["console.feeds"], [new(T["console.feed"]), new(T["console.position"], true), new(T["console.newest"], true), new(T["console.state"])],
            [.. Enum.GetValues<FeedName>().Select(f => (Feed: f, At: cursors.SingleOrDefault(c => c.ApiKeyId == k.Id && c.Feed == f)?.Position ?? 0, Last: newest.GetValueOrDefault(f))).Select(f => new Row(f.Feed.ToString(),
                [new(T[$"console.feed.{f.Feed}"]), new(f.At), new(f.Last), new(f.At >= f.Last ? new StateView("ok", "done", T["console.feed_read"]) : new StateView("idle", "open", T["console.feed_news"]))]))])))];
        return Page();
    }

    public Task<IActionResult> OnPostResetAsync(Guid id, FeedName feed, string? moment, CancellationToken ct) => ActAsync(ConsoleRole.Administrator, "feed.reset", async token =>
    {
        if (await FindAsync(id, feed, token) is not { } key) return null;

        var position = await PositionAsync(feed, moment, token);
        if (await Db.FeedCursors.SingleOrDefaultAsync(c => c.ApiKeyId == id && c.Feed == feed, token) is { } cursor) cursor.Position = position;
        else Db.FeedCursors.Add(new() { ApiKeyId = id, Feed = feed, Position = position });
        return $"{key.Description}, {T[$"console.feed.{feed}"]}";
    }, "/console/feeds", ct, async token =>
    {
        if (await FindAsync(id, feed, token) is not { } key) return null;
        var position = await PositionAsync(feed, moment, token);
        return new("feed.reset", ("subject", key.Description), ("feed", T[$"console.feed.{feed}"]), ("position", position), ("count", await Db.FeedEvents.CountAsync(e => e.CreditorId == Me && e.Feed == feed && e.Sequence > position, token)));
    });

    private async Task<ApiKey?> FindAsync(Guid id, FeedName feed, CancellationToken ct) =>
        ModelState.IsValid && Enum.IsDefined(feed) ? await Db.ApiKeys.AsNoTracking().SingleOrDefaultAsync(k => k.CreditorId == Me && k.Id == id && k.RevokedAt == null, ct) : null;

    private async Task<long> PositionAsync(FeedName feed, string? moment, CancellationToken ct)
    {
        if (!DateTime.TryParse(moment, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local) || local.Year is < 2000 or > 2200)
            throw new RefusedException("err_invalid_date", "No moment.", ("name", T["console.moment"]));

        // The field knows no time zone: it means the hour in Brussels.
        var at = new DateTimeOffset(local, BusinessClock.Brussels.GetUtcOffset(local)).ToUniversalTime();
        return await Db.FeedEvents.Where(e => e.CreditorId == Me && e.Feed == feed && e.OccurredAt < at).MaxAsync(e => (long?)e.Sequence, ct) ?? 0;
    }
}
