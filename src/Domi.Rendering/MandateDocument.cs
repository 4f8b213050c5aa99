namespace Domi.Rendering;

/// <summary>What is signed: a mandate for an account, one for a card, or an agreement without either.</summary>
public enum MandateKind { DirectDebit, Card, Contract }

/// <summary>What stands on the PDF of a SEPA direct debit mandate. Texts arrive ready to print, in the document's language.</summary>
public sealed record MandateDocument
{
    public required DocumentLanguage Language { get; init; }

    /// <summary>The form's title as the rulebook words it.</summary>
    public required string Title { get; init; }

    /// <summary>The authorisation and the debtor's rights, as shown when it was signed.</summary>
    public required IReadOnlyList<string> Paragraphs { get; init; }

    /// <summary>Unique mandate reference, 35 characters at most.</summary>
    public required string MandateReference { get; init; }

    public required string CreditorIdentifier { get; init; }

    public required MandateParty Creditor { get; init; }

    public required MandateParty Debtor { get; init; }

    /// <summary>The debtor's account, in groups of four; null on a form still to be completed.</summary>
    public string? Iban { get; init; }

    public string? Bic { get; init; }

    public MandateKind Kind { get; init; }

    /// <summary>The card, as its holder recognises it.</summary>
    public string? Card { get; init; }

    /// <summary>The creditor's own terms, on pages of their own.</summary>
    public string? Terms { get; init; }

    /// <summary>What was asked with it, and answered.</summary>
    public IReadOnlyList<(string Question, string Answer)> Answers { get; init; } = [];

    /// <summary>Recurrent collections, or a single one.</summary>
    public bool IsRecurrent { get; init; } = true;

    /// <summary>Business-to-business scheme: adds the form with which the debtor lodges the mandate at the bank.</summary>
    public bool IsB2B { get; init; }

    public DateOnly? SignedOn { get; init; }

    public string? SignedAt { get; init; }

    public MandateSignature? Signature { get; init; }

    /// <summary>Adds a page with what proves the signature.</summary>
    public MandateEvidence? Evidence { get; init; }

    /// <summary>Two persons sign: the form has room for both.</summary>
    public bool IsSignedByTwo { get; init; }

    public MandateSignature? CoSignature { get; init; }

    /// <summary>Adds a page with what proves the second signature.</summary>
    public MandateEvidence? CoEvidence { get; init; }

    /// <summary>Replaces printed labels; keys as in <see cref="MandatePdf.Labels"/>.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

/// <summary>Name and address of one side; each line as printed.</summary>
public sealed record MandateParty(string Name, IReadOnlyList<string> AddressLines, string? EnterpriseNumber = null);

/// <summary>How it was signed.</summary>
/// <param name="SignerName">Who signed; for a company, the person.</param>
/// <param name="DrawnPng">The drawn signature; null when a code was typed.</param>
public sealed record MandateSignature(string SignerName, byte[]? DrawnPng = null);

/// <summary>What was recorded while the mandate was signed.</summary>
/// <param name="TextHash">SHA-256 of the text shown, in hex.</param>
/// <param name="Channel">How the code travelled (e-mail, SMS); null when no code was used.</param>
/// <param name="MaskedDestination">Where it went, shortened (<c>c…n@example.org</c>).</param>
/// <param name="Attempts">Tries at the code, the right one included.</param>
public sealed record MandateEvidence(
    string TextHash,
    DateTimeOffset OpenedAt,
    DateTimeOffset SignedAt,
    string Address,
    string Agent,
    string? Channel = null,
    string? MaskedDestination = null,
    DateTimeOffset? CodeSentAt = null,
    int? Attempts = null,
    string? TextVersion = null)
{
    /// <summary>Who proved the signer, and under which name; null where he signed by himself.</summary>
    public string? Proof { get; init; }
}
