using System.Text.Json;
using Domi.Engine.Creditors;
using Domi.Engine.Profiles;
using Domi.Platform;
using Domi.Standards;

namespace Domi.Engine.Mandates;

/// <summary>What a signer agrees to: the scheme's wording, or that of a card or a contract; and the creditor's own terms beneath it.</summary>
internal static class AgreementText
{
    public const int MostTerms = 20_000;

    public static MandateText Of(Profile profile, Creditor creditor, Texts t) => profile.Kind switch
    {
        AgreementKind.CreditCard => new(t["agreement.card"], [t["agreement.card.text", ("creditor", creditor.Name)], t["agreement.card.rights", ("creditor", creditor.Name)]]),
        AgreementKind.Contract => new(profile.Name, [t["agreement.contract.text", ("creditor", creditor.Name), ("name", profile.Name)]]),
        _ => SepaMandateText.For(profile.Scheme, t.Language, creditor.Name),
    };

    /// <summary>Key of what people call it: a mandate, or an agreement.</summary>
    public static string WordOf(Mandate mandate) => mandate.Kind is AgreementKind.DirectDebit ? "fact.mandate" : "fact.agreement";

    /// <summary>The creditor's terms in the signer's language, else in the creditor's own, else in any; null without terms.</summary>
    public static string? TermsOf(Profile profile, Creditor creditor, string language)
    {
        var terms = TermsOf(profile);
        return terms.GetValueOrDefault(language) ?? terms.GetValueOrDefault(creditor.Language) ?? terms.Values.FirstOrDefault();
    }

    /// <summary>Where the document is read that a mandate comes with; null without one.</summary>
    public static string? DocumentPath(CreditorKeys keys, Creditor creditor, Mandate mandate) => mandate.ContractHash is null ? null : $"/sign/{keys.MandateToken(creditor, mandate.Id)}/document";

    /// <exception cref="RefusedException"><c>err_invalid_params</c>: longer than anybody reads.</exception>
    public static string? Written(IReadOnlyDictionary<string, string> terms)
    {
        if (terms.Values.Any(t => t.Length > MostTerms)) throw new RefusedException("err_invalid_params", $"Terms have at most {MostTerms} characters.", ("name", "terms"));
        return terms.Count == 0 ? null : JsonSerializer.Serialize(terms);
    }

    public static IReadOnlyDictionary<string, string> TermsOf(Profile profile) =>
        profile.TermsJson is { } json ? JsonSerializer.Deserialize<Dictionary<string, string>>(json)! : new Dictionary<string, string>();
}
