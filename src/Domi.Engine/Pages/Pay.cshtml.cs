using Domi.Engine.Creditors;
using Domi.Engine.Customers;
using Domi.Engine.DirectDebits;
using Domi.Engine.Identity;
using Domi.Engine.Invoices;
using Domi.Engine.Mandates;
using Domi.Engine.PayLinks;
using Domi.Engine.Profiles;
using Domi.Platform;
using Domi.Rendering;
using Domi.Standards;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages;

/// <summary>What is asked of a debtor: pay now, or set up automatic payment; and what became of it.</summary>
internal sealed class PayModel(
    PayInvoice pay, IdentityProviders providers, EngineDb db, DomiSettings settings, PublicAddress address, StepNonces nonces, BusinessClock clock, Texts texts) : HostedPage(texts)
{
    private const string Step = "pay";

    /// <summary>Where money is transferred to, and the code that a banking app reads.</summary>
    public sealed record Transfer(Iban Account, string Name, string Communication, string? QrSvg);

    public string Token { get; private set; } = "";

    public Invoice Invoice { get; private set; } = null!; // set before the page is drawn

    public Transfer? ByTransfer { get; private set; }

    public IReadOnlyList<string> Methods { get; private set; } = [];

    public bool OffersAutomatic { get; private set; }

    /// <summary>A B2B mandate was signed; the debtor's bank has not confirmed it yet.</summary>
    public bool WaitsForBank { get; private set; }

    /// <summary>The collection under way, and the mandate it is made on.</summary>
    public DirectDebit? Debit { get; private set; }

    public Mandate? Mandate { get; private set; }

    /// <summary>How it was paid in the end: <c>bancontact</c>, <c>sdd</c>, <c>manual</c>…</summary>
    public string? PaidBy { get; private set; }

    public int? DocumentKb { get; private set; }

    public string QrSvg { get; private set; } = "";

    public string Nonce { get; private set; } = "";

    public bool CameBack => Request.Query["r"] == "paid" && Invoice.State is InvoiceState.Paid;

    public bool WasRefused => Request.Query["r"] == "refused" && Invoice.IsPayable;

    public async Task<IActionResult> OnGetAsync(string token, CancellationToken ct) => await ReadAsync(token, ct) ? Page() : NotFound();

    public async Task<IActionResult> OnPostPayAsync(string token, string? method, string? nonce, CancellationToken ct)
    {
        if (!await ReadAsync(token, ct)) return NotFound();
        if (nonces.Read(nonce, Invoice.Id, Step) is null || !Methods.Contains(method)) return Redirect(At($"/pay/{token}"));

        try
        {
            var link = await pay.StartAsync(Invoice.Id, method!, nonce!, ct);
            return Redirect(At($"/pay/{token}/go/{link}"));
        }
        catch (RefusedException refused)
        {
            return await RefusedAsync(token, refused, ct);
        }
    }

    public async Task<IActionResult> OnPostAutomaticAsync(string token, string? nonce, CancellationToken ct)
    {
        if (!await ReadAsync(token, ct)) return NotFound();
        if (nonces.Read(nonce, Invoice.Id, Step) is null || !OffersAutomatic) return Redirect(At($"/pay/{token}"));

        try
        {
            return Redirect(At("/sign/" + await pay.SetUpAutomaticAsync(Invoice.Id, Language, ct)));
        }
        catch (RefusedException refused)
        {
            return await RefusedAsync(token, refused, ct);
        }
    }

    private async Task<IActionResult> RefusedAsync(string token, RefusedException refused, CancellationToken ct)
    {
        Refusal = T.Refused(refused);
        await ReadAsync(token, ct); // it was settled meanwhile: the page shows how
        return Page();
    }

    private async Task<bool> ReadAsync(string token, CancellationToken ct)
    {
        if (await pay.FindAsync(token, ct) is not { } invoice) return false;

        (Token, Invoice) = (token, invoice);
        Creditor = (await CreditorFacts.ReadAsync(db, invoice.CreditorId, ct)).Creditor;
        var customer = await db.Customers.AsNoTracking().SingleAsync(c => c.Id == invoice.CustomerId, ct);
        Speak(invoice.Locale, customer.Language);
        DocumentKb = invoice.DocumentHash is { } hash
            ? await db.Blobs.Where(b => b.Hash == hash).Select(b => (int?)((b.SizeBytes + 1023) / 1024)).SingleOrDefaultAsync(ct)
            : null;

        if (invoice.IsPayable) await OfferAsync(customer, ct);
        else if (invoice.State is InvoiceState.Pending) await ReadCollectionAsync(ct);
        else if (invoice.State is InvoiceState.Paid) await ReadPaymentAsync(ct);
        if (CameBack && invoice.RedirectUrl is { } shop) ForwardTo = shop;
        return true;
    }

    private async Task OfferAsync(Customer customer, CancellationToken ct)
    {
        Nonce = nonces.Of(Invoice.Id, Step, new(Invoice.Version, clock.GetUtcNow(), Language));
        if (Creditor!.Account is { } account) ByTransfer = TransferTo(account);
        QrSvg = QrPicture.Svg(address.Of("/pay/" + Token), T["pay.phone.title"]);

        var profile = await db.Profiles.AsNoTracking().SingleAsync(p => p.Id == Invoice.ProfileId, ct);
        Methods = settings.Sandbox.Enabled ? PayInvoice.MethodsOf(profile) : []; // only the simulated bank takes payments at once
        var states = await db.Mandates.AsNoTracking().Where(m => m.CreditorId == Invoice.CreditorId && m.CustomerId == customer.Id && m.ProfileId == profile.Id
                && (m.State == MandateState.SignedPendingDebtorBank || m.State == MandateState.Signed))
            .Select(m => m.State).ToListAsync(ct);
        WaitsForBank = states.Contains(MandateState.SignedPendingDebtorBank);
        OffersAutomatic = states.Count == 0 && profile.IsActive && profile.Kind switch
        {
            AgreementKind.DirectDebit => Creditor.CreditorIdentifier.Length > 0,
            AgreementKind.CreditCard => providers.TakesPayments,
            _ => false, // on a contract nothing is collected
        };
    }

    private Transfer TransferTo(Iban account)
    {
        var name = SepaText.Convert(Creditor!.Name, 70, "Creditor");
        var communication = StructuredCommunication.TryParse(Invoice.Remittance, out var structured)
            ? structured.ToString()
            : SepaText.Convert(Invoice.Remittance, 140, "Invoice");
        var qr = Invoice.Open <= 999_999_999.99m
            ? QrPicture.Svg(EpcQr.Payload(name, account, Creditor.Bic, Invoice.Open, null, communication, null), T["pay.transfer.qr"])
            : null;
        return new(account, Creditor.Name, communication, qr);
    }

    private async Task ReadCollectionAsync(CancellationToken ct)
    {
        Debit = await db.DirectDebits.AsNoTracking()
            .Where(d => d.InvoiceId == Invoice.Id && (d.State == DirectDebitState.Open || d.State == DirectDebitState.Sent)).SingleOrDefaultAsync(ct);
        if (Debit is { } debit) Mandate = await db.Mandates.AsNoTracking().SingleAsync(m => m.Id == debit.MandateId, ct);
    }

    private async Task ReadPaymentAsync(CancellationToken ct)
    {
        var payments = await db.InvoicePayments.AsNoTracking().Where(p => p.InvoiceId == Invoice.Id && p.Kind == PaymentKind.Payment).ToListAsync(ct);
        if (payments.MaxBy(p => p.OccurredAt) is not { } last) return;

        PaidBy = last.PayLinkId is { } link ? await db.PayLinks.Where(l => l.Id == link).Select(l => l.Method).SingleAsync(ct) : last.Method;
    }
}
