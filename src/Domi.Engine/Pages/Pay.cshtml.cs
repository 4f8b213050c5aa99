using System.Globalization;
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

/// <summary>What is asked of a debtor: pay now, set up automatic payment, or choose a day; what became of it; and what he may ask or say.</summary>
internal sealed class PayModel(
    PayInvoice pay, ScheduleInvoice schedule, AskCreditor ask, ReachCustomer reach, IdentityProviders providers, EngineDb db, DomiSettings settings, PublicAddress address, StepNonces nonces,
    BusinessClock clock, Texts texts) : HostedPage(texts)
{
    private const string Step = "pay";

    // What was done with the form before, and the words that say so.
    private static readonly Dictionary<string, string> Done = new() { ["asked"] = "pay.question.sent", ["email"] = "pay.email.saved", ["history"] = "pay.history.sent", ["unscheduled"] = "pay.schedule.stopped" };

    /// <summary>Where money is transferred to, and the code that a banking app reads.</summary>
    public sealed record Transfer(Iban Account, string Name, string Communication, string? QrSvg);

    public string Token { get; private set; } = "";

    public Invoice Invoice { get; private set; } = null!; // set before the page is drawn

    public Transfer? ByTransfer { get; private set; }

    public IReadOnlyList<string> Methods { get; private set; } = [];

    public bool OffersAutomatic { get; private set; }

    /// <summary>Between which days this invoice can be collected, if the debtor may choose.</summary>
    public (DateOnly First, DateOnly Last)? Days { get; private set; }

    /// <summary>A B2B mandate was signed; the debtor's bank has not confirmed it yet.</summary>
    public bool WaitsForBank { get; private set; }

    /// <summary>The collection under way, and the mandate it is made on.</summary>
    public DirectDebit? Debit { get; private set; }

    /// <summary>That of the collection; before there is one, that on which it would be made.</summary>
    public Mandate? Mandate { get; private set; }

    /// <summary>The debtor chose the day, and the bank does not have the collection yet.</summary>
    public bool MayBeStopped => Invoice.ScheduledOn is not null && Debit is { State: DirectDebitState.Open };

    /// <summary>How it was paid in the end: <c>bancontact</c>, <c>sdd</c>, <c>manual</c>…</summary>
    public string? PaidBy { get; private set; }

    private AgreementKind kind;

    /// <summary>Key of the words: of those for cards, where it is or would be a card that is charged.</summary>
    public string WordsOf(string key) => kind is AgreementKind.CreditCard ? key + ".card" : key;

    public int? DocumentKb { get; private set; }

    public string? QrSvg { get; private set; }

    public string Nonce { get; private set; } = "";

    public bool AsksForEmail { get; private set; }

    public bool TakesQuestions { get; private set; }

    public bool SendsHistory { get; private set; }

    public string? TypedDay { get; private set; }

    public string? TypedEmail { get; private set; }

    public string? TypedFrom { get; private set; }

    public string? TypedQuestion { get; private set; }

    public bool CameBack => Request.Query["r"] == "paid" && Invoice.State is InvoiceState.Paid;

    public bool WasRefused => Request.Query["r"] == "refused" && Invoice.IsPayable;

    /// <summary>Key of the words on what was done last.</summary>
    public string? Said => Done.GetValueOrDefault(Request.Query["r"].ToString());

    public async Task<IActionResult> OnGetAsync(string token, CancellationToken ct) => await ReadAsync(token, ct) ? Page() : NotFound();

    public Task<IActionResult> OnPostPayAsync(string token, string? method, string? nonce, CancellationToken ct) =>
        DoAsync(token, nonce, () => Methods.Contains(method), async () => $"/pay/{token}/go/{await pay.StartAsync(Invoice.Id, method!, nonce!, ct)}", ct);

    public Task<IActionResult> OnPostAutomaticAsync(string token, string? nonce, CancellationToken ct) =>
        DoAsync(token, nonce, () => OffersAutomatic, async () => "/sign/" + await pay.SetUpAutomaticAsync(Invoice.Id, Language, null, ct), ct);

    /// <summary>Who can be collected from is; who cannot yet signs first, and the day is kept until then.</summary>
    public Task<IActionResult> OnPostScheduleAsync(string token, string? day, string? nonce, CancellationToken ct) => DoAsync(token, nonce, () => Days is not null, async () =>
    {
        TypedDay = day;
        if (!DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var on) || on < Days!.Value.First || on > Days.Value.Last)
        {
            Errors["day"] = T["pay.schedule.day.wrong", ("first", Day(Days!.Value.First)), ("last", Day(Days.Value.Last))];
            return null;
        }

        if (Mandate is null) return "/sign/" + await pay.SetUpAutomaticAsync(Invoice.Id, Language, on, ct);
        await schedule.PlanAsync(Invoice.Id, on, ct);
        return $"/pay/{token}";
    }, ct);

    public Task<IActionResult> OnPostUnscheduleAsync(string token, string? nonce, CancellationToken ct) => DoAsync(token, nonce, () => MayBeStopped, async () =>
    {
        await schedule.CancelAsync(Invoice.Id, ct);
        return $"/pay/{token}?r=unscheduled";
    }, ct);

    public Task<IActionResult> OnPostQuestionAsync(string token, string? from, string? question, string? nonce, CancellationToken ct) => DoAsync(token, nonce, () => TakesQuestions, async () =>
    {
        (TypedFrom, TypedQuestion) = (from?.Trim(), question?.Trim().ReplaceLineEndings("\n"));
        if (!SendMails.IsAddress(TypedFrom)) Errors["from"] = T[string.IsNullOrEmpty(TypedFrom) ? "field.email.missing" : "field.email.wrong"];
        if (string.IsNullOrEmpty(TypedQuestion)) Errors["question"] = T["field.question.missing"];
        else if (TypedQuestion.Length > AskCreditor.Longest) Errors["question"] = T["field.question.long", ("most", AskCreditor.Longest)];
        if (Errors.Count > 0) return null;

        await ask.AskAsync(Invoice.Id, TypedFrom!, TypedQuestion!, nonce!, ct);
        return $"/pay/{token}?r=asked";
    }, ct);

    public Task<IActionResult> OnPostEmailAsync(string token, string? email, string? nonce, CancellationToken ct) => DoAsync(token, nonce, () => AsksForEmail, async () =>
    {
        TypedEmail = email?.Trim();
        if (!SendMails.IsAddress(TypedEmail))
        {
            Errors["email"] = T[string.IsNullOrEmpty(TypedEmail) ? "field.email.missing" : "field.email.wrong"];
            return null;
        }

        await reach.GiveAsync(Invoice.Id, TypedEmail!, ct);
        return $"/pay/{token}?r=email";
    }, ct);

    public Task<IActionResult> OnPostHistoryAsync(string token, string? nonce, CancellationToken ct) => DoAsync(token, nonce, () => SendsHistory, async () =>
    {
        await reach.SendListAsync(Invoice.Id, ct);
        return $"/pay/{token}?r=history";
    }, ct);

    /// <summary>Does what a form of ours asks, if the page offers it, and goes where that leads; null draws the form again.</summary>
    private async Task<IActionResult> DoAsync(string token, string? nonce, Func<bool> isOffered, Func<Task<string?>> work, CancellationToken ct)
    {
        if (!await ReadAsync(token, ct)) return NotFound();
        if (nonces.Read(nonce, Invoice.Id, Step) is null || !isOffered()) return Redirect(At($"/pay/{token}"));

        try
        {
            return await work() is { } next ? Redirect(At(next)) : Page();
        }
        catch (RefusedException refused)
        {
            Refusal = T.Refused(refused);
            db.ChangeTracker.Clear();
            await ReadAsync(token, ct); // it was settled meanwhile: the page shows how
            return Page();
        }
    }

    private async Task<bool> ReadAsync(string token, CancellationToken ct)
    {
        if (await pay.FindAsync(token, ct) is not { } invoice) return false;

        (Token, Invoice) = (token, invoice);
        var facts = await CreditorFacts.ReadAsync(db, invoice.CreditorId, ct);
        var profile = facts.ProfileOf(invoice.ProfileId);
        (Creditor, Voice) = (facts.Creditor, profile);
        var customer = await db.Customers.AsNoTracking().SingleAsync(c => c.Id == invoice.CustomerId, ct);
        Speak(invoice.Locale, customer.Language);
        Nonce = nonces.Of(invoice.Id, Step, new(invoice.Version, clock.GetUtcNow(), Language));
        DocumentKb = invoice.DocumentHash is { } hash
            ? await db.Blobs.Where(b => b.Hash == hash).Select(b => (int?)((b.SizeBytes + 1023) / 1024)).SingleOrDefaultAsync(ct)
            : null;
        (OffersAutomatic, Days, Debit, Mandate) = (false, null, null, null); // a second reading forgets the first

        TakesQuestions = profile.TakesQuestions && (Creditor.ReplyTo ?? Creditor.SenderAddress) is { Length: > 0 };
        SendsHistory = profile.ShowsHistory && customer is { Email: not null, EmailIsGiven: false };
        AsksForEmail = profile.AsksForEmail && (invoice.Email ?? customer.Email) is null && invoice.State is not InvoiceState.Archived;
        if (invoice.IsPayable) await OfferAsync(profile, ct);
        else if (invoice.State is InvoiceState.Pending) await ReadCollectionAsync(ct);
        else if (invoice.State is InvoiceState.Paid) await ReadPaymentAsync(ct);
        kind = Mandate?.Kind ?? profile.Kind;
        if (CameBack) ForwardTo = ThankYou.Of(invoice, profile, Creditor, Language);
        return true;
    }

    private async Task OfferAsync(Profile profile, CancellationToken ct)
    {
        if (profile.OffersTransfer && Creditor!.Account is { } account) ByTransfer = TransferTo(account);
        if (profile.ShowsQr) QrSvg = QrPicture.Svg(address.Of("/pay/" + Token), T["pay.phone.title"]);

        Methods = settings.Sandbox.Enabled ? PayInvoice.MethodsOf(profile) : []; // only the simulated bank takes payments at once
        var states = await db.Mandates.AsNoTracking().Where(m => m.CreditorId == Invoice.CreditorId && m.CustomerId == Invoice.CustomerId && m.ProfileId == profile.Id
                && (m.State == MandateState.SignedPendingDebtorBank || m.State == MandateState.Signed))
            .Select(m => m.State).ToListAsync(ct);
        WaitsForBank = states.Contains(MandateState.SignedPendingDebtorBank);
        var canSign = states.Count == 0 && profile.IsActive && profile.Kind switch
        {
            AgreementKind.DirectDebit => Creditor!.CreditorIdentifier.Length > 0,
            AgreementKind.CreditCard => providers.TakesPayments,
            _ => false, // on a contract nothing is collected
        };
        OffersAutomatic = canSign && profile.OffersAutomatic;
        Mandate = await Booking.ActiveMandateAsync(db, Invoice, ct);
        if (Mandate is not null || canSign) Days = profile.ScheduleOf(Invoice.DueOn, clock.Today);
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
