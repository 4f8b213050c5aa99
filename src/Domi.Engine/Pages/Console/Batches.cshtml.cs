using Domi.Engine.CollectionRuns;
using Domi.Engine.DirectDebits;
using Domi.Engine.Users;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>Runs that went to the bank, the newest first; those that were made elsewhere are taken over.</summary>
internal sealed class BatchesModel(Desk desk) : ListPage(desk)
{
    public override string Section => "batches";

    public bool MayImport => Actor.May(ConsoleRole.Administrator);

    public IReadOnlyList<(string Value, string Words)> Profiles { get; private set; } = [];

    protected override async Task<ListView?> ReadAsync(int most, CancellationToken ct)
    {
        var runs = Db.CollectionRuns.AsNoTracking().Where(r => r.CreditorId == Me);
        if (Asked("q") is { } q) runs = runs.Where(r => r.PaymentInformationId.Contains(q));
        if (AskedProfile is { } chosen) runs = runs.Where(r => Db.Profiles.Any(p => p.Id == r.ProfileId && p.Number == chosen));
        if (From is { } from) runs = runs.Where(r => r.RequestedOn >= from);
        if (To is { } to) runs = runs.Where(r => r.RequestedOn <= to);
        if (AfterNumber is { } after) runs = runs.Where(r => r.Number < after);
        var rows = await runs.OrderByDescending(r => r.Number).Take(most).ToListAsync(ct);
        var ids = rows.ConvertAll(r => (Guid?)r.Id);
        var sums = await Db.DirectDebits.AsNoTracking().Where(d => d.CreditorId == Me && ids.Contains(d.RunId)).GroupBy(d => d.RunId)
            .Select(g => new { g.Key, Count = g.Count(), Amount = g.Sum(d => d.Amount), Waiting = g.Count(d => d.State == DirectDebitState.Sent), Failed = g.Count(d => d.State == DirectDebitState.Failed) }).ToDictionaryAsync(g => g.Key!.Value, ct);
        Profiles = await ProfileOptions.ReadAsync(Db, Me, ct);
        var profiles = await Db.Profiles.AsNoTracking().Where(p => p.CreditorId == Me).ToDictionaryAsync(p => p.Id, p => p.Name, ct);
        return new(T["console.tab.batches"],
            [new(T["console.reference"]), new(T["console.profile"]), new(T["console.collected_on"]), new(T["console.count"], true), new(T["console.amount"], true), new(T["console.failed"], true), new(T["console.state"])],
            [.. rows.Select(r => (Run: r, Sum: sums.GetValueOrDefault(r.Id))).Select(x => new Row(Tables.Text(x.Run.Number),
            [
                new(x.Run.PaymentInformationId, "/console/batches/" + Tables.Text(x.Run.Number)), new(profiles.GetValueOrDefault(x.Run.ProfileId)), new(x.Run.RequestedOn), new(x.Sum?.Count ?? 0), new(x.Sum?.Amount ?? 0m), new(x.Sum?.Failed ?? 0),
                new(x.Sum is { Waiting: > 0 } ? new StateView("busy", "busy", T["console.debit.Sent"]) : new StateView("ok", "done", T["console.answered"])),
            ]))])
        {
            Empty = T["console.empty.batches"],
            Beside = [("/console/files", T["console.files"])],
            Filters = [new("q", T["console.search"], Asked("q")), new("profile", T["console.profile"], Asked("profile"), Profiles), .. Days],
        };
    }

    /// <summary>A pain.008 as a whole or not at all.</summary>
    public Task<IActionResult> OnPostImportAsync(IFormFile? file, int profile, CancellationToken ct) => TakeFileAsync(ConsoleRole.Administrator, "batch.import", file, async (content, token) =>
    {
        var runs = await ImportCollection.ReadAsync(content, token);
        await Db.WriteOrRepeatAsync(write => ImportCollection.TakeAsync(Db, Me, profile, runs, Clock, write), token);
        return T["console.run_done", ("count", runs.Sum(r => r.Collections.Count))];
    }, "/console/batches", ct);
}
