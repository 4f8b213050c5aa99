using Domi.Engine.Identity;
using Domi.Engine.Profiles;
using Domi.Engine.Wire;
using Domi.Platform;
using Domi.Standards;

namespace Domi.Engine.Mandates;

/// <summary>The ways to sign, by the names that a profile chooses from, and which of them a profile offers to whom.</summary>
/// <remarks>Source: Twikey API, Sign, and the notes on its signing page. What was signed elsewhere (<c>import</c>) is no choice of the profile's.</remarks>
internal static class SignMethods
{
    public const string Payment = "payment";
    public const string Paper = "paper";

    public static readonly IReadOnlyList<string> All = ["email", "digisign", "itsme", "eid", "idin", "emachtiging", "sms", Payment, Paper];

    /// <summary>Those that somebody else proves: the signer leaves the page for them.</summary>
    public static readonly IReadOnlyList<string> Elsewhere = ["itsme", "eid", "idin", "emachtiging", Payment];

    private static readonly string[] Payments = ["bancontact", "bcmc", "ideal", "sofort", "visa", "mastercard", "maestro", "amex", "paypal"];

    private static readonly string[] Cards = ["visa", "mastercard", "maestro", "amex"];

    // An agreement without an account is signed by who one is; a card by paying with it.
    private static readonly string[] OfContracts = ["email", "digisign", "itsme", "eid", "idin", "sms", Paper];

    // Belgian banks that take mandates between businesses without paper; the others want the form.
    private static readonly string[] ConnectedB2B = ["ARSP", "AXAB", "JVBA", "ABER", "GKCC", "GEBA", "CREG", "NICA", "BBRU", "KRED", "VDSP"];

    /// <summary>The ways in which a second person signs: what is a bank's or a card's is the debtor's, and a paper is signed by both at once.</summary>
    public static bool MayBeSecond(string method) => method is "email" or "digisign" or "itsme" or "eid" or "idin";

    /// <summary>Key of what people call it; all that are a first payment have one name.</summary>
    public static string WordOf(string method) => "sign.way." + (All.Contains(method) ? method : Payment);

    public static bool IsPayment(string method) => Payments.Contains(method);

    /// <summary>Those that there are for a kind of agreement.</summary>
    public static IReadOnlyList<string> Of(AgreementKind kind) => kind switch { AgreementKind.CreditCard => [Payment], AgreementKind.Contract => OfContracts, _ => All };

    public static IReadOnlyList<string> Of(Profile profile) =>
        profile is { SignMethods: { } methods, Kind: not AgreementKind.CreditCard } ? [.. Of(profile.Kind).Where(methods.Split(',').Contains)] : Of(profile.Kind);

    /// <summary>Of a mandate between businesses the debtor's bank decides: one that is not connected takes paper only.</summary>
    public static bool TakesPaperOnly(Profile profile, Iban? account) =>
        profile is { Kind: AgreementKind.DirectDebit, Scheme: MandateScheme.B2B } && account is { } iban && BelgianBanks.BicOf(iban) is { } bic && !ConnectedB2B.Contains(bic.Value[..4]);

    /// <summary>What the signing page offers a signer: of the profile's methods those that work for the account, and that something is connected for.</summary>
    public static IReadOnlyList<string> Of(Profile profile, Iban? account, string? country, IdentityProviders providers)
    {
        if (TakesPaperOnly(profile, account)) return [Paper];

        var from = account?.CountryCode ?? country;
        return
        [
            .. Of(profile).Where(m => m switch
            {
                "itsme" => from is "BE" or "LU" && providers.Serves(m),
                "eid" => from is "BE" && providers.Serves(m),
                "idin" => from is "NL" && Issuers.Of(account, isB2B: false) is not null && providers.Serves(m),
                "emachtiging" => Issuers.Of(account, profile.Scheme is MandateScheme.B2B) is not null && providers.Serves(m),
                "sms" => false, // the text message is sent by the creditor's call
                Payment => profile.Scheme is MandateScheme.Core && providers.TakesPayments,
                _ => true,
            }),
        ];
    }

    /// <exception cref="RefusedException"><c>err_invalid_params</c>: no such method, or the profile does not offer it, or the debtor's bank takes paper only.</exception>
    public static void Require(Profile profile, string method, Iban? account)
    {
        if (method == "import") return;

        if (!Of(profile).Contains(IsPayment(method) ? Payment : method) || (profile.Kind is AgreementKind.CreditCard && !Cards.Contains(method)))
            throw Call.Invalid("method", $"Profile {profile.Number} is not signed by {method}.");
        if (method != Paper && TakesPaperOnly(profile, account)) throw Call.Invalid("method", "The debtor's bank takes a mandate between businesses on paper only.");
    }
}
