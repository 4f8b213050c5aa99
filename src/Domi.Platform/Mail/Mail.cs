using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Domi.Platform;

/// <summary>
/// Waiting → HandingOver → Accepted | Refused | Uncertain. HandingOver is committed after the recipients were accepted and before
/// DATA: a crash before it is retried by itself, a crash after it makes the mail Uncertain, which only a person ends. Waiting → Withdrawn
/// when there is no reason for it any more at its turn.
/// </summary>
public enum MailState { Waiting, HandingOver, Accepted, Refused, Uncertain, Withdrawn }

/// <summary>A file in a mail: shown inline when it has a content id.</summary>
public sealed record MailAttachment(string FileName, string ContentType, string BlobHash, string? ContentId = null);

/// <summary>One mail that leaves the house, decided in the transaction of the business change, with its Message-Id chosen then.</summary>
public sealed class Mail
{
    public const int MostAttempts = 8;

    // 1 min, 5 min, 15 min, 1 h, 3 h, 8 h, 24 h: what a deferring server expects.
    private static readonly int[] WaitMinutes = [1, 5, 15, 60, 180, 480, 1440];

    private Mail() { } // for EF Core

    public Mail(string purpose, string about, DateTimeOffset now, string domain)
    {
        Purpose = purpose;
        About = about;
        CreatedAt = now;
        DueAt = now;
        MessageId = $"{Id:n}@{domain}";
    }

    public Guid Id { get; private init; } = Guid.CreateVersion7();

    /// <summary>Whose mail it is: the own company or the creditor.</summary>
    public Guid OwnerId { get; init; }

    /// <summary>Why it is sent: <c>invoice</c>, <c>reminder</c>, <c>invite</c>, <c>code</c>.</summary>
    public string Purpose { get; private init; } = "";

    /// <summary>What it is about: <c>invoice:&lt;id&gt;</c>.</summary>
    public string About { get; private init; } = "";

    /// <summary>One mail per key: the second is declined by the index. Null for mails that may repeat.</summary>
    public string? OnceKey { get; init; }

    public string MessageId { get; private init; } = "";

    public string FromName { get; init; } = "";

    public string FromAddress { get; init; } = "";

    public string? ReplyTo { get; init; }

    /// <summary>Addresses separated by commas.</summary>
    public string To { get; init; } = "";

    public string? Cc { get; init; }

    public string? Bcc { get; init; }

    public string Language { get; init; } = "en";

    public string Subject { get; init; } = "";

    public string Html { get; init; } = "";

    public string Text { get; init; } = "";

    public string AttachmentsJson { get; private set; } = "[]";

    public MailState State { get; private set; } = MailState.Waiting;

    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>When it is next handed over; null when nothing more happens by itself.</summary>
    public DateTimeOffset? DueAt { get; private set; }

    public int Attempts { get; private set; }

    public DateTimeOffset? HandedOverAt { get; private set; }

    public DateTimeOffset? AcceptedAt { get; private set; }

    /// <summary>What the other server said last.</summary>
    public string? LastAnswer { get; private set; }

    public int Version { get; private set; }

    public IReadOnlyList<MailAttachment> Attachments
    {
        get => JsonSerializer.Deserialize<List<MailAttachment>>(AttachmentsJson)!;
        init => AttachmentsJson = JsonSerializer.Serialize(value);
    }

    public IEnumerable<string> Recipients =>
        new[] { To, Cc, Bcc }.Where(l => !string.IsNullOrWhiteSpace(l))
            .SelectMany(l => l!.Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The recipients were accepted; the content follows.</summary>
    public void HandOver(DateTimeOffset now)
    {
        (State, HandedOverAt, LastAnswer) = (MailState.HandingOver, now, null);
        Attempts++;
        Version++;
    }

    public void Accept(DateTimeOffset now, string? answer)
    {
        (State, AcceptedAt, DueAt, LastAnswer) = (MailState.Accepted, now, null, Cut(answer));
        Version++;
    }

    /// <summary>The server declined for good, or too often.</summary>
    public void Refuse(string answer)
    {
        (State, DueAt, LastAnswer) = (MailState.Refused, null, Cut(answer));
        Version++;
    }

    /// <summary>It has become pointless before it left: a reminder of what was paid meanwhile.</summary>
    public void Withdraw(string why)
    {
        (State, DueAt, LastAnswer) = (MailState.Withdrawn, null, Cut(why));
        Version++;
    }

    /// <summary>Nobody can tell whether it arrived: the process or the line broke after the content began.</summary>
    public void MarkUncertain(string why)
    {
        (State, DueAt, LastAnswer) = (MailState.Uncertain, null, Cut(why));
        Version++;
    }

    /// <summary>The server cannot take it now, or was not reached: later, and after a day and a half no more.</summary>
    public void Defer(DateTimeOffset now, string answer)
    {
        if (State != MailState.HandingOver) Attempts++;
        State = MailState.Waiting;
        LastAnswer = Cut(answer);
        if (Attempts >= MostAttempts) Refuse(answer);
        else DueAt = now + TimeSpan.FromMinutes(WaitMinutes[Math.Min(Attempts - 1, WaitMinutes.Length - 1)]);
        Version++;
    }

    /// <summary>A person saw it arrive.</summary>
    public void Confirm(DateTimeOffset now)
    {
        Require(State is MailState.Uncertain);
        Accept(now, LastAnswer);
    }

    /// <summary>A person wants it sent again, with the same Message-Id.</summary>
    public void SendAgain(DateTimeOffset now)
    {
        Require(State is MailState.Uncertain or MailState.Refused);
        (State, DueAt, Attempts, LastAnswer) = (MailState.Waiting, now, 0, null);
        Version++;
    }

    private void Require(bool allowed)
    {
        if (!allowed) throw new RefusedException("mail_state", $"Mail {Id} is {State}.");
    }

    private static string? Cut(string? text) => text is { Length: > 480 } ? text[..480] : text;

    internal static void Configure(EntityTypeBuilder<Mail> mail)
    {
        mail.Property(m => m.Purpose).HasMaxLength(32);
        mail.Property(m => m.About).HasMaxLength(80);
        mail.Property(m => m.OnceKey).HasMaxLength(120);
        mail.Property(m => m.MessageId).HasMaxLength(200);
        mail.Property(m => m.FromName).HasMaxLength(140);
        mail.Property(m => m.FromAddress).HasMaxLength(254);
        mail.Property(m => m.ReplyTo).HasMaxLength(254);
        mail.Property(m => m.To).HasMaxLength(1000);
        mail.Property(m => m.Cc).HasMaxLength(1000);
        mail.Property(m => m.Bcc).HasMaxLength(1000);
        mail.Property(m => m.Language).HasMaxLength(2);
        mail.Property(m => m.Subject).HasMaxLength(500);
        mail.Property(m => m.LastAnswer).HasMaxLength(500);
        mail.Property(m => m.Version).IsConcurrencyToken();
        mail.Ignore(m => m.Attachments).Ignore(m => m.Recipients);
        mail.HasIndex(m => m.DueAt);
        mail.HasIndex(m => new { m.OwnerId, m.State, m.CreatedAt });
        mail.HasIndex(m => m.About);
        mail.HasIndex(m => m.OnceKey).IsUnique();
    }
}
