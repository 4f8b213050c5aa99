using Domi.BackOffice.Companies;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Runs;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Runs;

/// <summary>A long action: how far it is, and what failed and why. The page may be left.</summary>
public sealed class DetailsModel(OfficeDb db, StartRun startRun, Texts t) : PageModel
{
    private const int MostFailures = 200;

    public sealed record Failure(Guid Subject, string Name, string? Relation, string Reason, string Way, string WayText);

    public Run Run { get; private set; } = null!; // set before the page is drawn

    public RunProgress Progress { get; private set; } = null!;

    public IReadOnlyList<Failure> Failures { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken ct)
    {
        if (await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, ct) is not { } run) return NotFound();

        Run = run;
        Progress = (await RunProgress.ReadAsync(db, id, ct))!;
        if (Progress.Failed > 0) Failures = await FailuresAsync(ct);
        return Page();
    }

    public async Task<IActionResult> OnPostRetryAsync(Guid id, CancellationToken ct)
    {
        if (!await db.Runs.AnyAsync(r => r.Id == id, ct)) return NotFound();
        await startRun.RetryAsync(id, ct);
        return RedirectToPage(new { id });
    }

    private async Task<IReadOnlyList<Failure>> FailuresAsync(CancellationToken ct)
    {
        var items = await db.RunItems.AsNoTracking().Where(i => i.RunId == Run.Id && i.State == ItemState.Failed).OrderBy(i => i.Position).Take(MostFailures).ToListAsync(ct);
        var ids = items.Select(i => i.SubjectId).ToList();
        if (Run.Kind is RunKind.Invite)
        {
            var relations = await db.Relations.AsNoTracking().Where(r => ids.Contains(r.Id)).ToDictionaryAsync(r => r.Id, r => r.Name, ct);
            return [.. items.Select(i => new Failure(i.SubjectId, relations.GetValueOrDefault(i.SubjectId, ""), null, Words(i, ("name", relations.GetValueOrDefault(i.SubjectId, ""))), $"/relations/{i.SubjectId}", t["runs.way.relation"]))];
        }

        var invoices = await db.Invoices.AsNoTracking().Where(i => ids.Contains(i.Id)).Join(db.Relations, i => i.RelationId, r => r.Id, (i, r) => new { Invoice = i, r.Name }).ToDictionaryAsync(x => x.Invoice.Id, ct);
        var last = await db.NumberSeries.AsNoTracking().OrderByDescending(s => s.LastDate).Select(s => (DateOnly?)s.LastDate).FirstOrDefaultAsync(ct);
        return [.. items.Select(item =>
        {
            if (!invoices.TryGetValue(item.SubjectId, out var found)) return new Failure(item.SubjectId, t["runs.gone"], null, Words(item), "/proposals", t["runs.way.proposals"]);
            var invoice = found.Invoice;
            var isProposal = invoice.State is InvoiceState.Proposal;
            var words = Words(item, ("name", found.Name), ("number", invoice.Number ?? t["invoices.proposal.title"]), ("language", t[$"language.{invoice.Language}"]),
                ("type", t[$"invoices.kind.{invoice.Kind}"]), ("last", last is { } day ? PageFormat.LongDay(day, t.Language) : ""), ("reason", invoice.PdfError is { } pdf ? t.Find("invoices.reason." + pdf) ?? pdf : ""),
                ("kind", t[$"runs.kind_of.{Run.Kind}"]), ("code", item.ErrorText));
            var (way, text) = item.Error switch
            {
                "no_email" => ($"/relations/{invoice.RelationId}/edit", t["runs.way.address"]),
                "no_template" or "pdf_failed" or "no_mail_template" => ("/settings/templates", t["runs.way.template"]),
                _ => (isProposal ? $"/proposals/{invoice.Id}" : $"/invoices/{invoice.Id}", isProposal ? t["runs.way.proposal"] : t["runs.way.invoice"]),
            };
            return new Failure(invoice.Id, invoice.Number ?? t["invoices.proposal.title"], found.Name, words, way, text);
        })];
    }

    private string Words(RunItem item, params (string Name, object? Value)[] values)
    {
        var text = t.Refused(new RefusedException(item.Error ?? "", item.ErrorText ?? "", values));
        return text.Contains('{', StringComparison.Ordinal) ? t["runs.failed_code", ("code", item.Error)] : text; // a value that only the moment itself knew
    }
}
