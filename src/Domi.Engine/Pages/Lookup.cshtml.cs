using Domi.Engine.Creditors;
using Domi.Engine.Invoices;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages;

/// <summary>Finds an invoice's page by what stands on its paper: the communication and the number, both.</summary>
/// <remarks>Source: Twikey, look-up form <c>/invoice?r=&amp;i=</c>.</remarks>
internal sealed class LookupModel(EngineDb db, CreditorKeys keys, Texts texts) : HostedPage(texts)
{
    public string? Communication { get; private set; }

    public string? Number { get; private set; }

    public async Task<IActionResult> OnGetAsync(string? r, string? i, CancellationToken ct)
    {
        (Communication, Number) = (Shown(r, 140), Shown(i, 70));
        if (Communication is null || Number is null) return Page();

        var written = StructuredCommunication.TryParse(Communication, out var structured) ? structured.Value : Communication;
        var found = await db.Invoices.AsNoTracking().Where(invoice => invoice.Number == Number && invoice.Remittance == written).OrderBy(invoice => invoice.Id).Take(2).ToListAsync(ct);
        if (found is not [var only])
        {
            Refusal = T["lookup.unknown"]; // of two creditors with the same number and communication neither is guessed
            return Page();
        }

        return Redirect(At("/pay/" + keys.InvoiceToken((await CreditorFacts.ReadAsync(db, only.CreditorId, ct)).Creditor, only.Id)));
    }

    private static string? Shown(string? text, int most) => text?.Trim() is { Length: > 0 } given && given.Length <= most ? given : null;
}
