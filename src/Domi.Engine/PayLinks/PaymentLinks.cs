using System.Globalization;
using System.Text.Json.Nodes;
using Domi.Engine.Creditors;
using Domi.Engine.Customers;
using Domi.Engine.DirectDebits;
using Domi.Engine.Invoices;
using Domi.Engine.Mails;
using Domi.Engine.Wire;
using Domi.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.PayLinks;

/// <summary><c>/creditor/payment/link</c>: links to pay at once, made, read, removed and given back.</summary>
/// <remarks>
/// Refuses with <c>err_no_integration</c> (no payment provider), <c>err_no_such_ct</c>, <c>err_invalid_amount</c>, <c>err_not_found</c> (link; invoice, also
/// when the amount exceeds what is open), <c>err_invalid_state</c>, <c>err_no_transaction</c>, <c>err_fail_integration</c> (the same refund twice).
/// Source: Twikey API, Payment links.
/// </remarks>
internal static class PaymentLinks
{
    private const int Most = 500;

    public static void Map(IEndpointRouteBuilder creditor)
    {
        creditor.MapPost("payment/link", CreateAsync);
        creditor.MapGet("payment/link", ReadAsync);
        creditor.MapDelete("payment/link", RemoveAsync);
        creditor.MapPost("payment/link/refund", RefundAsync);
        creditor.MapGet("payment/methods", MethodsAsync);
    }

    private static async Task<IResult> CreateAsync(
        Call call, EngineDb db, CreditorKeys keys, PublicAddress address, DebtorMail mail, DomiSettings settings, BusinessClock clock, CancellationToken ct)
    {
        var wanted = Read(call, settings);
        var link = await db.WriteOrRepeatAsync(async token =>
        {
            await Idempotency.UseAsync(db, call, token);
            return await AddAsync(call, wanted, db, keys, mail, clock, token);
        }, ct);
        var owner = (await CreditorFacts.ReadAsync(db, call.CreditorId, ct)).Creditor;
        return Json.Answer(new JsonObject
        {
            ["id"] = link.Number,
            ["amount"] = Json.Amount(link.Amount),
            ["msg"] = link.Title,
            ["url"] = address.Of(MakeLink.PageOf(keys, owner, link)) + (wanted.Method is null ? "" : "?m=" + wanted.Method),
        });
    }

    /// <summary>What a caller wants paid.</summary>
    /// <param name="Sends">How the link is sent, if it is: <c>sms</c>, or by mail.</param>
    internal sealed record Wanted(string Title, bool IsTemplate, decimal Amount, CustomerBlock Customer, string? RedirectUrl, DateTimeOffset? ExpiresAt, string? Method, string? Sends);

    internal static Wanted Read(Call call, DomiSettings settings)
    {
        if (!settings.Sandbox.Enabled) throw new RefusedException("err_no_integration", "No payment provider is connected.");
        var title = call.TextOf(200, "title", "message", "msg") ?? throw Call.Missing("title");
        var isTemplate = call.Flag("isTemplate");
        var amount = call.Amount("amount") ?? (isTemplate ? 0m : throw Call.Missing("amount"));
        if (amount < 0 || (amount == 0 && !isTemplate)) throw new RefusedException("err_invalid_amount", $"{amount} cannot be asked for.", ("amount", amount)) { Field = "amount" };
        var block = CustomerBlock.Of(call);
        var redirect = CreateInvoice.AddressOf(call.Text("redirectUrl", 1000));
        var expiry = call.Day("expiry")?.AddDays(1).StartOfDay();
        var method = call.Text("method", 32)?.ToLowerInvariant();
        if (method is not null && !PayInvoice.Methods.Contains(method)) throw Call.Invalid("method", $"No method {method}.");
        return new(title, isTemplate, amount, block, redirect, expiry, method, call.Text("sendInvite", 20)?.ToLowerInvariant() is { } how and not ("false" or "0") ? how : null);
    }

    /// <summary>Makes a link inside the running transaction, and sends it where that is wanted.</summary>
    internal static async Task<PayLink> AddAsync(Call call, Wanted wanted, EngineDb db, CreditorKeys keys, DebtorMail mail, BusinessClock clock, CancellationToken ct)
    {
        var (block, amount, sends) = (wanted.Customer, wanted.Amount, wanted.Sends);
        var facts = await CreditorFacts.ReadAsync(db, call.CreditorId, ct);
        var profile = call.Number("ct") is { } chosen and not 0
            ? facts.Profiles.SingleOrDefault(p => p.Number == chosen && p.IsActive) ?? throw new RefusedException("err_no_such_ct", $"No profile {chosen}.") { Field = "ct" }
            : null;
        // A name alone is nobody we know.
        var customer = block.Id is not null || block.CustomerNumber is not null || block.Email is not null ? await FindOrCreate.CustomerAsync(db, call.CreditorId, block, ct) : null;
        var (numbers, number) = await TransactionsAsync(db, call, amount, ct);
        var invoice = (call.Text("invoice", 70) ?? number) is { } billed ? await InvoiceAsync(db, call, billed, amount, ct) : null;
        customer ??= sends is not null && invoice is not null ? await db.Customers.SingleAsync(c => c.Id == invoice.CustomerId, ct) : null;
        if (sends is not null && (sends == "sms" ? customer?.Mobile : customer?.Email) is null) throw Call.Missing(sends == "sms" ? "mobile" : "email");

        var made = await MakeLink.AddAsync(db, keys, call.CreditorId, amount, wanted.Title, clock.GetUtcNow(), new(PayLinkOrigin.Api)
        {
            InvoiceId = invoice?.Id,
            CustomerId = customer?.Id ?? invoice?.CustomerId,
            ProfileId = profile?.Id ?? invoice?.ProfileId,
            TransactionNumbers = numbers,
            Ref = call.TextOf(200, "remittance", "ref"),
            Place = call.Text("place", 140),
            RedirectUrl = wanted.RedirectUrl,
            Language = block.Language ?? customer?.Language,
            ExpiresAt = wanted.ExpiresAt,
            IsTemplate = wanted.IsTemplate,
        }, ct);
        if (sends is not null) await mail.LinkAsync(db, made, customer!, sends == "sms", clock.GetUtcNow(), ct);
        return made;
    }

    private static async Task<Invoice> InvoiceAsync(EngineDb db, Call call, string number, decimal amount, CancellationToken ct)
    {
        var invoice = await db.Invoices.AsNoTracking().SingleOrDefaultAsync(i => i.CreditorId == call.CreditorId && i.Number == number, ct)
            ?? throw new RefusedException("err_not_found", $"No invoice {number}.") { Field = "invoice" };
        if (!invoice.IsPayable) throw new RefusedException("err_invalid_state", $"Invoice {number} is {invoice.State}.", ("number", number)) { Field = "invoice" };
        return amount <= invoice.Open ? invoice : throw new RefusedException("err_not_found", $"{amount} is more than is open of invoice {number}.") { Field = "amount" };
    }

    /// <summary>The failed transactions with the references that are named, which together are the amount, and the number of their invoice: who pays them pays it.</summary>
    private static async Task<(string? Numbers, string? Invoice)> TransactionsAsync(EngineDb db, Call call, decimal amount, CancellationToken ct)
    {
        var refs = call.All("txref").Distinct().ToList();
        if (refs.Count == 0) return (null, null);
        if (refs.Count > 50) throw Call.Invalid("txref", "More than 50 references.");

        var unpaid = await db.DirectDebits.AsNoTracking().Where(d => d.CreditorId == call.CreditorId && refs.Contains(d.Ref!) && !d.IsSuperseded && d.State == DirectDebitState.Failed && d.SettledBy == null).OrderBy(d => d.Number).ToListAsync(ct);
        if (refs.Find(r => unpaid.TrueForAll(d => d.Ref != r)) is { } unknown) throw new RefusedException("err_no_transaction", $"No unpaid transaction {unknown}.") { Field = "txref" };
        if (unpaid.Sum(d => d.Amount) is var sum && sum != amount) throw new RefusedException("err_invalid_amount", $"The transactions are {sum} together.", ("amount", amount)) { Field = "amount" };
        if (unpaid.Count > 50) throw Call.Invalid("txref", "More than 50 transactions have these references.");

        var numbers = string.Join(',', unpaid.Select(d => d.Number.ToString(CultureInfo.InvariantCulture)));
        var invoices = unpaid.Select(d => d.InvoiceId).Distinct().ToList();
        if (invoices is [null]) return (numbers, null);

        var invoice = invoices is [{ } only] ? await db.Invoices.Where(i => i.Id == only).Select(i => i.Number).SingleAsync(ct) : null;
        return invoice is not null && (call.Text("invoice", 70) ?? invoice) == invoice ? (numbers, invoice) : throw Call.Invalid("txref", "A link pays transactions of one invoice, or of none.");
    }

    private static async Task<IResult> ReadAsync(Call call, EngineDb db, CancellationToken ct)
    {
        var links = db.PayLinks.AsNoTracking().Where(l => l.CreditorId == call.CreditorId && l.ArchivedAt == null);
        var (id, reference) = (call.Number("id"), call.Text("ref", 200));
        if (id is null && reference is null) throw Call.Missing("id");
        if (id is not null) links = links.Where(l => l.Number == id);
        if (reference is not null) links = links.Where(l => l.Ref == reference);
        var found = await links.OrderBy(l => l.Number).Take(Most).ToListAsync(ct);
        if (found.Count == 0) throw Unknown(call.Text("id", 40) ?? reference!);

        var entries = new JsonArray();
        foreach (var link in found) entries.Add(LinkView.For(call, await LinkView.OfAsync(db, link, ct)));
        return Json.Answer(new JsonObject { ["Links"] = entries });
    }

    /// <summary>One that nobody opened is removed; any other is only taken off the lists.</summary>
    private static async Task<IResult> RemoveAsync(Call call, EngineDb db, BusinessClock clock, CancellationToken ct)
    {
        await db.WriteAsync(async token =>
        {
            var link = await FindAsync(db, call, token);
            if (link.State is PayLinkState.Created && !await db.PayLinks.AnyAsync(l => l.TemplateId == link.Id, token)) db.PayLinks.Remove(link);
            else link.Archive(clock.GetUtcNow());
        }, ct);
        return Json.Answer(new JsonObject());
    }

    private static async Task<IResult> RefundAsync(Call call, EngineDb db, Settlement settlement, BusinessClock clock, CancellationToken ct)
    {
        call.Require(KeyGroup.Transfers);
        var message = call.TextOf(140, "message", "msg") ?? throw Call.Missing("message");
        var wanted = call.Amount("amount");
        var (link, amount) = await db.WriteOrRepeatAsync(async token =>
        {
            await Idempotency.UseAsync(db, call, token);
            var found = await FindAsync(db, call, token);
            return (found, await RefundOneAsync(db, found, wanted, message, settlement, clock, token));
        }, ct);
        return Json.Answer(new JsonObject { ["id"] = link.Number, ["amount"] = Json.Amount(amount), ["msg"] = message });
    }

    /// <summary>Gives back of a link that was paid, all that is left when no amount is named, inside the running transaction.</summary>
    /// <exception cref="RefusedException"><c>err_fail_integration</c>: the same amount was given back already.</exception>
    internal static async Task<decimal> RefundOneAsync(EngineDb db, PayLink link, decimal? wanted, string message, Settlement settlement, BusinessClock clock, CancellationToken ct)
    {
        var given = wanted ?? link.Amount - link.RefundedAmount;
        // Told apart from a second refund of another amount, which may well be meant.
        if (await db.LinkRefunds.AnyAsync(r => r.PayLinkId == link.Id && r.Amount == (wanted ?? link.Amount), ct))
            throw new RefusedException("err_fail_integration", "A duplicate refund has been detected") { Field = "amount" };
        link.Refund(given, clock.GetUtcNow());
        var refund = new LinkRefund { CreditorId = link.CreditorId, PayLinkId = link.Id, Amount = given, Message = message, CreatedAt = clock.GetUtcNow() };
        db.LinkRefunds.Add(refund);
        await settlement.LinkRefundedAsync(link, refund, ct);
        return given;
    }

    /// <summary>The ways to pay at once that a profile offers.</summary>
    private static async Task<IResult> MethodsAsync(Call call, EngineDb db, DomiSettings settings, CancellationToken ct)
    {
        var number = call.Number("ct") is { } given and not 0 ? given : throw Call.Missing("ct");
        var profile = (await CreditorFacts.ReadAsync(db, call.CreditorId, ct)).Profiles.SingleOrDefault(p => p.Number == number && p.IsActive)
            ?? throw new RefusedException("err_no_such_ct", $"No profile {number}.") { Field = "ct" };
        var methods = settings.Sandbox.Enabled ? PayInvoice.MethodsOf(profile) : [];
        return Json.Answer(new JsonArray([.. methods.Select(m => (JsonNode)m)]));
    }

    private static async Task<PayLink> FindAsync(EngineDb db, Call call, CancellationToken ct)
    {
        var id = call.Number("id") ?? throw Call.Missing("id");
        return await db.PayLinks.SingleOrDefaultAsync(l => l.CreditorId == call.CreditorId && l.Number == id && l.ArchivedAt == null, ct) ?? throw Unknown(id.ToString(CultureInfo.InvariantCulture));
    }

    private static RefusedException Unknown(string id) => new("err_not_found", $"No payment link {id}.") { Field = id };
}
