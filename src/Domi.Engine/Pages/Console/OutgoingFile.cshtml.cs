using Domi.Engine.CollectionRuns;
using Domi.Engine.DirectDebits;
using Domi.Engine.Users;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>One file for the bank: what is in it, who made it and let it go, what the bank said; released, taken along, withdrawn.</summary>
internal sealed class OutgoingFileModel(Desk desk, ReleaseFile release) : ConsolePage(desk)
{
    public override string Section => "batches";

    public DetailView Detail { get; private set; } = null!; // set before the page is drawn

    public async Task<IActionResult> OnGetAsync(long number, CancellationToken ct)
    {
        if (await FindAsync(number, ct) is not { } f) return NotFound();

        var contract = await Db.BankContracts.AsNoTracking().SingleAsync(c => c.CreditorId == Me, ct);
        Detail = new(f.MessageId, StateViews.Of(T, f), T[$"console.file_about.{f.State}"],
        [
            new(T["console.what"], new(T[$"console.file_kind.{f.Kind}"])), new(T["console.count"], new(f.Count)), new(T["console.amount"], new(f.Amount)), new(T["console.own_account"], new(f.Account)),
            new(T["console.bank_says"], new(f.State is OutgoingState.Refused or OutgoingState.Withdrawn ? StateViews.AnswerOf(T, f.Answer) : null)),
            new(T["console.made"], new(f.MadeAt, null, f.MadeBy)), new(T["console.released"], new(f.ReleasedAt, null, f.ReleasedBy)), new(T["console.hand_over_next"], new(f.HandOverAttempts > 0 ? f.HandOverDueAt : null)), new(T["console.handed_over"], new(f.HandedOverAt)), new(T["console.answered"], new(f.AnsweredAt)), new("SHA-256", new(f.Sha256)),
            new(T["console.second_person"], new(f.State is OutgoingState.Waiting ? T[NeedsSecond(f, contract) ? "console.second_person_needed" : "console.second_person_free", ("limit", PageFormat.Money(contract.ReleaseLimit, T.Language))] : null)),
        ],
        Acts(f, contract), [f.Kind is OutgoingKind.DirectDebits ? await BatchesAsync(f, ct) : await TransfersAsync(f, ct)])
        {
            Links = [.. f.ContentHash is not null && Actor.May(ConsoleRole.Controller) ? [($"/console/files/{Tables.Text(number)}/download", T["console.download"])] : Array.Empty<(string, string)>(), ("/console/files", T["console.files"])],
        };
        return Page();
    }

    /// <summary>The file as the bank gets it, as often as it is asked for: nothing follows from it.</summary>
    public async Task<IActionResult> OnGetDownloadAsync(long number, CancellationToken ct)
    {
        if (!Actor.May(ConsoleRole.Controller) || await FindAsync(number, ct) is not { } f || await ReleaseFile.ContentAsync(Db, f, ct) is not { } content) return NotFound();
        Response.Headers.XContentTypeOptions = "nosniff";
        return File(content, "application/xml", f.MessageId + ".xml");
    }

    public async Task<IActionResult> OnPostReleaseAsync(long number, CancellationToken ct)
    {
        var back = "/console/files/" + Tables.Text(number);
        if (!Actor.May(ConsoleRole.Controller) || await FindAsync(number, ct) is not { } f) return NotFound();
        try
        {
            if (f.State is not OutgoingState.Waiting) throw new RefusedException("err_invalid_state", $"File {f.MessageId} is {f.State}.");
            await release.Async(Me, number, Actor.Name, Actor.UserId, ct); // takes a while, and has transactions of its own
        }
        catch (RefusedException refused)
        {
            TempData["Refused"] = T.Refused(refused);
            return LocalRedirect(back);
        }

        Db.ChangeTracker.Clear();
        var released = (await FindAsync(number, ct))!;
        var left = released.State is OutgoingState.Withdrawn ? f.Count : f.Count - released.Count;
        if (left > 0) TempData["Refused"] = T["console.left_out", ("count", left)] + " " + T["console.left_out_since"];
        return await ActAsync(ConsoleRole.Controller, released.State is OutgoingState.Withdrawn ? "file.emptied" : "file.release", _ => Task.FromResult<string?>(f.MessageId), back, ct);
    }

    /// <summary>Somebody took it to the bank.</summary>
    public Task<IActionResult> OnPostHandedOverAsync(long number, CancellationToken ct) => ActAsync(ConsoleRole.Controller, "file.hand_over", async token =>
    {
        if (await Mine(number).SingleOrDefaultAsync(token) is not { } f) return null;
        f.HandOver(Clock.GetUtcNow());
        return f.MessageId;
    }, "/console/files/" + Tables.Text(number), ct);

    /// <summary>What is in it is open again: it never went, or the bank refused it.</summary>
    public Task<IActionResult> OnPostWithdrawAsync(long number, CancellationToken ct) => ActAsync(ConsoleRole.Controller, "file.withdraw", async token =>
    {
        if (await Mine(number).SingleOrDefaultAsync(token) is not { } f) return null;
        await ReleaseFile.WithdrawAsync(Db, f, Clock.GetUtcNow(), token);
        return f.MessageId;
    }, "/console/files/" + Tables.Text(number), ct, async token => await FindAsync(number, token) is { } f
        ? new(f.State switch { OutgoingState.Refused => "file.again", OutgoingState.Released => "file.recall", _ => "file.withdraw" }, ("file", f.MessageId), ("count", f.Count), ("amount", PageFormat.Money(f.Amount, T.Language)), ("answer", StateViews.AnswerOf(T, f.Answer)))
        : null);

    private List<Act> Acts(OutgoingFile f, BankContract contract)
    {
        if (!Actor.May(ConsoleRole.Controller)) return [];
        return f.State switch
        {
            OutgoingState.Waiting => [.. NeedsSecond(f, contract) ? Array.Empty<Act>() : [new("Release", T["console.release"])], new("Withdraw", T["console.withdraw_file"], true)],
            OutgoingState.Released => [.. f.HandOverDueAt is null || f.HandOverProblem is not null ? [new Act("HandedOver", T["console.hand_over_now"])] : Array.Empty<Act>(), new("Withdraw", T["console.withdraw_file"], true)],
            OutgoingState.Refused => [new("Withdraw", T[f.Kind is OutgoingKind.DirectDebits ? "console.collect_again" : "console.send_again"], true)],
            _ => [],
        };
    }

    private bool NeedsSecond(OutgoingFile f, BankContract contract) => f.Amount > contract.ReleaseLimit && f.MadeById == Actor.UserId;

    private async Task<ListView> BatchesAsync(OutgoingFile f, CancellationToken ct)
    {
        var runs = await Db.CollectionRuns.AsNoTracking().Where(r => r.FileId == f.Id).OrderBy(r => r.Number)
            .Select(r => new { Run = r, Count = Db.DirectDebits.Count(d => d.RunId == r.Id), Failed = Db.DirectDebits.Count(d => d.RunId == r.Id && d.State == DirectDebitState.Failed), Amount = Db.DirectDebits.Where(d => d.RunId == r.Id).Sum(d => d.Amount) }).ToListAsync(ct);
        return new(T["console.tab.batches"], [new(T["console.reference"]), new(T["console.collected_on"]), new(T["console.count"], true), new(T["console.amount"], true), new(T["console.failed"], true)],
            [.. runs.Select(r => new Row("", [new(r.Run.PaymentInformationId, "/console/batches/" + Tables.Text(r.Run.Number)), new(r.Run.RequestedOn), new(r.Count), new(r.Amount), new(r.Failed)]))])
        { Empty = T["console.none"] };
    }

    private Task<ListView> TransfersAsync(OutgoingFile f, CancellationToken ct) =>
        new Tables(Db, T, Me).RefundsAsync(Db.Transfers.AsNoTracking().Where(t => Db.TransferRuns.Any(r => r.Id == t.RunId && r.FileId == f.Id)), ListPage.Size, ct);

    private IQueryable<OutgoingFile> Mine(long number) => Db.OutgoingFiles.Where(f => f.CreditorId == Me && f.Number == number);

    private Task<OutgoingFile?> FindAsync(long number, CancellationToken ct) => Mine(number).AsNoTracking().SingleOrDefaultAsync(ct);
}
