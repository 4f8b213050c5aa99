using Domi.BackOffice.Companies;
using Domi.BackOffice.Connections;
using Domi.BackOffice.Documents;
using Domi.BackOffice.Mails;
using Domi.BackOffice.Templates;
using Domi.BackOffice.Timeline;
using Domi.Platform;
using Domi.Twikey;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Domi.BackOffice.Invoices;

/// <summary>
/// Asks for an invoice to be sent. It leaves once its payment link is there, unless a person decided to do without. Where the provider
/// sends, the office refuses; but what the provider failed to send may be asked of it again, and what it never hears of (a credit note)
/// the office sends.
/// </summary>
/// <remarks>Refuses with <c>not_found</c>, <c>sent_by_provider</c>, <c>no_email</c>, <c>invoice_not_numbered</c>, <c>sending_already</c>, <c>sent_already</c>.</remarks>
public sealed class SendInvoice(OfficeDb db, BusinessClock clock)
{
    public Task<Invoice> RunAsync(Guid id, bool withoutLink, string actor, CancellationToken ct, bool again = false) => db.WriteOrRepeatAsync(async token =>
    {
        var invoice = await db.Invoices.SingleOrDefaultAsync(i => i.Id == id, token) ?? throw new RefusedException("not_found", $"No invoice {id}.");
        var company = await db.Companies.AsNoTracking().SingleAsync(c => c.Id == invoice.OwnCompanyId, token);
        if (invoice is { IsAtProvider: true, SendState: not SendState.Failed } || withoutLink) company.RequireOfficeSendsInvoices();
        var relation = await db.Relations.AsNoTracking().SingleAsync(r => r.Id == invoice.RelationId, token);
        if (relation.AddressForInvoices is null) throw new RefusedException("no_email", $"{relation.Name} has no e-mail address.", ("name", relation.Name));

        invoice.Send(withoutLink, clock.GetUtcNow(), again);
        db.Note(invoice, withoutLink ? "send_without_link" : "send_asked", actor, clock.GetUtcNow());
        return invoice;
    }, ct);
}

/// <summary>
/// Sends due invoices: the document first, a copy of it to the provider, then either our mail or the provider's, once.
/// </summary>
public sealed class SendInvoices(OfficeDb db, MakePdf pdfs, ComposeMail mails, Clients clients, BusinessClock clock, ILogger<SendInvoices> log) : IJob
{
    public static string Name => "send-invoices";

    public static int Parallel => 6;

    public async Task<IReadOnlyList<DueWork>> DueAsync(DateTimeOffset now, int most, CancellationToken ct) =>
        await db.Invoices.AsNoTracking().Where(i => i.SendDueAt <= now).OrderBy(i => i.SendDueAt).Take(most)
            .Select(i => new DueWork(i.Id.ToString(), Lanes.Of(i.ConnectionId ?? i.OwnCompanyId, i.Id), i.SendDueAt!.Value)).ToListAsync(ct);

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken ct) => await db.Invoices.MinAsync(i => i.SendDueAt, ct);

    public async Task RunAsync(DueWork work, CancellationToken ct)
    {
        var id = Guid.Parse(work.Id);
        if (await db.Invoices.AsNoTracking().SingleOrDefaultAsync(i => i.Id == id, ct) is not { SendDueAt: not null, SendState: SendState.Waiting or SendState.Sent } invoice) return;

        var company = await db.Companies.AsNoTracking().SingleAsync(c => c.Id == invoice.OwnCompanyId, ct);
        byte[] pdf;
        try
        {
            pdf = await pdfs.OfAsync(id, again: false, ct);
        }
        catch (RefusedException e)
        {
            if (invoice.SendState is SendState.Waiting) await FailAsync(id, e.Code, ct);
            else await ChangeAsync(id, i => i.PdfHandedToProvider(), null, ct); // its reason stands on the document; what was sent stays sent
            return;
        }

        var providerSends = company.InvoicesSentBy is SentBy.Provider && invoice.IsAtProvider;
        if (invoice is { LinkState: LinkState.Ready, PdfIsAtProvider: false } && !await HandPdfToProviderAsync(invoice, pdf, providerSends, ct)) return;

        // It left without the link; now the provider's page shows the document too.
        if (invoice.SendState is SendState.Sent) await ChangeAsync(id, i => i.PdfHandedToProvider(), null, ct);
        else if (providerSends) await SendByProviderAsync(invoice, ct);
        else await SendByMailAsync(id, company, ct);
    }

    private async Task SendByMailAsync(Guid id, OwnCompany company, CancellationToken ct)
    {
        try
        {
            await db.WriteOrRepeatAsync(async token =>
            {
                db.ChangeTracker.Clear();
                var invoice = await db.Invoices.SingleAsync(i => i.Id == id, token);
                if (invoice is not { SendState: SendState.Waiting, PdfHash: { } pdfHash }) return;

                var relation = await db.Relations.AsNoTracking().SingleAsync(r => r.Id == invoice.RelationId, token);
                var now = clock.GetUtcNow();
                var earlier = await db.Mails.CountAsync(m => m.About == $"invoice:{id}" && m.Purpose == "invoice", token);
                var mail = await mails.AboutAsync(invoice, relation, company, MailContext.Invoice, $"invoice:{id:n}:{earlier}", pdfHash, now, token);
                db.Mails.Add(mail);
                invoice.HandOver(mail.To, now);
            }, ct);
        }
        catch (RefusedException e)
        {
            db.ChangeTracker.Clear();
            await FailAsync(id, e.Code, ct);
        }
    }

    /// <summary>The provider mails it. "Handing over" is committed first: after a crash it is uncertain, and a person decides.</summary>
    private async Task SendByProviderAsync(Invoice invoice, CancellationToken ct)
    {
        if (invoice.LinkState is not LinkState.Ready)
        {
            await FailAsync(invoice.Id, "not_at_provider", ct);
            return;
        }

        var connection = await db.Connections.AsNoTracking().SingleAsync(c => c.Id == invoice.ConnectionId, ct);
        var isOurs = false;
        await ChangeAsync(invoice.Id, i =>
        {
            isOurs = i.SendState is SendState.Waiting;
            if (isOurs) i.HandOver("provider", clock.GetUtcNow());
        }, null, ct);
        if (!isOurs) return; // somebody else took it

        try
        {
            await clients.For(connection).InvoiceActionAsync(invoice.Id, "send", null, ct);
        }
        catch (TwikeyException e)
        {
            await ChangeAsync(invoice.Id, i =>
            {
                // Told before anything was done: it certainly was not sent.
                if (e.Fault is TwikeyFault.RateLimited or TwikeyFault.KeyRefused or TwikeyFault.PrivateKeyWrong or TwikeyFault.ClockSkew)
                    i.SendLater(e.SupportCode, clock.GetUtcNow() + Clients.Wait(i.SendAttempts, e));
                else if (e.Fault is TwikeyFault.Declined or TwikeyFault.NotFound) i.SendFailed(e.SupportCode);
                else i.SendUncertain(e.SupportCode);
            }, "provider_send_failed", ct);
            return;
        }

        await ChangeAsync(invoice.Id, i => i.Sent(clock.GetUtcNow()), "sent_by_provider", ct);
    }

    private async Task<bool> HandPdfToProviderAsync(Invoice invoice, byte[] pdf, bool providerSends, CancellationToken ct)
    {
        var connection = await db.Connections.AsNoTracking().SingleAsync(c => c.Id == invoice.ConnectionId, ct);
        try
        {
            await clients.For(connection).UpdateInvoiceAsync(invoice.Id, new() { Pdf = pdf }, ct);
            await ChangeAsync(invoice.Id, i => i.PdfHandedToProvider(), null, ct);
            return true;
        }
        catch (TwikeyException e) when (Clients.Passes(e))
        {
            await ChangeAsync(invoice.Id, i =>
            {
                var until = clock.GetUtcNow() + Clients.Wait(i.SendAttempts, e);
                if (i.SendState is SendState.Sent) i.CopyLater(until);
                else i.SendLater(e.SupportCode, until);
            }, null, ct);
            return false;
        }
        catch (TwikeyException e) when (providerSends && invoice.SendState is SendState.Waiting)
        {
            // What it would mail is an invoice without its document.
            await FailAsync(invoice.Id, "pdf_refused", ct);
            log.LogWarning("Invoice {Invoice}: the provider refused its document ({Code}).", invoice.Id, e.Code ?? e.SupportCode);
            return false;
        }
        catch (TwikeyException e)
        {
            // Declined for good: the debtor has the document by mail; the provider's page goes without it.
            await ChangeAsync(invoice.Id, i => i.PdfHandedToProvider(), "provider_refused_pdf", ct, ("code", e.Code ?? e.SupportCode));
            return true;
        }
    }

    private Task FailAsync(Guid id, string error, CancellationToken ct) => ChangeAsync(id, i => i.SendFailed(error), "send_failed", ct, ("reason", error));

    private Task ChangeAsync(Guid id, Action<Invoice> change, string? note, CancellationToken ct, params (string, object?)[] values) => db.WriteOrRepeatAsync(async token =>
    {
        db.ChangeTracker.Clear();
        var invoice = await db.Invoices.SingleAsync(i => i.Id == id, token);
        change(invoice);
        if (note is not null) db.Note(invoice, note, "office", clock.GetUtcNow(), values);
    }, ct);
}

/// <summary>
/// What a crash left: invoices that the provider was asked to send when the process died. Nobody can tell; a person decides.
/// </summary>
public sealed class FindInterruptedSends(OfficeDb db, BusinessClock clock) : IJob
{
    public static string Name => "find-interrupted-sends";

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private IQueryable<Invoice> HandingOver => db.Invoices.AsNoTracking().Where(i => i.SendState == SendState.HandingOver && i.SentTo == "provider");

    public async Task<IReadOnlyList<DueWork>> DueAsync(DateTimeOffset now, int most, CancellationToken ct)
    {
        var since = now - Longest;
        return await HandingOver.Where(i => i.SentAt <= since).OrderBy(i => i.SentAt).Take(most)
            .Select(i => new DueWork(i.Id.ToString(), i.Id.ToString(), i.SentAt!.Value)).ToListAsync(ct);
    }

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken ct) => await HandingOver.MinAsync(i => i.SentAt, ct) + Longest;

    public Task RunAsync(DueWork work, CancellationToken ct) => db.WriteAsync(async token =>
    {
        var id = Guid.Parse(work.Id);
        var invoice = await db.Invoices.SingleAsync(i => i.Id == id, token);
        if (invoice is not { SendState: SendState.HandingOver, SentTo: "provider" }) return;
        invoice.SendUncertain("interrupted");
        db.Note(invoice, "send_uncertain", "office", clock.GetUtcNow());
    }, ct);
}
