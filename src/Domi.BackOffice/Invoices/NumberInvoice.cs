using Domi.BackOffice.Companies;
using Domi.BackOffice.Ledger;
using Domi.BackOffice.Templates;
using Domi.BackOffice.Timeline;
using Domi.Platform;
using Domi.Standards;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Invoices;

/// <summary>
/// Turns a proposal into an invoice: the number (gapless per own company and fiscal year), the structured communication, the booking,
/// and the request for a payment link, in one transaction.
/// </summary>
/// <remarks>
/// Refuses with <c>not_found</c>, <c>invoice_numbered</c>, <c>lines_missing</c>, <c>invoice_asks_nothing</c>, <c>credit_gives_nothing</c>, <c>company_incomplete</c>, <c>no_template</c>, <c>date_before_last</c>, <c>date_impossible</c>, <c>date_ahead</c>, <c>sent_by_provider</c>,
/// <c>due_before_date</c>.
/// </remarks>
public sealed class NumberInvoice(OfficeDb db, BusinessClock clock)
{
    /// <summary>Days an invoice may be dated ahead. A slip of a year would close the series for everything before: no number is of an earlier date than the last.</summary>
    public const int MostDaysAhead = 31;

    // Two may number the first of a year, or this one, at the same moment.
    public Task<Invoice> RunAsync(Guid id, DateOnly? date, bool sends, string actor, CancellationToken ct) =>
        db.WriteOrRepeatAsync(token => NumberAsync(id, date, sends, actor, token), ct);

    private async Task<Invoice> NumberAsync(Guid id, DateOnly? wantedDate, bool sends, string actor, CancellationToken ct)
    {
        var invoice = await db.Invoices.Include(i => i.Lines).SingleOrDefaultAsync(i => i.Id == id, ct) ?? throw new RefusedException("not_found", $"No invoice {id}.");
        if (invoice.State is not InvoiceState.Proposal) throw new RefusedException("invoice_numbered", $"Invoice {invoice.Number} is numbered.", ("number", invoice.Number));
        if (invoice.Lines.Count == 0) throw new RefusedException("lines_missing", "The proposal has no lines.") { Field = "Lines" };

        var company = await db.Companies.AsNoTracking().SingleAsync(c => c.Id == invoice.OwnCompanyId, ct);
        // An invoice asks for money; one that gives it back is a credit note.
        if (invoice.Kind is InvoiceKind.Invoice ? invoice.TotalInclVat <= 0 : invoice.TotalInclVat >= 0)
            throw new RefusedException(invoice.Kind is InvoiceKind.Invoice ? "invoice_asks_nothing" : "credit_gives_nothing", $"The total is {invoice.TotalInclVat}.", ("amount", invoice.TotalInclVat)) { Field = "Lines" };
        company.RequireCanInvoice();
        var type = invoice.Kind is InvoiceKind.CreditNote ? TemplateType.CreditNote : TemplateType.Invoice;
        if (!await db.Templates.AnyAsync(t => t.OwnCompanyId == company.Id && t.Type == type && t.Language == invoice.Language && t.IsActive, ct))
            throw new RefusedException("no_template", $"No active template of type {type} in {invoice.Language}.", ("language", invoice.Language), ("type", type));

        if (sends) company.RequireOfficeSendsInvoices();

        var date = wantedDate ?? invoice.Date ?? clock.Today;
        Invoice.RequirePossible(date, "Date");
        if (date > clock.Today.AddDays(MostDaysAhead))
            throw new RefusedException("date_ahead", $"{date:O} is more than {MostDaysAhead} days ahead.", ("date", date), ("most", MostDaysAhead)) { Field = "Date" };
        var relation = await db.Relations.AsNoTracking().SingleAsync(r => r.Id == invoice.RelationId, ct);
        var dueOn = invoice.DueOn ?? date.AddDays(relation.DueDays ?? company.DefaultDueDays);
        if (dueOn < date) throw new RefusedException("due_before_date", "The due date is before the invoice date.") { Field = "DueOn" };

        var series = await SeriesAsync(company, company.FiscalYearOf(date), invoice.Kind, ct);
        var number = series.Next(date);
        var connection = await db.Connections.Where(c => c.OwnCompanyId == company.Id && c.IsActive).Select(c => (Guid?)c.Id).FirstOrDefaultAsync(ct);
        StructuredCommunication? communication = invoice.Kind is InvoiceKind.Invoice && company.PaymentReference is PaymentReferenceKind.StructuredCommunication
            ? StructuredCommunication.FromNumber((series.FiscalYear * 1_000_000L) + series.LastNumber)
            : null;

        var now = clock.GetUtcNow();
        invoice.Assign(number, series.FiscalYear, date, dueOn, communication, connection, now);
        await Ledger.Ledger.PostAsync(db, invoice, new()
        {
            OwnCompanyId = invoice.OwnCompanyId,
            InvoiceId = invoice.Id,
            Kind = EntryKind.Booked,
            Amount = invoice.TotalInclVat,
            Key = $"booked:{invoice.Id:n}",
            Source = "office",
            Actor = actor,
            OccurredAt = now,
            PostedAt = now,
        }, ct);
        db.Note(invoice, "numbered", actor, now, ("number", number), ("amount", invoice.TotalInclVat));
        if (invoice.CreditsInvoiceId is { } credited) await CreditAsync(invoice, credited, actor, now, ct);

        // With "provider sends", numbering is what hands the invoice to the provider; the office itself sends when asked, or by setting.
        if (sends || company.SendsWhenNumbered || (company.InvoicesSentBy is SentBy.Provider && invoice.IsAtProvider)) invoice.Send(withoutLink: false, now);
        return invoice;
    }

    /// <summary>The credit note uses up what is open on the invoice it credits.</summary>
    private async Task CreditAsync(Invoice note, Guid creditedId, string actor, DateTimeOffset now, CancellationToken ct)
    {
        var credited = await db.Invoices.SingleAsync(i => i.Id == creditedId, ct);
        var amount = Math.Min(-note.TotalInclVat, Math.Max(0m, credited.Open));
        if (amount <= 0) return;

        await Ledger.Ledger.PostAsync(db, credited, Entry(credited, EntryKind.Credited, amount), ct);
        await Ledger.Ledger.PostAsync(db, note, Entry(note, EntryKind.Refunded, amount), ct);
        db.Note(credited, "credited", actor, now, ("number", note.Number), ("amount", amount));

        LedgerEntry Entry(Invoice of, EntryKind kind, decimal sum) => new()
        {
            OwnCompanyId = of.OwnCompanyId,
            InvoiceId = of.Id,
            Kind = kind,
            Amount = sum,
            Key = $"credit:{note.Id:n}",
            Source = "office",
            Actor = actor,
            OccurredAt = now,
            PostedAt = now,
        };
    }

    /// <summary>The row of the series, locked until the commit: whoever numbers next waits for it and gets the next number.</summary>
    private async Task<NumberSeries> SeriesAsync(OwnCompany company, int year, InvoiceKind kind, CancellationToken ct)
    {
        var series = db.IsSqlite
            ? await db.NumberSeries.SingleOrDefaultAsync(s => s.OwnCompanyId == company.Id && s.FiscalYear == year && s.Kind == kind, ct)
            : await db.NumberSeries.FromSql($"select * from number_series where own_company_id = {company.Id} and fiscal_year = {year} and kind = {kind.ToString()} for update").SingleOrDefaultAsync(ct);
        if (series is not null) return series;

        series = new() { OwnCompanyId = company.Id, FiscalYear = year, Kind = kind, Format = kind is InvoiceKind.CreditNote ? company.CreditNoteNumberFormat : company.InvoiceNumberFormat };
        db.NumberSeries.Add(series);
        return series;
    }
}
