namespace Domi.Standards;

/// <summary>The two direct debit schemes. A mandate is of one of them and cannot move to the other.</summary>
public enum MandateScheme
{
    /// <summary>For everybody; the debtor may claim the money back within eight weeks.</summary>
    Core,

    /// <summary>Between enterprises only; no refund, the debtor's bank checks each collection against its own register.</summary>
    B2B,
}

/// <summary>What a debtor reads before signing: title, then paragraphs, in one language.</summary>
public sealed record MandateText(string Title, IReadOnlyList<string> Paragraphs);

/// <summary>The wording a mandate must carry, fixed by the European Payments Council.</summary>
/// <remarks>Source: SDD Core rulebook (EPC016-06) and B2B rulebook (EPC222-07), annex "mandate", and their translations.</remarks>
public static class SepaMandateText
{
    /// <summary>
    /// Of the wording below. Evidence of a signature keeps it beside the text shown; it changes with any letter of the text.
    /// </summary>
    public const string Version = "2026-01";

    /// <summary>The wording for a creditor.</summary>
    /// <param name="scheme">Decides the title and the paragraph on refunds.</param>
    /// <param name="language">fr, nl, en or de, also as nl-BE or FR_be; English for any other.</param>
    /// <param name="creditorName">As the debtor knows it; stands in the first paragraph.</param>
    /// <exception cref="ArgumentException">The creditor's name is blank.</exception>
    public static MandateText For(MandateScheme scheme, string language, string creditorName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(creditorName);
        return (Languages.Main(language), scheme) switch
        {
            ("fr", MandateScheme.Core) => new("Mandat de domiciliation européenne SEPA", [French(creditorName), FrenchCore]),
            ("fr", _) => new("Mandat de domiciliation européenne SEPA Business to Business", [French(creditorName), FrenchB2B]),
            ("nl", MandateScheme.Core) => new("Mandaat Europese domiciliëring SEPA", [Dutch(creditorName), DutchCore]),
            ("nl", _) => new("Mandaat Europese domiciliëring SEPA Business to Business", [Dutch(creditorName), DutchB2B]),
            ("de", MandateScheme.Core) => new("SEPA-Lastschriftmandat", [German(creditorName), GermanCore]),
            ("de", _) => new("SEPA-Firmenlastschrift-Mandat", [German(creditorName), GermanB2B]),
            (_, MandateScheme.Core) => new("SEPA Direct Debit Mandate", [English(creditorName), EnglishCore]),
            _ => new("SEPA Business-to-Business Direct Debit Mandate", [English(creditorName), EnglishB2B]),
        };
    }

    private static string English(string creditor) =>
        $"By signing this mandate form, you authorise (A) {creditor} to send instructions to your bank to " +
        "debit your account and (B) your bank to debit your account in accordance with the instructions from " +
        $"{creditor}.";

    private const string EnglishCore =
        "As part of your rights, you are entitled to a refund from your bank under the terms and conditions " +
        "of your agreement with your bank. A refund must be claimed within 8 weeks starting from the date on " +
        "which your account was debited.";

    private const string EnglishB2B =
        "This mandate is only intended for business-to-business transactions. You are not entitled to a " +
        "refund from your bank after your account has been debited, but you are entitled to request your bank" +
        " not to debit your account up until the day on which the payment is due.";

    private static string French(string creditor) =>
        $"En signant ce formulaire de mandat, vous autorisez (A) {creditor} à envoyer des instructions à votre" +
        " banque pour débiter votre compte et (B) votre banque à débiter votre compte conformément aux " +
        $"instructions de {creditor}.";

    private const string FrenchCore =
        "Vous bénéficiez d'un droit à remboursement par votre banque selon les conditions décrites dans la " +
        "convention que vous avez passée avec elle. Toute demande de remboursement doit être présentée dans " +
        "les 8 semaines suivant la date de débit de votre compte.";

    private const string FrenchB2B =
        "Ce mandat est réservé aux domiciliations entre entreprises. Vous n'avez pas droit au remboursement " +
        "par votre banque une fois votre compte débité, mais vous pouvez demander à votre banque de ne pas " +
        "débiter votre compte jusqu'au jour de l'échéance.";

    private static string Dutch(string creditor) =>
        $"Door dit mandaatformulier te ondertekenen, geeft u toestemming aan (A) {creditor} om opdrachten te " +
        "sturen naar uw bank om uw rekening te debiteren en (B) uw bank om uw rekening te debiteren " +
        $"overeenkomstig de opdrachten van {creditor}.";

    private const string DutchCore =
        "U hebt recht op terugbetaling door uw bank volgens de voorwaarden van de overeenkomst met uw bank. " +
        "De terugbetaling moet worden gevraagd binnen 8 weken na de datum waarop uw rekening is gedebiteerd.";

    private const string DutchB2B =
        "Dit mandaat is uitsluitend bestemd voor domiciliëringen tussen ondernemingen. U hebt geen recht op " +
        "terugbetaling door uw bank nadat uw rekening is gedebiteerd, maar u kunt uw bank tot de vervaldag " +
        "vragen uw rekening niet te debiteren.";

    private static string German(string creditor) =>
        $"Ich ermächtige (A) {creditor}, Zahlungen von meinem Konto mittels Lastschrift einzuziehen. Zugleich " +
        $"(B) weise ich mein Kreditinstitut an, die von {creditor} auf mein Konto gezogenen Lastschriften " +
        "einzulösen.";

    private const string GermanCore =
        "Hinweis: Ich kann innerhalb von acht Wochen, beginnend mit dem Belastungsdatum, die Erstattung des " +
        "belasteten Betrages verlangen. Es gelten dabei die mit meinem Kreditinstitut vereinbarten " +
        "Bedingungen.";

    private const string GermanB2B =
        "Hinweis: Dieses Lastschriftmandat dient nur dem Einzug von Lastschriften, die auf Konten von " +
        "Unternehmen gezogen sind. Ich bin nicht berechtigt, nach der erfolgten Einlösung eine Erstattung des" +
        " belasteten Betrages zu verlangen. Ich bin berechtigt, mein Kreditinstitut bis zum Fälligkeitstag " +
        "anzuweisen, Lastschriften nicht einzulösen.";
}
