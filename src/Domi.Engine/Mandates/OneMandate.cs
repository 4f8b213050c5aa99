using System.Globalization;
using System.Text.Json.Nodes;
using Domi.Engine.Creditors;
using Domi.Engine.Customers;
using Domi.Engine.DirectDebits;
using Domi.Engine.Invoices;
using Domi.Engine.Mails;
using Domi.Engine.PayLinks;
using Domi.Engine.Simulator;
using Domi.Engine.Wire;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Mandates;

/// <summary>Detail, document, cancellation and search of mandates, found by their number whatever its case.</summary>
/// <remarks>Unknown, or another creditor's: <c>err_no_contract</c>. Source: Twikey API, Mandate.</remarks>
internal static class OneMandate
{
    public static void Map(IEndpointRouteBuilder creditor)
    {
        creditor.MapGet("mandate/detail", ReadAsync);
        creditor.MapGet("mandate/pdf", ReadPdfAsync);
        creditor.MapPost("mandate/pdf", UploadPdfAsync);
        creditor.MapDelete("mandate", CancelAsync);
        creditor.MapGet("mandate/query", QueryAsync);
    }

    private static async Task<IResult> ReadAsync(Call call, EngineDb db, CancellationToken ct)
    {
        var mandate = await FindAsync(db, call, tracked: false, ct);
        if (mandate.State is MandateState.Prepared && !call.Flag("force"))
            throw new RefusedException("err_invalid_state", $"Mandate {mandate.Reference} is not signed.", ("reference", mandate.Reference)) { Field = "mndtId" };

        var creditor = (await CreditorFacts.ReadAsync(db, call.CreditorId, ct)).Creditor;
        var customer = await db.Customers.AsNoTracking().SingleAsync(c => c.Id == mandate.CustomerId, ct);
        var profile = await db.Profiles.AsNoTracking().SingleAsync(p => p.Id == mandate.ProfileId, ct);
        call.Http.Response.Headers["X-STATE"] = mandate.WireState;
        call.Http.Response.Headers["X-COLLECTABLE"] = mandate.IsCollectable ? "true" : "false";
        var answer = new JsonObject { ["Mndt"] = MandateView.Of(mandate, creditor, customer, profile) };
        if (mandate.CancelReason is { } reason) answer["CxlRsn"] = new JsonObject { ["Rsn"] = reason };
        return Json.Answer(answer);
    }

    private static async Task<IResult> ReadPdfAsync(Call call, EngineDb db, CancellationToken ct)
    {
        var mandate = await FindAsync(db, call, tracked: false, ct);
        var content = mandate.DocumentHash is { } hash ? await Blob.ReadAsync(db, hash, ct) : null;
        if (content is null && mandate.State is MandateState.Prepared)
        {
            // To be printed and signed by hand.
            var customer = await db.Customers.AsNoTracking().SingleAsync(c => c.Id == mandate.CustomerId, ct);
            content = MandateDocuments.Form(mandate, customer, await CreditorFacts.ReadAsync(db, call.CreditorId, ct), mandate.Language ?? customer.Language ?? "en");
        }

        return content is null ? Results.NotFound() : Results.File(content, "application/pdf", $"{mandate.Reference}.pdf");
    }

    /// <summary>
    /// Uploads the signed paper: a prepared mandate becomes signed; one between businesses waits for the debtor's bank unless
    /// <c>bankSignature=true</c> says that it signed as well. The body is the PDF itself.
    /// </summary>
    private static async Task<IResult> UploadPdfAsync(
        Call call, EngineDb db, SignMandate sign, BusinessClock clock, CancellationToken ct)
    {
        using var buffer = new MemoryStream();
        await call.Http.Request.Body.CopyToAsync(buffer, ct);
        var pdf = buffer.ToArray();
        if (!pdf.AsSpan().StartsWith("%PDF-"u8) || pdf.AsSpan(Math.Max(0, pdf.Length - 1024)).IndexOf("%%EOF"u8) < 0)
            throw new RefusedException("invalid_file", "The body is not a PDF, or was cut off.") { Field = "body" };

        await db.WriteOrRepeatAsync(async token =>
        {
            var mandate = await FindAsync(db, call, tracked: true, token);
            var now = clock.GetUtcNow();
            var hash = await Blob.KeepAsync(db, pdf, "application/pdf", now, token);
            if (mandate.State is MandateState.Prepared)
            {
                mandate.Import("paper", call.Day("signDate") ?? clock.Today, call.Text("place", 70), hash, call.Flag("bankSignature"), now, now + Outcomes.Interval);
                await sign.FollowAsync(mandate, now, token);
            }
            else if (mandate.DocumentHash is { } kept && kept != hash)
            {
                // What was signed, with its evidence, is never replaced.
                throw new RefusedException("err_invalid_state", $"Mandate {mandate.Reference} has its document.");
            }
            else
            {
                mandate.Attach(hash);
            }
        }, ct);
        return Json.Answer(new JsonObject());
    }

    /// <summary>
    /// Ends a mandate; a prepared one is removed. What is still to be sent to the bank on it is withdrawn, and its invoices are payable
    /// again. Refuses with <c>err_provide_reason</c> and <c>err_invalid_state</c> (ended already).
    /// </summary>
    private static async Task<IResult> CancelAsync(
        Call call, EngineDb db, MandateEvents events, Settlement settlement, DebtorMail mail, BusinessClock clock, CancellationToken ct)
    {
        var reason = call.TextOf(200, "rsn", "reason") ?? throw new RefusedException("err_provide_reason", "Give the reason in rsn.") { Field = "rsn" };
        await db.WriteAsync(async token =>
        {
            var mandate = await FindAsync(db, call, tracked: true, token);
            if (mandate.State is MandateState.Prepared)
            {
                await events.RemovedAsync(mandate, "removed", token);
                db.Mandates.Remove(mandate);
                return;
            }

            await CancelMandate.Async(db, mandate, reason, "creditor", events, settlement, clock, token);
            if (call.Flag("notify")) await mail.MandateCancelledAsync(db, mandate, clock.GetUtcNow(), token);
        }, ct);
        return Json.Answer(new JsonObject());
    }

    private static async Task<IResult> QueryAsync(Call call, EngineDb db, PublicAddress address, CancellationToken ct)
    {
        const int pageSize = 500;
        var mandates = db.Mandates.AsNoTracking().Where(m => m.CreditorId == call.CreditorId);
        if (call.Text("iban", 60) is { } text)
        {
            if (!Iban.TryParse(text, out var iban)) throw new RefusedException("err_invalid_iban", "The IBAN does not hold.") { Field = "iban" };
            mandates = mandates.Where(m => m.DebtorAccount == iban);
        }

        if (call.Text("customerNumber", 50) is { } number) mandates = mandates.Where(m => db.Customers.Any(c => c.Id == m.CustomerId && c.CustomerNumber == number));
        if (Customer.KeyOf(call.Text("email", 254)) is { } email) mandates = mandates.Where(m => db.Customers.Any(c => c.Id == m.CustomerId && c.EmailKey == email));
        mandates = call.Text("state", 40)?.ToUpperInvariant() switch
        {
            null => mandates,
            "PRINT" => mandates.Where(m => m.State == MandateState.Prepared && m.IsPrinted),
            "PREPARED" => mandates.Where(m => m.State == MandateState.Prepared),
            "SIGNED" => mandates.Where(m => m.State == MandateState.Signed),
            "SIGNED_PENDING_DEBTOR_BANK" => mandates.Where(m => m.State == MandateState.SignedPendingDebtorBank),
            "CANCELLED" => mandates.Where(m => m.State == MandateState.Cancelled),
            _ => throw Call.Invalid("state", "state is PREPARED, PRINT, SIGNED, SIGNED_PENDING_DEBTOR_BANK or CANCELLED."),
        };

        var page = (int)Math.Clamp(call.Number("page") ?? 0, 0, 100_000);
        var found = await mandates.OrderBy(m => m.Id).Skip(page * pageSize).Take(pageSize + 1)
            .Join(db.Profiles, m => m.ProfileId, p => p.Id, (mandate, profile) => new { mandate, profile }).ToListAsync(ct);
        var contracts = new JsonArray([.. found.Take(pageSize).Select(f => (JsonNode)new JsonObject
        {
            ["type"] = f.profile.WireType,
            ["state"] = f.mandate.WireState,
            ["mandateNumber"] = f.mandate.Reference,
            ["contractNumber"] = f.mandate.ContractReference ?? "",
            ["signDate"] = f.mandate.SignedOn is { } day ? Json.Day(day) : "",
            ["iban"] = f.mandate.DebtorAccount?.Value ?? "",
            ["bic"] = f.mandate.DebtorBic?.Value ?? "",
            ["ct"] = f.profile.Number.ToString(CultureInfo.InvariantCulture),
            ["preparedAt"] = Json.Instant(f.mandate.PreparedAt),
        })]);
        return Json.Answer(new JsonObject { ["Contracts"] = contracts, ["_links"] = Links.Of(call, address, "/creditor/mandate/query", page, found.Count > pageSize) });
    }

    private static async Task<Mandate> FindAsync(EngineDb db, Call call, bool tracked, CancellationToken ct)
    {
        var reference = call.Required("mndtId", 35).ToUpperInvariant();
        return await (tracked ? db.Mandates : db.Mandates.AsNoTracking()).SingleOrDefaultAsync(m => m.CreditorId == call.CreditorId && m.Reference == reference, ct)
            ?? throw new RefusedException("err_no_contract", $"No mandate {reference}.") { Field = "mndtId" };
    }
}

internal static class CancelMandate
{
    /// <summary>Cancels inside the running transaction: nobody is to register a card for it any more, and what was not sent to the bank yet is withdrawn.</summary>
    public static async Task Async(
        EngineDb db, Mandate mandate, string reason, string by, MandateEvents events, Settlement settlement, BusinessClock clock, CancellationToken ct)
    {
        mandate.Cancel(reason, by, clock.Today);
        await events.CancelledAsync(mandate, ct);
        foreach (var link in (await db.PayLinks.Where(l => l.MandateId == mandate.Id && l.Origin == PayLinkOrigin.CardRenewal).ToListAsync(ct)).Where(l => l.MayBePaid(clock.GetUtcNow())))
        {
            link.Expire(clock.GetUtcNow());
            await LinkView.ChangedAsync(db, link, clock.GetUtcNow(), ct);
        }

        var open = await db.DirectDebits.Where(d => d.MandateId == mandate.Id && d.State == DirectDebitState.Open).ToListAsync(ct);
        foreach (var debit in open)
        {
            debit.Withdraw(clock.GetUtcNow());
            if (debit.InvoiceId is { } invoiceId && await db.Invoices.SingleAsync(i => i.Id == invoiceId, ct) is var invoice)
            {
                invoice.StopCollecting(clock.GetUtcNow());
                await settlement.ChangedAsync(invoice, ct);
            }
            else await settlement.TransactionChangedAsync(debit, ct);
        }
    }
}
