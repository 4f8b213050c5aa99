using Domi.Engine.CollectionRuns;
using Domi.Engine.Mandates;
using Domi.Engine.Profiles;
using Domi.Engine.Users;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>Files for the creditor's own bank, the newest first, and what is put together now.</summary>
internal sealed class OutgoingFilesModel(Desk desk, MakeFiles make) : ListPage(desk)
{
    // More nobody reads: what stayed behind is still open, and is told again next time.
    private const int MostTold = 500;

    public override string Section => "batches";

    /// <summary>Null: nothing leaves as a file.</summary>
    public BankContract? Contract { get; private set; }

    /// <summary>Whose collections leave as files.</summary>
    public IReadOnlyList<(string Value, string Words)> Profiles { get; private set; } = [];

    /// <summary>What was put together just now.</summary>
    public MadeFiles? Made { get; private set; }

    public IReadOnlyList<ActField> CollectFields =>
        [new("profile", T["console.profile"], Options: Profiles), new("wanted", T["console.files.wanted"], Type: "date", IsNeeded: false), new("until", T["console.files.until"], Type: "date", IsNeeded: false)];

    /// <summary>Each of what stayed behind, and why.</summary>
    public ListView StayedBehind => new(T["console.stayed_behind"], [new(T["console.what"]), new(T["console.reason"])],
        [.. (Made?.LeftOut ?? []).Take(MostTold).Select(l => new Row("", [long.TryParse(l.Which, out _) && l.Which.Length < 20 ? new(T["console.transaction_number", ("number", l.Which)], "/console/transactions/" + l.Which) : new(T["console.transfer_id", ("id", l.Which)]), new(StateViews.HeldOf(T, l.Why.Because, l.Why.Detail))]))]);

    protected override async Task<ListView?> ReadAsync(int most, CancellationToken ct)
    {
        Contract = await MakeFiles.ContractAsync(Db, Me, ct);
        if (Contract is not null) Profiles = await ProfileOptions.ReadAsync(Db, Me, ct, AgreementKind.DirectDebit);
        var files = Db.OutgoingFiles.AsNoTracking().Where(f => f.CreditorId == Me);
        if (Asked("q") is { } q) files = files.Where(f => f.MessageId.Contains(q));
        if (Asked<OutgoingState>("state") is { } state) files = files.Where(f => f.State == state);
        if (Since is { } since) files = files.Where(f => f.MadeAt >= since);
        if (Before is { } before) files = files.Where(f => f.MadeAt < before);
        var all = files;
        if (AfterNumber is { } after) files = files.Where(f => f.Number < after);
        var rows = await files.OrderByDescending(f => f.Number).Take(most).ToListAsync(ct);
        return new(T["console.files"],
            [new(T["console.message_id"]), new(T["console.what"]), new(T["console.count"], true), new(T["console.amount"], true), new(T["console.made"]), new(T["console.released"]), new(T["console.state"])],
            [.. rows.Select(f => new Row(Tables.Text(f.Number),
            [
                new(f.MessageId, "/console/files/" + Tables.Text(f.Number)), new(T[$"console.file_kind.{f.Kind}"]), new(f.Count), new(f.Amount), new(f.MadeAt, null, f.MadeBy), new(f.ReleasedAt, null, f.ReleasedBy), new(StateViews.Of(T, f)),
            ]))])
        {
            Empty = T["console.empty.files"],
            Tabs = Presets("file", Enum.GetNames<OutgoingState>()),
            Figures = await TotalAsync(all.Where(f => f.State != OutgoingState.Withdrawn).Select(f => f.Amount), ct),
            Filters = [new("q", T["console.search"], Asked("q")), new("state", T["console.state"], Asked("state"), Options<OutgoingState>("file")), .. Days],
            Beside = [("/console/batches", T["console.tab.batches"])],
        };
    }

    public Task<IActionResult> OnPostCollectAsync(int profile, CancellationToken ct) => MakeAsync(ConsoleRole.User, "file.collect", async (contract, by, token) =>
    {
        if (await Db.Profiles.AsNoTracking().SingleOrDefaultAsync(p => p.CreditorId == Me && p.Number == profile && p.IsActive && p.Kind == AgreementKind.DirectDebit, token) is not { } chosen) return null;
        var call = Typed();
        return await make.CollectAsync(contract, chosen, call.Day("wanted"), call.Day("until"), by, token);
    }, ct);

    public Task<IActionResult> OnPostTransferAsync(CancellationToken ct) => MakeAsync(ConsoleRole.Administrator, "file.transfer", async (contract, by, token) => await make.TransferAsync(contract, by, token), ct);

    /// <summary>What stays behind is told on this very page: it may be more than a page that is gone to carries.</summary>
    private async Task<IActionResult> MakeAsync(ConsoleRole needs, string act, Func<BankContract, Maker, CancellationToken, Task<MadeFiles?>> work, CancellationToken ct)
    {
        MadeFiles? made = null;
        var answer = await ActAsync(needs, act, async token =>
        {
            made = await MakeFiles.ContractAsync(Db, Me, token) is { } contract ? await work(contract, new(Actor.Name, Actor.UserId), token) : null;
            if (made is { Files.Count: 0, LeftOut.Count: 0 }) throw new RefusedException("nothing_to_send", "Nothing of it may go to the bank now.");
            return made is not { Files.Count: > 0 } ? null : string.Join(", ", made.Files.Select(f => f.MessageId));
        }, "/console/files", ct);
        if (made is not { LeftOut.Count: > 0 }) return answer;

        // What was announced to debtors on the way is kept, although there is no file.
        if (made.Files.Count == 0) TempData["Refused"] = T["refused.nothing_to_send"];
        Made = made;
        Db.ChangeTracker.Clear();
        return await OnGetAsync(ct);
    }
}
