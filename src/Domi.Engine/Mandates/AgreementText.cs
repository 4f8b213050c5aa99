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

    /// <summary>Word for word what is signed: text, terms and document, by whom, and on what. The evidence of a signature keeps it.</summary>
    public static string Whole(Mandate mandate, Profile profile, Creditor creditor, Texts t)
    {
        var wording = Of(profile, creditor, t);
        IEnumerable<string> more = [.. TermsOf(profile, creditor, t.Language) is { } terms ? (string[])[terms] : [], .. mandate.ContractHash is { } contract ? (string[])[$"SHA-256 {contract}"] : []];
        return string.Join("\n\n", [wording.Title, .. wording.Paragraphs, .. more,
            $"{mandate.Reference} · {creditor.CreditorIdentifier} · {mandate.DebtorName}, {mandate.DebtorStreet}, {mandate.DebtorZip} {mandate.DebtorCity}, {mandate.DebtorCountry} · {(mandate.Kind is AgreementKind.CreditCard ? mandate.MaskedMeans : mandate.DebtorAccount?.Value)}"]);
    }

    /// <summary>By which a page remembers what it showed.</summary>
    public static string HashOf(Mandate mandate, Profile profile, Creditor creditor, Texts t) => Secrets.HashOf(Whole(mandate, profile, creditor, t));

    /// <summary>Of the mandate as it is now, in the language of who signs.</summary>
    public static async Task<string> HashOfAsync(EngineDb db, Mandate mandate, string language, CancellationToken ct)
    {
        var facts = await CreditorFacts.ReadAsync(db, mandate.CreditorId, ct);
        return HashOf(mandate, facts.ProfileOf(mandate.ProfileId), facts.Creditor, new Texts(typeof(AgreementText).Assembly).In(language));
    }

    /// <summary>A signature is taken of what was shown, and of nothing else.</summary>
    /// <exception cref="RefusedException"><c>changed_meanwhile</c>: the terms are others by now, or the name, or the address, or the account.</exception>
    public static void RequireShown(Mandate mandate, string hash, SignerSession session)
    {
        if (session.TextHash is { } shown && shown != hash) throw new RefusedException("changed_meanwhile", $"What was shown of {mandate.Reference} is no longer what would be signed.");
    }

    /// <summary>Of two who sign, both sign the same: whether what the first signed still stands, in his language.</summary>
    public static bool IsAsFirstSigned(Mandate mandate, Profile profile, Creditor creditor, Texts t) =>
        mandate.Evidence is { } first && Whole(mandate, profile, creditor, t.In(first.Language)) == first.Text;

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
