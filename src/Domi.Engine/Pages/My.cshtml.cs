using Domi.Engine.Creditors;
using Domi.Engine.Customers;
using Domi.Engine.Invoices;
using Domi.Engine.Mandates;
using Domi.Engine.PayLinks;
using Domi.Engine.Profiles;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages;

/// <summary>
/// A debtor's own page at one creditor: his mandates, to see, to move to another account or card, and to stop. Of somebody who signed with an
/// address that the creditor did not say, the one that he signed.
/// </summary>
internal sealed class MyModel(CustomerAccess access, CreditorKeys keys, EngineDb db, MandateEvents events, Settlement settlement, StepNonces nonces, BusinessClock clock, Texts texts) : HostedPage(texts)
{
    private const string Step = "my";

    public string Token { get; private set; } = "";

    public IReadOnlyList<Mandate> Mandates { get; private set; } = [];

    /// <summary>What the creditor wrote down for the debtor to read, the newest first.</summary>
    public IReadOnlyList<MandateComment> Comments { get; private set; } = [];

    /// <summary>The list of his invoices, where a profile shows it.</summary>
    public string? InvoicesPage { get; private set; }

    /// <summary>The mandate whose form was sent.</summary>
    public Guid? Chosen { get; private set; }

    public string? TypedIban { get; private set; }

    public string? Said => Request.Query["r"].FirstOrDefault() switch { "changed" => "my.changed", "stopped" => WordsOf("my.stopped"), _ => null };

    /// <summary>Key of the words: mandates are called so where there is nothing else.</summary>
    public string WordsOf(string key) => Mandates.All(m => m.Kind is AgreementKind.DirectDebit) ? key : key + ".agreements";

    public string NonceOf(Mandate mandate) => nonces.Of(mandate.Id, Step, new(mandate.Version, clock.GetUtcNow(), Language));

    public async Task<IActionResult> OnGetAsync(string token, CancellationToken ct)
    {
        if (access.Read(token, clock.GetUtcNow()) is not { } key) return NotFound();
        // The way in holds minutes, so that an address in a log or a history soon opens nothing; the visit is an address of its own.
        if (key.IsEntry) return Redirect(At("/my/" + access.VisitOf(key.MandateId, clock.GetUtcNow())));
        return await ReadAsync(token, ct) ? Page() : NotFound();
    }

    public async Task<IActionResult> OnGetPdfAsync(string token, Guid mandate, CancellationToken ct)
    {
        if (!await ReadAsync(token, ct) || Mandates.SingleOrDefault(m => m.Id == mandate)?.DocumentHash is not { } hash || await Blob.ReadAsync(db, hash, ct) is not { } pdf) return NotFound();
        return File(pdf, "application/pdf");
    }

    public async Task<IActionResult> OnPostAccountAsync(string token, Guid? mandate, string? iban, string? nonce, CancellationToken ct)
    {
        if (!await ReadAsync(token, ct) || Mandates.SingleOrDefault(m => m.Id == mandate) is not { } chosen) return NotFound();
        if (chosen.Kind is not AgreementKind.DirectDebit || nonces.Read(nonce, chosen.Id, Step)?.Version != chosen.Version) return Redirect(At($"/my/{token}"));

        (Chosen, TypedIban) = (chosen.Id, iban?.Trim());
        if (!Iban.TryParse(iban, out var account))
        {
            Errors["iban"] = T["refused.err_invalid_iban"];
            return Page();
        }

        return await ChangeAsync(chosen.Id, "changed", async (found, write) =>
        {
            var profile = (await CreditorFacts.ReadAsync(db, found.CreditorId, write)).ProfileOf(found.ProfileId);
            await MandateRules.RequireAccountAsync(db, profile, account, found.Id, write);
            var reasons = found.Amend(account, BelgianBanks.BicOf(account), null, null, null, null, null);
            if (reasons.Count > 0) await events.ChangedAsync(found, string.Join(',', reasons), write);
        }, ct);
    }

    /// <summary>To the page where another card is registered.</summary>
    public async Task<IActionResult> OnPostCardAsync(string token, Guid? mandate, string? nonce, CancellationToken ct)
    {
        if (!await ReadAsync(token, ct) || Mandates.SingleOrDefault(m => m.Id == mandate) is not { } chosen) return NotFound();
        if (chosen is not { Kind: AgreementKind.CreditCard, State: MandateState.Signed } || nonces.Read(nonce, chosen.Id, Step)?.Version != chosen.Version) return Redirect(At($"/my/{token}"));

        var link = await db.WriteOrRepeatAsync(write => RenewCard.AskAsync(db, keys, chosen, Language, clock.GetUtcNow(), write), ct);
        return Redirect(At(MakeLink.PageOf(keys, Creditor!, link)));
    }

    public async Task<IActionResult> OnPostStopAsync(string token, Guid? mandate, string? nonce, CancellationToken ct)
    {
        if (!await ReadAsync(token, ct) || Mandates.SingleOrDefault(m => m.Id == mandate) is not { } chosen) return NotFound();
        if (chosen.Kind is AgreementKind.Contract || nonces.Read(nonce, chosen.Id, Step)?.Version != chosen.Version) return Redirect(At($"/my/{token}"));

        return await ChangeAsync(chosen.Id, "stopped", (found, write) => CancelMandate.Async(db, found, "Stopped by the debtor", "debtor", events, settlement, clock, write), ct);
    }

    private async Task<IActionResult> ChangeAsync(Guid id, string said, Func<Mandate, CancellationToken, Task> change, CancellationToken ct)
    {
        try
        {
            await db.WriteOrRepeatAsync(async write => await change(await db.Mandates.SingleAsync(m => m.Id == id, write), write), ct);
        }
        catch (RefusedException refused)
        {
            Refusal = T.Refused(refused);
            db.ChangeTracker.Clear();
            return await ReadAsync(Token, ct) ? Page() : NotFound();
        }

        return Redirect(At($"/my/{Token}?r={said}"));
    }

    private async Task<bool> ReadAsync(string token, CancellationToken ct)
    {
        if (access.Read(token, clock.GetUtcNow()) is not { IsEntry: false } key || await db.Mandates.AsNoTracking().SingleOrDefaultAsync(m => m.Id == key.MandateId, ct) is not { } known) return false;

        Token = token;
        var facts = await CreditorFacts.ReadAsync(db, known.CreditorId, ct);
        (Creditor, Voice) = (facts.Creditor, facts.ProfileOf(known.ProfileId));
        var customer = await db.Customers.AsNoTracking().SingleAsync(c => c.Id == known.CustomerId, ct);
        // Whoever holds a link may sign with an address of his own: he has that mandate; the others and the invoices are for whom the creditor knows.
        var isKnown = !customer.EmailIsGiven && (known.CodeDestination is null || Customer.KeyOf(known.CodeDestination) == customer.EmailKey);
        InvoicesPage = isKnown && facts.Profiles.Any(p => p.ShowsHistory) ? At("/history/" + access.ListVisitOf(customer.Id, clock.GetUtcNow())) : null;
        Mandates = await db.Mandates.AsNoTracking().Where(m => m.CreditorId == known.CreditorId && m.CustomerId == known.CustomerId && m.State != MandateState.Prepared && (isKnown || m.Id == known.Id)).OrderByDescending(m => m.PreparedAt).Take(50).ToListAsync(ct);
        var ids = Mandates.Select(m => m.Id).ToList();
        Comments = await db.MandateComments.AsNoTracking().Where(c => ids.Contains(c.MandateId) && c.IsPublic).OrderByDescending(c => c.Id).Take(50).ToListAsync(ct);
        Speak(known.Language, customer.Language);
        return true;
    }
}
