namespace Domi.Engine.CollectionRuns;

/// <summary>How a debtor learnt of a collection: by a mail of the engine, by the invoice, because he chose the day himself, or the creditor told him and a person says so.</summary>
public enum AnnouncedBy { Mail, Invoice, Debtor, Creditor }

/// <summary>That a collection was announced, for which day and amount: the proof of the notice. Rows are only ever added; that of a mail learns once when it was accepted.</summary>
/// <remarks>
/// Another day or amount is another announcement: the last one counts. Source: EPC016-06, SDD Core rulebook, pre-notification: at least 14
/// calendar days before the due date unless fewer were agreed.
/// </remarks>
public sealed class Announcement
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    public Guid DirectDebitId { get; init; }

    public AnnouncedBy By { get; init; }

    /// <summary>The day of collection that was named.</summary>
    public DateOnly CollectOn { get; init; }

    /// <summary>Euro.</summary>
    public decimal Amount { get; init; }

    /// <summary>The mail; one may announce several.</summary>
    public Guid? MailId { get; init; }

    /// <summary>From when the notice counts; null as long as no mail server accepted the mail.</summary>
    public DateTimeOffset? AnnouncedAt { get; private set; }

    /// <summary>What the person says who recorded it, and who that is.</summary>
    public string? Note { get; init; }

    public string? RecordedBy { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <param name="announcedAt">Null: when the mail is accepted.</param>
    public static Announcement Of(DirectDebits.DirectDebit debit, AnnouncedBy by, DateTimeOffset? announcedAt, DateTimeOffset now, Guid? mailId = null, string? note = null, string? recordedBy = null) => new()
    {
        CreditorId = debit.CreditorId,
        DirectDebitId = debit.Id,
        By = by,
        CollectOn = debit.RequestedOn,
        Amount = debit.Amount,
        MailId = mailId,
        AnnouncedAt = announcedAt,
        Note = note,
        RecordedBy = recordedBy,
        CreatedAt = now,
    };

    /// <summary>The mail server took it: from now on it counts.</summary>
    public void Accept(DateTimeOffset at) => AnnouncedAt ??= at;
}
