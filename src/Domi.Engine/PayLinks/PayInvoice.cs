using Domi.Engine.Creditors;
using Domi.Engine.Invoices;
using Domi.Engine.Mandates;
using Domi.Engine.Pages;
using Domi.Engine.Profiles;
using Domi.Platform;
using Domi.Standards;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.PayLinks;

/// <summary>Who paid, and by what: of a payment that signs a mandate.</summary>
internal sealed record PaidFrom(Iban? Account, Card? Card, SignerSession Session);

/// <summary>What a debtor does on the payment page: pay now through the provider, or set up automatic payment.</summary>
internal sealed class PayInvoice(EngineDb db, CreditorKeys keys, Settlement settlement, MandateEvents events, SignMandate sign, BusinessClock clock)
{
    public const string ByCard = "card";

    public static readonly IReadOnlyList<string> Methods = ["bancontact", "payconiq", ByCard];

    /// <summary>The ways that a profile offers, of those that there are.</summary>
    public static IReadOnlyList<string> MethodsOf(Profiles.Profile profile) =>
        profile.PayMethods is { } chosen ? [.. Methods.Where(m => chosen.Split(',').Contains(m))] : Methods;

    /// <summary>What a payer of an invoice reads at the provider.</summary>
    private static string MessageOf(Profiles.Profile profile, Invoice invoice)
    {
        if (profile.PayMessage is not { } own) return invoice.Title;
        return Shorten.To(200, own.Replace("{number}", invoice.Number, StringComparison.Ordinal).Replace("{title}", invoice.Title, StringComparison.Ordinal));
    }

    public Task<Invoice?> FindAsync(string token, CancellationToken ct)
    {
        var hash = Secrets.HashOf(token);
        return db.Invoices.AsNoTracking().SingleOrDefaultAsync(i => i.PageTokenHash == hash, ct);
    }

    /// <summary>
    /// Begins a payment of what is open; answers the token under which the provider's page knows it. One form begins one payment:
    /// <paramref name="once"/>, which nobody else knows, names it, so that a second post of the form finds the first one's.
    /// </summary>
    /// <exception cref="RefusedException"><c>not_payable</c>: paid, being collected or off the table meanwhile.</exception>
    public async Task<string> StartAsync(Guid invoiceId, string method, string once, CancellationToken ct)
    {
        if (!Methods.Contains(method)) throw new RefusedException("method_unknown", $"No method {method}.");

        var token = Secrets.HashOf($"{invoiceId:n}:{method}:{once}")[..40];
        var hash = Secrets.HashOf(token);
        // Two that begin or end at the same moment meet on an index or on the invoice's version.
        await db.WriteOrRepeatAsync(async write =>
        {
            if (await db.PayLinks.AnyAsync(l => l.TokenHash == hash, write)) return;

            var invoice = await db.Invoices.SingleAsync(i => i.Id == invoiceId, write);
            if (!invoice.IsPayable) throw new RefusedException("not_payable", $"Invoice {invoice.Number} is {invoice.State}.");
            var link = new PayLink
            {
                CreditorId = invoice.CreditorId,
                Number = await db.NextObjectNumberAsync(invoice.CreditorId, write),
                InvoiceId = invoice.Id,
                CustomerId = invoice.CustomerId,
                ProfileId = invoice.ProfileId,
                Title = MessageOf((await CreditorFacts.ReadAsync(db, invoice.CreditorId, write)).ProfileOf(invoice.ProfileId), invoice),
                Ref = invoice.Number,
                Amount = invoice.Open,
                CreatedAt = clock.GetUtcNow(),
            };
            link.Start(method, hash, clock.GetUtcNow());
            db.PayLinks.Add(link);
        }, ct);
        return token;
    }

    /// <summary>
    /// The provider's answer on a payment. Told twice it changes nothing; a payment of an invoice that was settled meanwhile is not
    /// taken, its link has ended.
    /// </summary>
    /// <param name="payer">Of a payment that signs a mandate, or gives it another card.</param>
    public Task EndAsync(string token, bool approved, CancellationToken ct, PaidFrom? payer = null)
    {
        var hash = Secrets.HashOf(token);
        return db.WriteOrRepeatAsync(async write =>
        {
            if (await db.PayLinks.SingleOrDefaultAsync(l => l.TokenHash == hash, write) is not { IsOpen: true } link) return;

            var invoice = link.InvoiceId is { } of ? await db.Invoices.SingleAsync(i => i.Id == of, write) : null;
            if (!approved)
            {
                link.Decline(clock.GetUtcNow());
                if (link.MandateId is { } unsigned) db.PageEvents.Add(new() { CreditorId = link.CreditorId, AboutId = unsigned, Kind = PageEvent.Cancelled, Text = link.Method, At = clock.GetUtcNow() });
                await LinkView.ChangedAsync(db, link, clock.GetUtcNow(), write);
            }
            else if (invoice is { IsPayable: false })
            {
                link.Expire(clock.GetUtcNow());
                await LinkView.ChangedAsync(db, link, clock.GetUtcNow(), write);
            }
            else
            {
                await settlement.LinkPaidAsync(link, invoice, write);
                if (link.MandateId is { } mandateId && payer is not null) await SignAsync(mandateId, link.Method!, payer, write);
            }
        }, ct);
    }

    // The payer's bank vouches for him and for the account, the card's for the card: it becomes the mandate's, in the transaction of the payment.
    private async Task SignAsync(Guid mandateId, string method, PaidFrom payer, CancellationToken ct)
    {
        var mandate = await db.Mandates.SingleOrDefaultAsync(m => m.Id == mandateId, ct) ?? throw SignMandate.Withdrawn();
        if (mandate.State is MandateState.Prepared) AgreementText.RequireShown(mandate, await AgreementText.HashOfAsync(db, mandate, payer.Session.Language, ct), payer.Session);
        if (payer.Card is { } card && mandate is { Kind: AgreementKind.CreditCard, State: not MandateState.Cancelled })
        {
            mandate.Take(card);
            if (mandate.State is not MandateState.Prepared) await events.ChangedAsync(mandate, "_T50", ct);
        }

        if (mandate.State is not MandateState.Prepared || mandate.AwaitsCoSigner) return; // signed meanwhile, another way

        if (payer.Account is { } account) await FillAsync(mandate, account, ct);
        await db.SaveChangesAsync(ct);
        await sign.SignByProofAsync(mandateId, method, payer.Session with { TextHash = await AgreementText.HashOfAsync(db, mandate, payer.Session.Language, ct) }, null, ct, isPaid: true);
    }

    // The payment proves the account, whichever was typed. Name and address it does not know: those that the signer typed stay.
    private async Task FillAsync(Mandate mandate, Iban account, CancellationToken ct)
    {
        await MandateRules.RequireAccountAsync(db, (await CreditorFacts.ReadAsync(db, mandate.CreditorId, ct)).ProfileOf(mandate.ProfileId), account, mandate.Id, ct);
        var customer = await db.Customers.SingleAsync(c => c.Id == mandate.CustomerId, ct);
        mandate.Complete(customer.DisplayName, customer, account);
    }

    /// <summary>Prepares a mandate for the invoice's customer and answers the token of its signing page.</summary>
    /// <param name="on">The day on which this invoice is to be collected, when the debtor chose one: kept on the mandate, for it holds with the signature.</param>
    /// <exception cref="RefusedException"><c>not_payable</c>; <c>day_not_offered</c>.</exception>
    public async Task<string> SetUpAutomaticAsync(Guid invoiceId, string language, DateOnly? on, CancellationToken ct)
    {
        // Of two posts at the same moment an index declines the second, which then finds what the first one began.
        return await db.WriteOrRepeatAsync(async write =>
        {
            var invoice = await db.Invoices.SingleAsync(i => i.Id == invoiceId, write);
            if (!invoice.IsPayable) throw new RefusedException("not_payable", $"Invoice {invoice.Number} is {invoice.State}.");

            // The page may be left and come back to: the mandate that was begun from it goes on.
            var now = clock.GetUtcNow();
            if (on is { } day) ScheduleInvoice.RequireDay((await CreditorFacts.ReadAsync(db, invoice.CreditorId, write)).ProfileOf(invoice.ProfileId), invoice, day, clock.Today);
            var begun = (await db.Mandates.Where(m => m.CustomerId == invoice.CustomerId && m.ProfileId == invoice.ProfileId && m.State == MandateState.Prepared && m.InvoiceId == invoice.Id).ToListAsync(write)).SingleOrDefault();
            var creditor = (await CreditorFacts.ReadAsync(db, invoice.CreditorId, write)).Creditor;
            if (begun?.CanBeSigned(now, isCoSigner: true) == true) return keys.MandateToken(creditor, begun.Id); // half signed: its page says for whom it waits
            if (begun?.CanBeSigned(now) == true)
            {
                begun.BeginWith(OnSignature.Choosing(on));
                return keys.MandateToken(creditor, begun.Id);
            }

            if (begun is not null)
            {
                await events.RemovedAsync(begun, "expired", write);
                db.Mandates.Remove(begun);
                await db.SaveChangesAsync(write); // makes room
            }

            var profile = await db.Profiles.SingleAsync(p => p.Id == invoice.ProfileId, write);
            var customer = await db.Customers.SingleAsync(c => c.Id == invoice.CustomerId, write);
            var (_, token) = await PrepareMandate.Async(db, keys, profile, customer, null, invoice.Id, language, null, null, clock, write, OnSignature.Choosing(on));
            return token;
        }, ct);
    }
}
