using Domi.Engine.Creditors;
using Domi.Engine.Invoices;
using Domi.Engine.Mandates;
using Domi.Engine.PayLinks;
using Domi.Engine.Profiles;

namespace Domi.Engine.Pages;

/// <summary>
/// Where a debtor goes when done: what the call said, as it is; else the profile's page; else the creditor's. Null stays here.
/// </summary>
/// <remarks>Source: Twikey, thank-you pages and their variables.</remarks>
internal static class ThankYou
{
    public static string? Of(Invoice invoice, Profile profile, Creditor creditor, string language)
    {
        var state = invoice.State is InvoiceState.Pending ? "pending" : "paid";
        return invoice.RedirectUrl
            ?? Filled(profile.ThankYouUrl, ("id", invoice.PublicId.ToString()), ("number", invoice.Number), ("locale", LocaleOf(creditor, language)), ("state", state))
            ?? Filled(creditor.ThankYouUrl, ("type", "invoice"), ("id", invoice.PublicId.ToString()), ("ref", invoice.Ref ?? invoice.Number), ("locale", LocaleOf(creditor, language)), ("state", state));
    }

    public static string? Of(PayLink link, Creditor creditor, string language) => link.RedirectUrl
        ?? Filled(creditor.ThankYouUrl, ("type", "link"), ("id", FormattableString.Invariant($"{link.Number}")), ("ref", link.Ref ?? ""), ("locale", LocaleOf(creditor, language)), ("state", link.WireState));

    public static string? Of(Mandate mandate, Creditor creditor, string language, string state) =>
        Filled(creditor.ThankYouUrl, ("type", "document"), ("id", mandate.Reference), ("ref", mandate.ContractReference ?? mandate.Reference), ("locale", LocaleOf(creditor, language)), ("state", state));

    private static string LocaleOf(Creditor creditor, string language) => $"{language}_{creditor.Country}";

    private static string? Filled(string? template, params IReadOnlyList<(string Name, string Value)> values) =>
        template is null ? null : values.Aggregate(template, (url, v) => url.Replace("{{" + v.Name + "}}", Uri.EscapeDataString(v.Value), StringComparison.Ordinal));
}
