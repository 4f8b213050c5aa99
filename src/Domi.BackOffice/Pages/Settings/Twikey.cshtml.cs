using System.Text.Json;
using Domi.BackOffice.Connections;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Pages.Proposals;
using Domi.BackOffice.Sync;
using Domi.Platform;
using Domi.Twikey;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Settings;

/// <summary>The connection to the provider: its credentials, whether it works, and what it waits for.</summary>
public sealed partial class TwikeyModel(
    OfficeDb db, Connect connect, Secrets secrets, ReadFeeds readFeeds, ReplayFeeds replay, SettleQuarantine settle, PublicAddress address, Actor actor, BusinessClock clock, Texts t) : PageModel
{
    public const int PageSize = 20;
    private static readonly TimeProvider Wall = TimeProvider.System;

    /// <summary>Secrets go in and never come out: what was typed for a test travels sealed until it is saved.</summary>
    public sealed class Form
    {
        public string? MerchantNumber { get; set; }

        public string? ApiKey { get; init; }

        public string? PrivateKey { get; init; }

        public bool HasNoPrivateKey { get; init; }

        public string? BaseAddress { get; init; }

        public string? Salt { get; init; }

        public string? Typed { get; set; }

        /// <summary>The person read that this is another customer, and a new connection.</summary>
        public bool AcceptsNew { get; init; }
    }

    private sealed record TypedSecrets(string? ApiKey, string? PrivateKey, DateTimeOffset Until);

    public sealed record WaitingInvoice(Guid Id, string Number, string? Error, int Attempts, LinkState State);

    [BindProperty]
    public Form Input { get; set; } = new();

    public Connection? Connection { get; private set; }

    public ConnectionTest? Test { get; private set; }

    public DateTimeOffset TestedAt { get; private set; }

    /// <summary>Another merchant or address than the connection in use.</summary>
    public bool IsAnother { get; private set; }

    public bool KeepsTypedKey { get; private set; }

    public bool KeepsTypedPrivateKey { get; private set; }

    public string HookAddress { get; private set; } = "";

    public IReadOnlyList<FeedPosition> Positions { get; private set; } = [];

    public int WaitingCount { get; private set; }

    public IReadOnlyList<WaitingInvoice> Waiting { get; private set; } = [];

    public IReadOnlyList<InboxEvent> Quarantine { get; private set; } = [];

    public Guid? OlderQuarantine { get; private set; }

    public int QuarantineCount { get; private set; }

    public IReadOnlyList<ProviderProfile> Profiles { get; private set; } = [];

    public IReadOnlyDictionary<int, int> MandatesPerProfile { get; private set; } = new Dictionary<int, int>();

    public IReadOnlyList<string> Relations { get; private set; } = [];

    public DateOnly Today => clock.Today;

    public async Task<IActionResult> OnGetAsync(Guid? after, CancellationToken ct)
    {
        if (!await ReadAsync(after, ct)) return NotFound();
        if (Connection is { } c) Input = new() { MerchantNumber = c.MerchantNumber, BaseAddress = c.BaseAddress == Connect.DefaultAddress ? null : c.BaseAddress, Salt = c.Salt };
        return Page();
    }

    /// <summary>Tests; saves when the test passes, or when the person says so all the same.</summary>
    public async Task<IActionResult> OnPostAsync(string? act, CancellationToken ct)
    {
        if (actor.CompanyId is not { } company || !await ReadAsync(null, ct)) return NotFound();
        if (act == "adopt" && !string.IsNullOrWhiteSpace(Request.Form["actual"]))
        {
            Input.MerchantNumber = Request.Form["actual"];
            ModelState.Remove("Input.MerchantNumber"); // the posted one is not shown again
        }

        var credentials = Credentials();
        if (await ModelState.AcceptsAsync(t, () => connect.TestAsync(company, credentials, ct), "Input") is not { } test) return Draw(credentials);

        (Test, TestedAt) = (test, Wall.GetUtcNow());
        var target = string.IsNullOrWhiteSpace(credentials.BaseAddress) ? Connect.DefaultAddress : credentials.BaseAddress.Trim().TrimEnd('/');
        IsAnother = Connection is { } known && (known.MerchantNumber != credentials.MerchantNumber.Trim() || known.BaseAddress != target);
        var saves = act is "save" or "adopt" or "save-anyway";
        if (!saves || (!test.Works && act != "save-anyway") || test.Code == "TWK-OTHER-CUSTOMER" || (IsAnother && !Input.AcceptsNew)) return Draw(credentials);

        if (await ModelState.AcceptsAsync(t, () => connect.SaveAsync(company, credentials, test.Profiles, isBuiltIn: false, ct), "Input") is null) return Draw(credentials);
        TempData["Toast"] = t[test.Works ? "connect.saved" : "connect.saved_untested"];
        return RedirectToPage();
    }

    /// <summary>Reads the feeds now, as the poll would.</summary>
    public Task<IActionResult> OnPostSyncAsync(CancellationToken ct) => DoAsync(async c =>
    {
        await readFeeds.RunAsync(new DueWork(c.Id.ToString(), c.Id.ToString(), Wall.GetUtcNow()), ct);
        if (await db.Connections.AsNoTracking().Where(a => a.Id == c.Id).Select(a => a.LastError).SingleAsync(ct) is { } error) throw new RefusedException("provider_unavailable", "The feeds were not read.", ("code", error));
        TempData["Toast"] = t["connect.synced"];
    }, ct);

    public Task<IActionResult> OnPostReplayAsync(string? from, CancellationToken ct)
    {
        var day = DayLine.Read(ModelState, "from", from, t, required: false);
        return DoAsync(async c =>
        {
            await replay.RunAsync(c.Id, day?.StartOfDay(), ct);
            TempData["Toast"] = t["connect.replayed"];
        }, ct);
    }

    public Task<IActionResult> OnPostProfilesAsync(CancellationToken ct) => DoAsync(async c =>
    {
        await connect.RefreshProfilesAsync(c.Id, ct);
        TempData["Toast"] = t["connect.profiles_read"];
    }, ct);

    public Task<IActionResult> OnPostDismissAsync(Guid id, CancellationToken ct) => SettleAsync(id, () => settle.DismissAsync(id, ct), ct);

    public Task<IActionResult> OnPostRetryAsync(Guid id, CancellationToken ct) => SettleAsync(id, () => settle.RetryAsync(id, ct), ct);

    public Task<IActionResult> OnPostRelateAsync(Guid id, string? relation, CancellationToken ct) => SettleAsync(id, async () =>
    {
        var found = await ProposalQueries.FindRelationsAsync(db, relation, ct);
        if (found is not [var one]) throw new RefusedException(found.Count == 0 ? "relation_unknown" : "relation_several", $"{found.Count} relations fit.");
        await settle.LinkToRelationAsync(id, one.Id, ct);
    }, ct);

    private async Task<IActionResult> SettleAsync(Guid id, Func<Task> act, CancellationToken ct) =>
        await db.Inbox.AnyAsync(e => e.Id == id, ct) ? await DoAsync(_ => act(), ct) : NotFound();

    private async Task<IActionResult> DoAsync(Func<Connection, Task> act, CancellationToken ct)
    {
        if (!await ReadAsync(null, ct) || Connection is not { } connection) return NotFound();
        var done = ModelState.IsValid && await ModelState.AcceptsAsync(t, async () =>
        {
            await act(connection);
            return connection;
        }) is not null;
        if (done) return RedirectToPage();

        db.ChangeTracker.Clear();
        return await OnGetAsync(null, ct);
    }

    /// <summary>What an event says, with the account numbers in it shortened: this is read over shoulders and pasted into tickets.</summary>
    public static string WithoutAccounts(string text) => AccountLike().Replace(text, found =>
    {
        // However it is written, and whatever follows it.
        for (var length = found.Length; length >= 15; length--)
            if (Domi.Standards.Iban.TryParse(found.Value[..length], out var account)) return account.Masked + found.Value[length..];
        return found.Value;
    });

    [System.Text.RegularExpressions.GeneratedRegex("[A-Za-z]{2}[0-9]{2}(?: ?[A-Za-z0-9]){11,30}")]
    private static partial System.Text.RegularExpressions.Regex AccountLike();

    private PageResult Draw(Credentials credentials)
    {
        // The sealed copy holds for an hour: long enough to read a message, too short to lie about.
        ModelState.Remove("Input.Typed");
        (KeepsTypedKey, KeepsTypedPrivateKey) = (credentials.ApiKey is not null, !string.IsNullOrEmpty(credentials.PrivateKey));
        Input.Typed = KeepsTypedKey || KeepsTypedPrivateKey ? secrets.Seal(JsonSerializer.Serialize(new TypedSecrets(credentials.ApiKey, credentials.PrivateKey, Wall.GetUtcNow().AddHours(1)))) : null;
        return Page();
    }

    private Credentials Credentials()
    {
        var typed = Reopen();
        var apiKey = string.IsNullOrWhiteSpace(Input.ApiKey) ? typed?.ApiKey : Input.ApiKey;
        var privateKey = Input.HasNoPrivateKey ? "" : string.IsNullOrWhiteSpace(Input.PrivateKey) ? typed?.PrivateKey : Input.PrivateKey;
        return new(Input.MerchantNumber ?? "", apiKey, privateKey, Input.BaseAddress, Input.Salt);
    }

    private TypedSecrets? Reopen()
    {
        if (string.IsNullOrEmpty(Input.Typed)) return null;
        try
        {
            return JsonSerializer.Deserialize<TypedSecrets>(secrets.Open(Input.Typed)) is { } typed && typed.Until > Wall.GetUtcNow() ? typed : null;
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null; // not sealed here: as if nothing had been typed
        }
    }

    private async Task<bool> ReadAsync(Guid? after, CancellationToken ct)
    {
        if (!await db.Companies.AnyAsync(ct)) return false;
        Connection = await db.Connections.AsNoTracking().FirstOrDefaultAsync(c => c.IsActive, ct);
        if (Connection is not { } c) return true;

        HookAddress = address.Of("/hooks/twikey/" + c.HookToken);
        Positions = await db.FeedPositions.AsNoTracking().Where(p => p.ConnectionId == c.Id).OrderBy(p => p.Feed).ToListAsync(ct);
        var waiting = db.Invoices.AsNoTracking().Where(i => i.State == InvoiceState.Numbered && i.ConnectionId == c.Id && i.PaymentState == PaymentState.Unpaid && (i.LinkState == LinkState.Waiting || i.LinkState == LinkState.Failed));
        WaitingCount = await waiting.CountAsync(ct);
        Waiting = await waiting.OrderBy(i => i.Date).ThenBy(i => i.Id).Take(10).Select(i => new WaitingInvoice(i.Id, i.Number!, i.LinkError, i.LinkAttempts, i.LinkState)).ToListAsync(ct);
        var aside = db.Inbox.AsNoTracking().Where(e => e.State == InboxState.Quarantined);
        QuarantineCount = await aside.CountAsync(ct);
        if (after is { } id && await db.Inbox.Where(e => e.Id == id).Select(e => (DateTimeOffset?)e.ReceivedAt).SingleOrDefaultAsync(ct) is { } at)
            aside = aside.Where(e => e.ReceivedAt < at || (e.ReceivedAt == at && e.Id.CompareTo(id) < 0));
        var page = await aside.OrderByDescending(e => e.ReceivedAt).ThenByDescending(e => e.Id).Take(PageSize + 1).ToListAsync(ct);
        Quarantine = [.. page.Take(PageSize)];
        if (page.Count > PageSize) OlderQuarantine = Quarantine[^1].Id;
        Profiles = await db.ProviderProfiles.AsNoTracking().Where(p => p.ConnectionId == c.Id).OrderByDescending(p => p.IsActive).ThenBy(p => p.Name).ThenBy(p => p.Number).ToListAsync(ct);
        MandatesPerProfile = await db.RelationMandates.Where(m => m.ConnectionId == c.Id && m.IsCollectable && m.ProfileNumber != null).GroupBy(m => m.ProfileNumber!.Value).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
        if (Quarantine.Any(e => e.Feed == "mandates"))
            Relations = [.. (await db.Relations.AsNoTracking().OrderBy(r => r.Name).Take(300).Select(r => new { r.Number, r.Name }).ToListAsync(ct)).Select(r => ProposalQueries.Written(r.Number, r.Name))];
        return true;
    }
}
