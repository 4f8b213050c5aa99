namespace Domi.Standards.BankFiles;

/// <summary>What became of something that was sent, at one of three levels; the most specific one holds.</summary>
/// <param name="Code">RCVD, ACTC, ACCP, ACSP, ACSC, ACWC, ACCC, PDNG, PART, RJCT; of a verification of names RCVC, RVMC, RVNM, RVNA, RVCM, RVNC.</param>
/// <param name="Reason">Why, as coded or as the bank's own words for a code (AM04, MD01 …); null when not told.</param>
/// <param name="Text">What the bank adds in words.</param>
/// <param name="Originator">Who gave the reason: a name when a customer did, a BIC when a bank did.</param>
public sealed record PaymentStatus(string Code, string? Reason, string? Text, string? Originator)
{
    /// <summary>Not carried out, and will not be.</summary>
    public bool IsRejected => Code == "RJCT";

    /// <summary>Accepted as far as this bank is concerned. No proof of money: a statement is.</summary>
    public bool IsAccepted => Code is "ACTC" or "ACCP" or "ACSP" or "ACSC" or "ACWC" or "ACCC";
}

/// <summary>pain.002 about one file that was sent: the head, and what holds for all of it.</summary>
public sealed record StatusReport : FilePart
{
    /// <summary>The id of this report.</summary>
    public string? Id { get; init; }

    /// <summary>MsgId of the file that was sent.</summary>
    public required string OriginalMessageId { get; init; }

    /// <summary><c>pain.008</c> or <c>pain.001</c>, whatever version the bank names; null when it names none of both.</summary>
    public string? OriginalFormat { get; init; }

    /// <summary>How many payments the file that was sent had, as the bank says.</summary>
    public int? OriginalCount { get; init; }

    /// <summary>Its sum in euro, as the bank says.</summary>
    public decimal? OriginalSum { get; init; }

    /// <summary>Null when the bank says nothing of the whole. In a partial one (PART) payments that are not listed count as accepted.</summary>
    public PaymentStatus? Status { get; init; }
}

/// <summary>What became of one batch.</summary>
public sealed record BatchStatus : FilePart
{
    /// <summary>PmtInfId of the batch that was sent.</summary>
    public required string BatchId { get; init; }

    /// <summary>Null when the bank says nothing of the batch: then that of the file holds.</summary>
    public PaymentStatus? Status { get; init; }
}

/// <summary>What became of one payment.</summary>
public sealed record TransactionStatus : FilePart
{
    /// <summary>PmtInfId of its batch; null when the bank does not say.</summary>
    public string? BatchId { get; init; }

    /// <summary>InstrId of the payment that was sent.</summary>
    public string? InstructionId { get; init; }

    /// <summary>EndToEndId of the payment that was sent; null where the bank wrote NOTPROVIDED.</summary>
    public string? EndToEndId { get; init; }

    /// <summary>Its own status, or that of its batch or file when it has none.</summary>
    public required PaymentStatus Status { get; init; }

    /// <summary>Euro, as it was sent; null when not told, like all that follows.</summary>
    public decimal? Amount { get; init; }

    /// <summary>MndtId of the direct debit.</summary>
    public string? MandateId { get; init; }

    /// <summary>As it was sent.</summary>
    public string? DebtorName { get; init; }

    /// <summary>As it was sent, without blanks.</summary>
    public string? DebtorAccount { get; init; }

    /// <summary>The requested collection date.</summary>
    public DateOnly? CollectOn { get; init; }
}
