using System.Text.Json.Nodes;
using Domi.Engine.CollectionRuns;
using Domi.Engine.Creditors;
using Domi.Engine.Customers;
using Domi.Engine.DirectDebits;
using Domi.Engine.PayLinks;
using Domi.Engine.Profiles;
using Domi.Engine.Wire;
using Domi.Platform;
using Domi.Standards;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Invoices;

/// <summary>An invoice, its payments and its feeds' entries as the API shows them.</summary>
internal sealed class InvoiceView(CreditorKeys keys, PublicAddress address)
{
    private const string PageOf = "_page";

    public string PageUrl(Creditor creditor, Invoice invoice) => address.Of("/pay/" + keys.InvoiceToken(creditor, invoice.Id));

    public JsonObject Of(Invoice invoice, Creditor creditor, int profile) => new()
    {
        ["id"] = invoice.PublicId.ToString(),
        ["number"] = invoice.Number,
        ["title"] = invoice.Title,
        ["remittance"] = invoice.Remittance,
        ["ref"] = invoice.Ref,
        ["state"] = invoice.WireState,
        ["amount"] = Json.Amount(invoice.Amount),
        ["date"] = Json.Day(invoice.Date),
        ["duedate"] = Json.Day(invoice.DueOn),
        ["ct"] = profile,
        ["url"] = PageUrl(creditor, invoice),
        ["manual"] = invoice.IsManual,
    };

    /// <summary>
    /// The entry of the invoice feed as it is kept, with every part a reader may include. In place of the page's address, which nobody shall
    /// read from the database, it has what the address is derived from.
    /// </summary>
    public async Task<JsonObject> FeedEntryAsync(EngineDb db, Invoice invoice, CancellationToken ct)
    {
        var facts = await CreditorFacts.ReadAsync(db, invoice.CreditorId, ct);
        var (creditor, profile) = (facts.Creditor, facts.ProfileOf(invoice.ProfileId));
        var customer = db.Customers.Local.FirstOrDefault(c => c.Id == invoice.CustomerId)
            ?? await db.Customers.AsNoTracking().SingleAsync(c => c.Id == invoice.CustomerId, ct);
        var entry = Of(invoice, creditor, profile.Number);
        entry.Remove("url");
        entry[PageOf] = invoice.Id.ToString();
        entry["customer"] = OfCustomer(customer);
        entry["meta"] = Meta(invoice);
        if (invoice.Campaign is { } campaign) entry["campaign"] = campaign;
        if (invoice.AttributesJson is { } attributes) entry["extra"] = JsonNode.Parse(attributes);
        entry["lastpayment"] = await LastPaymentsAsync(db, invoice, creditor, profile, ct);
        return entry;
    }

    /// <summary>Makes of an entry that is kept the one that is served: with the address of the page.</summary>
    public void Complete(JsonObject entry, Creditor creditor)
    {
        if (!entry.Remove(PageOf, out var page)) return; // kept by an older version
        entry["url"] = address.Of("/pay/" + keys.InvoiceToken(creditor, Guid.Parse(page!.GetValue<string>())));
    }

    public static JsonObject OfCustomer(Customer customer)
    {
        var block = new JsonObject { ["id"] = customer.Id.ToString() };
        Add("customerNumber", customer.CustomerNumber);
        Add("email", customer.Email);
        Add("firstname", customer.FirstName);
        Add("lastname", customer.LastName);
        Add("companyName", customer.CompanyName);
        Add("coc", customer.EnterpriseNumber);
        Add("address", customer.Street);
        Add("city", customer.City);
        Add("zip", customer.Zip);
        Add("country", customer.Country);
        Add("l", customer.Language);
        Add("mobile", customer.Mobile);
        return block;

        // A part that is not known is left out: some clients test whether a name is there.
        void Add(string name, string? value)
        {
            if (value is not null) block[name] = value;
        }
    }

    private static JsonObject Meta(Invoice invoice)
    {
        var meta = new JsonObject { ["reminderLevel"] = invoice.ReminderLevel };
        if (invoice.PaidAmount > 0 && invoice.Open > 0) meta["partial"] = Json.Amount(invoice.PaidAmount);
        if (invoice.Overpaid > 0) meta["overpaid"] = Json.Amount(invoice.Overpaid);
        if (invoice.LastError is { } error) meta["lastError"] = error;
        return meta;
    }

    private static async Task<JsonArray> LastPaymentsAsync(EngineDb db, Invoice invoice, Creditor creditor, Profile profile, CancellationToken ct)
    {
        // An invoice that is only being booked has no payments in the database yet.
        var payments = db.Entry(invoice).State is EntityState.Added ? [] : await db.InvoicePayments.AsNoTracking().Where(p => p.InvoiceId == invoice.Id).ToListAsync(ct);
        payments.AddRange(db.InvoicePayments.Local.Where(p => p.InvoiceId == invoice.Id && payments.All(known => known.Id != p.Id)));
        var answer = new JsonArray();
        foreach (var payment in payments.OrderByDescending(p => p.OccurredAt).ThenByDescending(p => p.Id))
        {
            var entry = new JsonObject
            {
                ["method"] = payment.Method,
                ["action"] = payment.Kind is PaymentKind.Payment ? "payment" : "payment_fail",
                ["date"] = Json.Instant(payment.OccurredAt),
                ["msg"] = invoice.Title,
            };
            if (payment.DirectDebitId is { } debitId)
            {
                var debit = db.DirectDebits.Local.FirstOrDefault(d => d.Id == debitId) ?? await db.DirectDebits.AsNoTracking().SingleAsync(d => d.Id == debitId, ct);
                var mandate = await db.Mandates.AsNoTracking().SingleAsync(m => m.Id == debit.MandateId, ct);
                entry["id"] = debit.Number;
                entry["e2e"] = debit.EndToEndId;
                entry["pmtinf"] = debit.RunId is { } runId
                    ? db.CollectionRuns.Local.FirstOrDefault(r => r.Id == runId)?.PaymentInformationId ?? await db.CollectionRuns.Where(r => r.Id == runId).Select(r => r.PaymentInformationId).SingleOrDefaultAsync(ct)
                    : RunOf.IdOf(profile, debit.RequestedOn, payment.OccurredAt.BrusselsDate());
                if (mandate.DebtorAccount is { } account) entry["iban"] = account.Value;
                entry["mndtId"] = mandate.Reference;
                if (mandate.DebtorBic is { } bic) entry["bic"] = bic.Value;
            }
            else if (payment.PayLinkId is { } linkId)
            {
                var link = db.PayLinks.Local.FirstOrDefault(l => l.Id == linkId) ?? await db.PayLinks.AsNoTracking().SingleAsync(l => l.Id == linkId, ct);
                entry["id"] = link.Number;
                entry["link"] = link.Number;
            }

            if (payment.ReasonCode is { } code) entry["rc"] = code;
            if (payment.IsDouble) entry["double"] = true;
            answer.Add(entry);
        }

        return answer;
    }

    /// <summary>The entry of the payment feed: the only one that moves money at the reader's side.</summary>
    public static JsonObject PaymentEntry(Invoice invoice, Creditor creditor, InvoicePayment payment, DirectDebit? debit, string? mandate, PayLink? link, Iban? from, string? refundE2e, string? action, int step)
    {
        var entry = new JsonObject
        {
            ["eventId"] = "evt_" + payment.Id.ToString("n"),
            ["eventType"] = payment.Kind switch { PaymentKind.Payment => "payment", PaymentKind.Failure => "payment_failure", _ => "refund" },
            ["occurredAt"] = Json.InstantMs(payment.OccurredAt),
            ["amount"] = Json.Amount(payment.Amount),
            ["currency"] = "EUR",
            ["origin"] = new JsonObject { ["object"] = "invoice", ["id"] = invoice.PublicId.ToString(), ["number"] = invoice.Number, ["ref"] = invoice.Ref },
            ["gateway"] = debit is { IsCard: false } || (debit is null && link is null)
                ? new JsonObject { ["id"] = 1, ["name"] = "Bank", ["type"] = "bank", ["iban"] = creditor.Account?.Value }
                : new JsonObject { ["id"] = 2, ["name"] = "Payments", ["type"] = "psp", ["iban"] = null },
            ["details"] = debit is not null
                ? new JsonObject { ["source"] = "direct_debit", ["paymentId"] = debit.Number, ["transactionE2e"] = debit.EndToEndId, ["mndtId"] = mandate }
                : link is not null
                    ? new JsonObject { ["source"] = "payment_link", ["linkId"] = link.Number, ["linkMethod"] = link.Method }
                    : new JsonObject { ["source"] = "credit_transfer", ["customerIban"] = from?.Value, ["refundE2e"] = refundE2e },
        };
        if (debit is not null && refundE2e is not null) entry["details"]!["refundE2e"] = refundE2e;
        if (payment.Kind is PaymentKind.Failure && payment.ReasonCode is { } code)
        {
            entry["error"] = new JsonObject
            {
                ["code"] = ReasonCodes.BucketOf(code) switch { FailureBucket.Soft => "insufficient_funds", FailureBucket.Hard => "refused", _ => "not_routable" },
                ["description"] = ReasonCodes.Describe(code, "en"),
                ["category"] = ReasonCodes.BucketOf(code) switch { FailureBucket.Soft => "soft", FailureBucket.Hard => "hard", _ => "other" },
                ["externalCode"] = code,
                ["action"] = action,
                ["actionStep"] = step,
            };
        }

        return entry;
    }
}
