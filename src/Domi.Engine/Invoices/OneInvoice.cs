using System.Text.Json.Nodes;
using Domi.Engine.CollectionRuns;
using Domi.Engine.Creditors;
using Domi.Engine.Customers;
using Domi.Engine.DirectDebits;
using Domi.Engine.Wire;
using Domi.Platform;
using Domi.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Invoices;

/// <summary>Reads, changes, deletes and acts on one invoice, found by its id or its number.</summary>
/// <remarks>Unknown, or another creditor's: 400 <c>err_not_found</c>. Source: Twikey API, Invoices.</remarks>
internal static class OneInvoice
{
    public static void Map(IEndpointRouteBuilder creditor)
    {
        creditor.MapGet("invoice/{id}", ReadAsync);
        creditor.MapPut("invoice/{id}", UpdateAsync);
        creditor.MapDelete("invoice/{id}", DeleteAsync);
        creditor.MapGet("invoice/{id}/pdf", ReadPdfAsync);
        creditor.MapGet("invoice/{id}/ubl", ReadUblAsync);
        creditor.MapGet("invoice/{id}/qr", ReadQrAsync);
        creditor.MapPost("invoice/{id}/action", ActAsync);
        creditor.MapPatch("invoice/{id}/reoffer", async (string id, Call call, EngineDb db, InvoiceActions actions, CancellationToken ct) =>
        {
            await db.WriteOrRepeatAsync(async token => await actions.ReofferAsync(await FindAsync(db, call, id, tracked: true, token), token), ct);
            return Results.NoContent();
        });
    }

    private static async Task<IResult> ReadAsync(string id, Call call, EngineDb db, InvoiceView view, CancellationToken ct)
    {
        var invoice = await FindAsync(db, call, id, tracked: false, ct);
        var creditor = (await CreditorFacts.ReadAsync(db, call.CreditorId, ct)).Creditor;
        var entry = await view.FeedEntryAsync(db, invoice, ct);
        view.Complete(entry, creditor);
        Feeds.ReadFeed.Strip(entry, call, "customer", "meta", "lastpayment");
        return Json.Answer(entry);
    }

    /// <summary>Any subset: title, remittance, ref, dates, e-mail, address to return to, PDF, and the state (<c>state</c> or <c>status</c>) booked, archived or paid.</summary>
    private static async Task<IResult> UpdateAsync(
        string id, Call call, EngineDb db, InvoiceView view, Settlement settlement, BusinessClock clock, CancellationToken ct)
    {
        var pdf = CreateInvoice.PdfOf(call.Text("pdf", 14_000_000));
        var email = call.Text("email", 254);
        if (email is not null && !SendMails.IsAddress(email))
            throw new RefusedException("err_invalid_email", $"Not an e-mail address: {email}", ("email", email)) { Field = "email" };
        var state = call.TextOf(20, "state", "status")?.ToLowerInvariant();
        if (state is not (null or "booked" or "archived" or "paid")) throw Call.Invalid("state", "state is booked, archived or paid.");

        var redirect = CreateInvoice.AddressOf(call.Text("redirectUrl", 1000));
        var due = call.Day("duedate");
        var invoice = await db.WriteOrRepeatAsync(async token =>
        {
            var found = await FindAsync(db, call, id, tracked: true, token);
            var now = clock.GetUtcNow();
            found.Title = call.TextOf(200, "title", "message") ?? found.Title;
            found.Remittance = CreateInvoice.RemittanceOf(call.Text("remittance", 140)) ?? found.Remittance;
            found.Ref = call.Text("ref", 200) ?? found.Ref;
            found.Date = call.Day("date") ?? found.Date;
            found.Email = email ?? found.Email;
            found.RedirectUrl = redirect ?? found.RedirectUrl;
            found.Locale = call.Text("locale", 8) ?? found.Locale;
            found.Describe(InvoiceAttributes.Read(call, found.AttributesJson));
            if (pdf is not null) found.DocumentHash = await Blob.KeepAsync(db, pdf, "application/pdf", now, token);

            var before = found.State;
            var moved = due is { } day && day != found.DueOn && await MoveAsync(db, found, day, clock, token);
            switch (state)
            {
                case "paid": await settlement.PayByHandAsync(found, null, token); break;
                case "archived": found.Archive(now); break;
                case "booked": found.Reopen(now); break;
            }

            found.Touch(now);
            if (moved || found.State != before) await settlement.ChangedAsync(found, token);
            return found;
        }, ct);

        var creditor = (await CreditorFacts.ReadAsync(db, call.CreditorId, ct)).Creditor;
        var profile = await db.Profiles.Where(p => p.Id == invoice.ProfileId).Select(p => p.Number).SingleAsync(ct);
        return Json.Answer(view.Of(invoice, creditor, profile));
    }

    /// <summary>
    /// Moves the due date, and with it a collection that the bank does not have yet: who changes the day announces it again. Answers
    /// whether a collection moved. Refuses with <c>err_invalid_state</c> what was handed over.
    /// </summary>
    private static async Task<bool> MoveAsync(EngineDb db, Invoice invoice, DateOnly due, BusinessClock clock, CancellationToken ct)
    {
        var debit = invoice.State is InvoiceState.Pending
            ? await db.DirectDebits.SingleOrDefaultAsync(d => d.InvoiceId == invoice.Id && (d.State == DirectDebitState.Open || d.State == DirectDebitState.Sent), ct)
            : null;
        if (debit is not null)
        {
            var profile = (await CreditorFacts.ReadAsync(db, invoice.CreditorId, ct)).ProfileOf(invoice.ProfileId);
            debit.Postpone(profile.CollectOn(due, clock.Today, clock.Today), clock.GetUtcNow());
            invoice.AnnouncedAt = clock.GetUtcNow();
            if (!debit.IsCard) db.Announcements.Add(Announcement.Of(debit, AnnouncedBy.Invoice, invoice.AnnouncedAt, clock.GetUtcNow()));
        }

        invoice.FallDue(due, clock.GetUtcNow());
        return debit is not null;
    }

    /// <summary>204. An invoice that is being collected is not deleted; one with payments keeps its history and is not either.</summary>
    private static async Task<IResult> DeleteAsync(string id, Call call, EngineDb db, CancellationToken ct)
    {
        await db.WriteAsync(async token => await RemoveOneAsync(db, await FindAsync(db, call, id, tracked: true, token), token), ct);
        return Results.NoContent();
    }

    /// <summary>Removes an invoice for which no money moved, with its links and with a collection that was withdrawn before the bank had it, inside the running transaction.</summary>
    /// <exception cref="RefusedException"><c>err_invalid_state</c>.</exception>
    internal static async Task RemoveOneAsync(EngineDb db, Invoice invoice, CancellationToken ct)
    {
        invoice.MayBeDeleted();
        var planned = await db.DirectDebits.Where(d => d.InvoiceId == invoice.Id).ToListAsync(ct);
        if (await db.InvoicePayments.AnyAsync(p => p.InvoiceId == invoice.Id, ct) || await db.Subscriptions.AnyAsync(s => s.InvoiceId == invoice.Id, ct) || planned.Exists(d => d.State is not DirectDebitState.Withdrawn))
            throw new RefusedException("err_invalid_state", $"Invoice {invoice.Number} has payments.", ("number", invoice.Number));
        db.DirectDebits.RemoveRange(planned);
        await db.PayLinks.Where(l => l.InvoiceId == invoice.Id).ExecuteDeleteAsync(ct);
        await db.PageEvents.Where(e => e.CreditorId == invoice.CreditorId && e.AboutId == invoice.Id).ExecuteDeleteAsync(ct);
        db.Invoices.Remove(invoice);
    }

    private static async Task<IResult> ReadPdfAsync(string id, Call call, EngineDb db, CancellationToken ct)
    {
        var invoice = await FindAsync(db, call, id, tracked: false, ct);
        var content = invoice.DocumentHash is { } hash ? await Blob.ReadAsync(db, hash, ct) : null;
        return content is null ? Results.NotFound() : Results.File(content, "application/pdf", $"{invoice.Number}.pdf");
    }

    private static async Task<IResult> ReadUblAsync(string id, Call call, EngineDb db, CancellationToken ct)
    {
        var invoice = await FindAsync(db, call, id, tracked: false, ct);
        var content = invoice.UblHash is { } hash ? await Blob.ReadAsync(db, hash, ct) : null;
        return content is null ? Results.NotFound() : Results.File(content, "application/xml", $"{invoice.Number}.xml");
    }

    /// <summary>The address of the page, and a picture of its code.</summary>
    private static async Task<IResult> ReadQrAsync(string id, Call call, EngineDb db, InvoiceView view, CancellationToken ct)
    {
        var invoice = await FindAsync(db, call, id, tracked: false, ct);
        var url = view.PageUrl((await CreditorFacts.ReadAsync(db, call.CreditorId, ct)).Creditor, invoice);
        return Json.Answer(new JsonObject { ["url"] = url, ["qr"] = "data:image/png;base64," + Convert.ToBase64String(QrPicture.Png(url)) });
    }

    /// <summary>
    /// 204: <c>send</c>, <c>email</c>, <c>invoice</c>, <c>letterWithInvoice</c>, <c>sms</c>, <c>reminder</c>, <c>smsreminder</c>, <c>reoffer</c>, <c>refund</c>,
    /// <c>paymentplan</c>, <c>manualPayment</c>; <c>peppol</c> and <c>letter</c> need somebody outside who is not connected.
    /// </summary>
    private static async Task<IResult> ActAsync(string id, Call call, EngineDb db, InvoiceActions actions, CancellationToken ct)
    {
        var type = call.Required("type", 40).ToLowerInvariant();
        var act = actions.Read(type, call);
        await db.WriteOrRepeatAsync(async token => await act(await FindAsync(db, call, id, tracked: true, token), token), ct);
        return Results.NoContent();
    }

    /// <summary>By id when it is a UUID, by number else; a number that looks like a UUID is found too.</summary>
    internal static async Task<Invoice> FindAsync(EngineDb db, Call call, string id, bool tracked, CancellationToken ct)
    {
        var own = (tracked ? db.Invoices : db.Invoices.AsNoTracking()).Where(i => i.CreditorId == call.CreditorId);
        Invoice? invoice = null;
        if (id.Length <= 70 && !id.Contains('\0', StringComparison.Ordinal))
        {
            if (Guid.TryParse(id, out var publicId)) invoice = await own.SingleOrDefaultAsync(i => i.PublicId == publicId, ct);
            invoice ??= await own.SingleOrDefaultAsync(i => i.Number == id, ct);
            // A slash in a number stays escaped on its way here.
            if (invoice is null && Uri.UnescapeDataString(id) is var number && number != id && !number.Contains('\0', StringComparison.Ordinal))
                invoice = await own.SingleOrDefaultAsync(i => i.Number == number, ct);
        }

        return invoice ?? throw new RefusedException("err_not_found", $"No invoice {id}.") { Field = id.Length <= 70 ? id : "id" };
    }
}
