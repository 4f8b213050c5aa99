using Domi.BackOffice.Invoices;
using Domi.BackOffice.Mandates;
using Domi.BackOffice.Reminders;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Domi.BackOffice.Runs;

/// <summary>Starts a long action over many.</summary>
/// <remarks>Refuses with <c>nothing_chosen</c>, <c>sent_by_provider</c>.</remarks>
public sealed class StartRun(OfficeDb db, BusinessClock clock)
{
    public Task<Run> RunAsync(Guid companyId, RunKind kind, IReadOnlyList<Guid> subjects, string? argument, string actor, CancellationToken ct) => db.WriteAsync(async token =>
    {
        var distinct = subjects.Distinct().Take(20_000).ToList();
        if (distinct.Count == 0) throw new RefusedException("nothing_chosen", "Nothing was chosen.");
        var company = await db.Companies.AsNoTracking().SingleAsync(c => c.Id == companyId, token);
        if (kind is RunKind.Send or RunKind.NumberAndSend) company.RequireOfficeSendsInvoices();
        if (kind is RunKind.Remind) company.RequireOfficeSendsReminders();

        var now = clock.GetUtcNow();
        var run = new Run { OwnCompanyId = companyId, Kind = kind, Argument = argument, StartedBy = actor, StartedAt = now, Total = distinct.Count };
        db.Runs.Add(run);
        db.RunItems.AddRange(distinct.Select((subject, position) => new RunItem { OwnCompanyId = companyId, RunId = run.Id, Position = position, SubjectId = subject, DueAt = now }));
        return run;
    }, ct);

    /// <summary>What failed is tried again.</summary>
    public Task RetryAsync(Guid runId, CancellationToken ct) => db.WriteAsync(async token =>
    {
        var run = await db.Runs.SingleOrDefaultAsync(r => r.Id == runId, token) ?? throw new RefusedException("not_found", "No such run.");
        run.FinishedAt = null;
        foreach (var item in await db.RunItems.Where(i => i.RunId == runId && i.State == ItemState.Failed).ToListAsync(token))
            (item.State, item.Error, item.ErrorText, item.DueAt) = (ItemState.Waiting, null, null, clock.GetUtcNow());
    }, ct);
}

/// <summary>Works through a run, one after the other in the order that was chosen: numbers follow the list.</summary>
public sealed class DoRuns(OfficeDb db, NumberInvoice number, SendInvoice send, RemindInvoice remind, InviteRelation invite, BusinessClock clock, ILogger<DoRuns> log) : IJob
{
    public static string Name => "do-runs";

    public static int Parallel => 2;

    public async Task<IReadOnlyList<DueWork>> DueAsync(DateTimeOffset now, int most, CancellationToken ct)
    {
        // One piece of work is a run: its items are done in their order.
        var runs = await db.RunItems.AsNoTracking().Where(i => i.DueAt <= now).GroupBy(i => i.RunId).Select(g => new { g.Key, Due = g.Min(i => i.DueAt) }).OrderBy(r => r.Due).Take(most).ToListAsync(ct);
        return [.. runs.Select(r => new DueWork(r.Key.ToString(), r.Key.ToString(), r.Due!.Value))];
    }

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken ct) => await db.RunItems.MinAsync(i => i.DueAt, ct);

    public async Task RunAsync(DueWork work, CancellationToken ct)
    {
        var runId = Guid.Parse(work.Id);
        var run = await db.Runs.AsNoTracking().SingleAsync(r => r.Id == runId, ct);
        while (!ct.IsCancellationRequested && await db.RunItems.AsNoTracking().Where(i => i.RunId == runId && i.DueAt != null).OrderBy(i => i.Position).FirstOrDefaultAsync(ct) is { } item)
        {
            string? error = null, text = null;
            try
            {
                if (!await WasDoneByUsAsync(run, item.SubjectId, ct)) await DoAsync(run, item.SubjectId, ct);
            }
            catch (RefusedException e)
            {
                (error, text) = (e.Code, e.Message);
                // Done before the process stopped: the outcome was only not written down.
                if (e.Code is "invoice_numbered" && run.Kind is RunKind.Number or RunKind.NumberAndSend) error = await WasNumberedByUsAsync(item.SubjectId, run, ct) ? null : error;
                if (e.Code is "sending_already" or "sent_already" && run.Kind is RunKind.Send) error = null;
            }
            catch (DbUpdateConcurrencyException)
            {
                error = "changed_meanwhile";
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // A fault of ours in one must not keep the others from their turn.
                log.LogError(e, "Run {Run}: {Subject} failed.", runId, item.SubjectId);
                (error, text) = ("internal", e.Message);
            }

            db.ChangeTracker.Clear();
            await db.WriteAsync(async token =>
            {
                var row = await db.RunItems.SingleAsync(i => i.Id == item.Id, token);
                (row.State, row.Error, row.ErrorText, row.DueAt) = (error is null ? ItemState.Done : ItemState.Failed, error, error is null ? null : Cut(text), null);
                if (!await db.RunItems.AnyAsync(i => i.RunId == runId && i.DueAt != null && i.Id != item.Id, token))
                    (await db.Runs.SingleAsync(r => r.Id == runId, token)).FinishedAt = clock.GetUtcNow();
            }, ct);
            db.ChangeTracker.Clear();
        }
    }

    // The process may have stopped after the deed and before its outcome was written: nobody is reminded or invited twice by one run.
    private async Task<bool> WasDoneByUsAsync(Run run, Guid subject, CancellationToken ct) => run.Kind switch
    {
        RunKind.Remind => await db.Invoices.AnyAsync(i => i.Id == subject && i.LastRemindedAt >= run.StartedAt, ct),
        RunKind.Invite => await db.Invitations.AnyAsync(i => i.RelationId == subject && i.CreatedAt >= run.StartedAt, ct),
        _ => false,
    };

    private Task DoAsync(Run run, Guid subject, CancellationToken ct) => run.Kind switch
    {
        RunKind.Number or RunKind.NumberAndSend => number.RunAsync(subject, DateOnly.TryParse(run.Argument, System.Globalization.CultureInfo.InvariantCulture, out var date) ? date : null, run.Kind is RunKind.NumberAndSend, run.StartedBy, ct),
        RunKind.Send => send.RunAsync(subject, withoutLink: false, run.StartedBy, ct),
        RunKind.Remind => remind.RunAsync(subject, run.StartedBy, ct),
        _ => invite.RunAsync(subject, int.Parse(run.Argument ?? "0", System.Globalization.CultureInfo.InvariantCulture), run.StartedBy, ct),
    };

    private async Task<bool> WasNumberedByUsAsync(Guid id, Run run, CancellationToken ct) =>
        await db.Invoices.AnyAsync(i => i.Id == id && i.NumberedAt >= run.StartedAt, ct);

    private static string? Cut(string? text) => text is { Length: > 480 } ? text[..480] : text;
}
