using System.Text.Json;
using System.Text.Json.Nodes;
using Domi.Engine.Creditors;
using Domi.Engine.Invoices;
using Domi.Engine.Mandates;
using Domi.Engine.Transfers;
using Domi.Engine.Profiles;
using Domi.Engine.Wire;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.DirectDebits;

/// <summary><c>/creditor/transaction</c>: made, changed, removed, read, acted on and given back, found by id or reference.</summary>
/// <remarks>
/// Refuses with <c>err_no_contract</c> (no mandate, or not the caller's), <c>err_invalid_state</c> (it is not active, or the collection is
/// with the bank), <c>err_no_transaction</c>, <c>err_duplicate_tx</c> (two have the reference), <c>err_not_authorised</c> (sent already),
/// <c>err_invalid_amount</c>, <c>err_invalid_sepachars</c>, <c>err_invalid_date</c>, <c>err_transaction_invalid_action</c>, <c>err_msg_missing</c>,
/// <c>err_fail_refund</c> (the same refund twice). Source: Twikey API, Transactions.
/// </remarks>
internal static class Transactions
{
    private const int Most = 500;

    private static readonly Func<EngineDb, Guid, string, CancellationToken, Task<Mandate?>> WithReference = EF.CompileAsyncQuery(
        (EngineDb db, Guid creditorId, string reference, CancellationToken ct) => db.Mandates.SingleOrDefault(m => m.CreditorId == creditorId && m.Reference == reference));

    /// <summary>What a caller wants collected.</summary>
    public sealed record Wanted(string Mandate, decimal Amount, string Message, string? Ref, string? Place, DateOnly? BilledOn, DateOnly? RequestedOn, bool RefIsEndToEndId);

    public static void Map(IEndpointRouteBuilder creditor)
    {
        creditor.MapPost("transaction", CreateAsync);
        creditor.MapPut("transaction", UpdateAsync);
        creditor.MapDelete("transaction", RemoveAsync);
        creditor.MapGet("transaction/detail", DetailAsync);
        creditor.MapGet("transaction/query", QueryAsync);
        creditor.MapPost("transaction/action", ActAsync);
        creditor.MapPost("transaction/refund", RefundAsync);
    }

    private static async Task<IResult> CreateAsync(Call call, EngineDb db, BusinessClock clock, CancellationToken ct)
    {
        if (call.Flag("reservation")) return await Reservations.ReserveAsync(call, db, clock, ct);

        var wanted = Read(call);
        var reservation = call.Header("X-RESERVATION");
        var facts = await CreditorFacts.ReadAsync(db, call.CreditorId, ct); // before others have to wait: what is read inside a transaction is not remembered
        var (debit, mandate) = await db.WriteOrRepeatAsync(async token =>
        {
            await Idempotency.UseAsync(db, call, token);
            var found = await MandateAsync(db, call, wanted.Mandate, token);
            if (reservation is not null) await Reservations.ConsumeAsync(db, call, reservation, found, wanted.Amount, clock, token);
            return (await AddAsync(db, found, wanted, clock, token), found);
        }, ct);
        return Json.Answer(new JsonObject { ["Entries"] = new JsonArray(TransactionView.For(call, TransactionView.OfNew(debit, mandate, facts.ProfileOf(mandate.ProfileId)))) });
    }

    /// <summary>Plans a collection on a mandate, inside the running transaction.</summary>
    public static async Task<DirectDebit> AddAsync(EngineDb db, Mandate mandate, Wanted wanted, BusinessClock clock, CancellationToken ct, Guid? subscriptionId = null, Guid? invoiceId = null)
    {
        if (!mandate.IsCollectable) throw new RefusedException("err_invalid_state", $"Mandate {mandate.Reference} is not active.", ("reference", mandate.Reference)) { Field = "mndtId" };
        if (wanted.RefIsEndToEndId && (db.DirectDebits.Local.Any(d => d.EndToEndId == wanted.Ref) || await db.DirectDebits.AnyAsync(d => d.CreditorId == mandate.CreditorId && d.EndToEndId == wanted.Ref, ct)))
            wanted = wanted with { RefIsEndToEndId = false }; // used before: the reference stays, the id is new

        var profile = (await CreditorFacts.ReadAsync(db, mandate.CreditorId, ct)).ProfileOf(mandate.ProfileId);
        var debit = DirectDebit.Plan(mandate.CreditorId, await db.NextObjectNumberAsync(mandate.CreditorId, ct), invoiceId, mandate.Id, wanted.Amount, wanted.Message, wanted.Ref, 1, profile.PlanOn(wanted.RequestedOn, clock.Today),
            clock.GetUtcNow(), isForced: false, wanted.Place, wanted.BilledOn ?? clock.Today, wanted.RefIsEndToEndId, subscriptionId, isCard: mandate.Kind is AgreementKind.CreditCard);
        db.DirectDebits.Add(debit);
        return debit;
    }

    public static Wanted Read(Call call) => new(
        call.Required("mndtId", 35).ToUpperInvariant(), AmountOf(call.Amount("amount") ?? throw Call.Missing("amount")), MessageOf(call.TextOf(1000, "message", "msg")),
        RefOf(call.Text("ref", 200), call.Flag("refase2e")), call.Text("place", 140), call.Day("date"), call.Day("reqcolldt"), call.Flag("refase2e"));

    public static Wanted Read(JsonElement json)
    {
        var asId = Json.Text(json, "refase2e", 10)?.ToLowerInvariant() is "true" or "1";
        return new(
            (Json.Text(json, "mndtId", 35) ?? throw Call.Missing("mndtId")).ToUpperInvariant(), AmountOf(Call.AmountOf("amount", Json.Text(json, "amount", 40) ?? throw Call.Missing("amount"))),
            MessageOf(Json.Text(json, "message") ?? Json.Text(json, "msg")), RefOf(Json.Text(json, "ref", 200), asId), Json.Text(json, "place", 140), DayOf(json, "date"), DayOf(json, "reqcolldt"), asId);

        static DateOnly? DayOf(JsonElement json, string name) => Json.Text(json, name, 40) is { } text ? Call.DayOf(name, text) : null;
    }

    private static decimal AmountOf(decimal amount) => amount > 0
        ? amount
        : throw new RefusedException("err_invalid_amount", $"{amount} cannot be collected.", ("amount", amount)) { Field = "amount" };

    internal static string MessageOf(string? text)
    {
        if (text is null) throw Call.Missing("message");
        if (text.Length > 140) throw Call.Invalid("message", "message is longer than 140 characters.");
        // Letters with accents have their plain form; what has none is not for banks.
        var plain = SepaText.Convert(text, 140, "x");
        return plain == SepaText.Convert(text, 140, "y") // neither stood in
            ? plain
            : throw new RefusedException("err_invalid_sepachars", "The message has no character that banks take.") { Field = "message" };
    }

    private static string? RefOf(string? reference, bool isEndToEndId)
    {
        if (!isEndToEndId) return reference;
        if (reference is null) throw Call.Missing("ref");
        return reference.Length <= 35 && SepaText.IsAllowedIdentifier(reference) ? reference : throw Call.Invalid("ref", "As end-to-end id a reference has at most 35 characters that banks take.");
    }

    internal static async Task<Mandate> MandateAsync(EngineDb db, Call call, string reference, CancellationToken ct) =>
        await WithReference(db, call.CreditorId, reference, ct)
        ?? throw new RefusedException("err_no_contract", $"No mandate {reference}.") { Field = "mndtId" };

    /// <summary>204. Any subset, as long as the bank does not have it.</summary>
    private static async Task<IResult> UpdateAsync(Call call, EngineDb db, BusinessClock clock, CancellationToken ct)
    {
        var (day, amount) = (call.Day("reqcolldt"), call.Amount("amount"));
        var message = call.TextOf(1000, "message", "msg");
        await db.WriteAsync(async token =>
        {
            var debit = await FindAsync(db, call, token);
            if (debit.InvoiceId is not null && amount is not null && amount != debit.Amount)
                throw new RefusedException("err_invalid_amount", "The amount is the invoice's.", ("amount", amount)) { Field = "amount" };
            debit.Change(amount is null ? null : AmountOf(amount.Value), message is null ? null : MessageOf(message), call.Text("ref", 200), call.Text("place", 140), clock.GetUtcNow());
            if (day is not { } wanted) return;

            debit.Postpone((await ProfileOfAsync(db, debit, token)).PlanOn(wanted, clock.Today), clock.GetUtcNow());
        }, ct);
        return Results.NoContent();
    }

    /// <summary>204. What is with the bank stays; the invoice of a collection that is removed is payable again.</summary>
    private static async Task<IResult> RemoveAsync(Call call, EngineDb db, Settlement settlement, BusinessClock clock, CancellationToken ct)
    {
        await db.WriteAsync(async token =>
        {
            if (call.Header("X-RESERVATION") is { } reservation)
            {
                await Reservations.RemoveAsync(db, call, reservation, clock, token);
                return;
            }

            await RemoveOneAsync(db, await FindAsync(db, call, token, many: true), settlement, clock, token);
        }, ct);
        return Results.NoContent();
    }

    /// <summary>Withdraws what the bank does not have yet, inside the running transaction.</summary>
    /// <exception cref="RefusedException"><c>err_not_authorised</c>: it was sent.</exception>
    internal static async Task RemoveOneAsync(EngineDb db, DirectDebit debit, Settlement settlement, BusinessClock clock, CancellationToken ct)
    {
        if (debit.State is not DirectDebitState.Open) throw new RefusedException("err_not_authorised", $"Transaction {debit.Number} was sent already.") { Field = "id" };
        debit.Withdraw(clock.GetUtcNow());
        if (debit.InvoiceId is not { } invoiceId) return;

        var invoice = await db.Invoices.SingleAsync(i => i.Id == invoiceId, ct);
        invoice.StopCollecting(clock.GetUtcNow());
        await settlement.ChangedAsync(invoice, ct);
    }

    /// <summary>By id, reference, mandate or state; without any, the open ones.</summary>
    private static async Task<IResult> DetailAsync(Call call, EngineDb db, CancellationToken ct)
    {
        var debits = Current(db, call);
        var (id, refs, mandate, state) = (call.Number("id"), call.Listed("ref"), call.Text("mndtId", 35)?.ToUpperInvariant(), call.Text("state", 20)?.ToUpperInvariant());
        if (refs.Count > Most) throw Call.Invalid("ref", $"More than {Most} references.");
        if (id is not null) debits = debits.Where(d => d.Number == id);
        if (refs.Count > 0) debits = debits.Where(d => refs.Contains(d.Ref!));
        if (mandate is not null) debits = debits.Where(d => db.Mandates.Any(m => m.Id == d.MandateId && m.Reference == mandate));
        debits = state switch
        {
            "PAID" => debits.Where(d => d.State == DirectDebitState.Paid || d.SettledBy != null),
            "ERROR" => debits.Where(d => d.State == DirectDebitState.Failed && d.SettledBy == null),
            "UNPAID" => debits.Where(d => d.State != DirectDebitState.Paid && d.SettledBy == null),
            "OPEN" => debits.Where(d => d.State == DirectDebitState.Open || d.State == DirectDebitState.Sent),
            null when id is null && refs.Count == 0 && mandate is null => debits.Where(d => d.State == DirectDebitState.Open),
            null => debits,
            _ => throw Call.Invalid("state", "state is OPEN, PAID, UNPAID or ERROR."),
        };
        return await AnswerAsync(call, db, await debits.OrderBy(d => d.Number).Take(Most).ToListAsync(ct), ct);
    }

    /// <summary>From an id on, in their order.</summary>
    private static async Task<IResult> QueryAsync(Call call, EngineDb db, CancellationToken ct)
    {
        var from = call.Number("fromId") ?? throw Call.Missing("fromId");
        var debits = Current(db, call).Where(d => d.Number >= from);
        if (call.Text("mndtId", 35)?.ToUpperInvariant() is { } mandate) debits = debits.Where(d => db.Mandates.Any(m => m.Id == d.MandateId && m.Reference == mandate));
        return await AnswerAsync(call, db, await debits.OrderBy(d => d.Number).Take(Most).ToListAsync(ct), ct);
    }

    private static async Task<IResult> AnswerAsync(Call call, EngineDb db, IReadOnlyList<DirectDebit> found, CancellationToken ct) =>
        Json.Answer(new JsonObject { ["Entries"] = new JsonArray([.. (await TransactionView.OfAsync(db, found, ct)).Select(e => (JsonNode)TransactionView.For(call, e))]) });

    /// <summary>204: <c>paid</c>, <c>reoffer</c>, <c>backup</c> (payment alternative), <c>unsettle</c>, <c>archive</c>.</summary>
    private static async Task<IResult> ActAsync(Call call, EngineDb db, Settlement settlement, FailureWorkflow failures, CancellationToken ct)
    {
        var action = call.Required("action", 40).ToLowerInvariant();
        if (action is not ("paid" or "reoffer" or "backup" or "unsettle" or "archive"))
            throw new RefusedException("err_transaction_invalid_action", $"No action {action}.", ("action", action)) { Field = "action" };
        await db.WriteOrRepeatAsync(async token => await failures.ActAsync(await FindAsync(db, call, token, alsoArchived: true), action, settlement, token), ct);
        return Results.NoContent();
    }

    /// <summary>Gives a collection back by a transfer to the debtor's account, or another one of his.</summary>
    private static async Task<IResult> RefundAsync(Call call, EngineDb db, BusinessClock clock, CancellationToken ct)
    {
        call.Require(KeyGroup.Transfers);
        var message = call.TextOf(1000, "message", "msg") is { } text ? MessageOf(text) : throw new RefusedException("err_msg_missing", "Say what it is for in message.") { Field = "message" };
        var amount = AmountOf(call.Amount("amount") ?? throw Call.Missing("amount"));
        var account = call.Text("iban", 60) is { } iban ? Iban.TryParse(iban, out var read) ? read : throw new RefusedException("err_invalid_iban", "The IBAN does not hold.") { Field = "iban" } : (Iban?)null;
        var bic = call.Text("bic", 20) is { } code ? Bic.TryParse(code, out var known) ? known : throw new RefusedException("err_invalid_bic", $"Not a BIC: {code}", ("bic", code)) { Field = "bic" } : (Bic?)null;
        var transfer = await db.WriteOrRepeatAsync(async token =>
        {
            await Idempotency.UseAsync(db, call, token);
            var debit = await FindAsync(db, call, token, alsoArchived: true);
            return await RefundOf.AddAsync(db, debit, amount, message, call.Text("ref", 200), call.Text("place", 140), account, bic, clock, token);
        }, ct);
        return Json.Answer(new JsonObject { ["Entries"] = new JsonArray(TransferView.Of(transfer)) });
    }

    /// <summary>The transactions of the caller: of each the last attempt; those that were removed are gone.</summary>
    private static IQueryable<DirectDebit> Current(EngineDb db, Call call) =>
        db.DirectDebits.AsNoTracking().Where(d => d.CreditorId == call.CreditorId && !d.IsSuperseded && (d.State != DirectDebitState.Withdrawn || d.SettledBy != null));

    private static async Task<DirectDebit> FindAsync(EngineDb db, Call call, CancellationToken ct, bool many = false, bool alsoArchived = false)
    {
        var own = db.DirectDebits.Where(d => d.CreditorId == call.CreditorId && !d.IsSuperseded && (d.State != DirectDebitState.Withdrawn || d.SettledBy != null));
        if (!alsoArchived) own = own.Where(d => d.ArchivedAt == null);
        if (call.Number("id") is { } id) return await own.SingleOrDefaultAsync(d => d.Number == id, ct) ?? throw Unknown("id");
        if (!many || call.Text("ref", 200) is not { } reference) throw Call.Missing("id");

        var found = await own.Where(d => d.Ref == reference).OrderBy(d => d.Number).Take(2).ToListAsync(ct);
        return found.Count switch
        {
            0 => throw Unknown("ref"),
            1 => found[0],
            _ => throw new RefusedException("err_duplicate_tx", $"More than one transaction has the reference {reference}.") { Field = "ref" },
        };

        RefusedException Unknown(string field) => new("err_no_transaction", $"No transaction {call.Text(field, 200)}.") { Field = field };
    }

    private static async Task<Profiles.Profile> ProfileOfAsync(EngineDb db, DirectDebit debit, CancellationToken ct) =>
        await db.Profiles.AsNoTracking().SingleAsync(p => db.Mandates.Any(m => m.Id == debit.MandateId && m.ProfileId == p.Id), ct);
}
