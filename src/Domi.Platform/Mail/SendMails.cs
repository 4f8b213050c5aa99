using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using MimeKit;

namespace Domi.Platform;

/// <summary>Hands over due mails, each once: see <see cref="MailState"/> for what a crash leaves.</summary>
public sealed class SendMails(ModuleDb db, MailTransport transport, BusinessClock clock, MailOutcome outcome, ILogger<SendMails> log) : IJob
{
    public static string Name => "send-mails";

    public static int Parallel => 4;

    public async Task<IReadOnlyList<DueWork>> DueAsync(DateTimeOffset now, int most, CancellationToken ct) =>
        await db.Mails.AsNoTracking().Where(m => m.DueAt <= now).OrderBy(m => m.DueAt).Take(most)
            .Select(m => new DueWork(m.Id.ToString(), m.Id.ToString(), m.DueAt!.Value)).ToListAsync(ct);

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken ct) =>
        await db.Mails.Where(m => m.DueAt != null).MinAsync(m => m.DueAt, ct);

    public async Task RunAsync(DueWork work, CancellationToken ct)
    {
        var id = Guid.Parse(work.Id);
        if (await db.Mails.SingleOrDefaultAsync(m => m.Id == id, ct) is not { } mail || mail.DueAt is null) return;

        if (mail.State is MailState.HandingOver && !transport.IsOutbox)
        {
            await RecordAsync(id, m => m.MarkUncertain("The process stopped after the content began."), ct);
            return;
        }

        if (mail.State is MailState.Waiting && await outcome.WhyNotAsync(db, mail, ct) is { } why)
        {
            await RecordAsync(id, m => m.Withdraw(why), ct);
            return;
        }

        HandOverOutcome result;
        try
        {
            var message = await ComposeAsync(mail, ct);
            result = await transport.SendAsync(message, mail.MessageId, () =>
            {
                mail.HandOver(clock.GetUtcNow());
                db.SaveChanges();
            }, ct);
        }
        catch (ParseException e)
        {
            result = new(HandOver.Refused, e.Message, false); // an address that is none
        }

        var now = clock.GetUtcNow();
        await RecordAsync(id, m =>
        {
            switch (result)
            {
                case { Result: HandOver.Accepted }: m.Accept(now, result.Answer); break;
                case { Result: HandOver.Refused }: m.Refuse(result.Answer); break;
                case { ContentBegan: true }: m.MarkUncertain(result.Answer); break;
                default: m.Defer(now, result.Answer); break;
            }
        }, CancellationToken.None);
    }

    // The outcome is on the mail and, in the same transaction, on what the mail was about. Whoever changes that at the same moment must
    // not make a mail uncertain that was accepted: read anew, and written again.
    private Task RecordAsync(Guid id, Action<Mail> end, CancellationToken ct) => db.WriteOrRepeatAsync(async token =>
    {
        db.ChangeTracker.Clear();
        var mail = await db.Mails.SingleAsync(m => m.Id == id, token);
        end(mail);
        if (mail.State is not MailState.Accepted) log.LogWarning("Mail {Id} is {State}: {Answer}", mail.Id, mail.State, mail.LastAnswer);
        await outcome.RecordAsync(db, mail, token);
    }, ct);

    private async Task<MimeMessage> ComposeAsync(Mail mail, CancellationToken ct)
    {
        var message = new MimeMessage { MessageId = mail.MessageId, Date = mail.CreatedAt, Subject = mail.Subject };
        message.From.Add(new MailboxAddress(mail.FromName, mail.FromAddress));
        if (mail.ReplyTo is { Length: > 0 } replyTo) message.ReplyTo.AddRange(InternetAddressList.Parse(replyTo));
        message.To.AddRange(InternetAddressList.Parse(mail.To));
        if (mail.Cc is { Length: > 0 } cc) message.Cc.AddRange(InternetAddressList.Parse(cc));
        if (mail.Bcc is { Length: > 0 } bcc) message.Bcc.AddRange(InternetAddressList.Parse(bcc));
        message.Headers.Add("Auto-Submitted", "auto-generated");
        message.Headers.Add(HeaderId.ContentLanguage, mail.Language);

        var body = new BodyBuilder { HtmlBody = mail.Html, TextBody = mail.Text };
        foreach (var attachment in mail.Attachments)
        {
            var content = await Blob.ReadAsync(db, attachment.BlobHash, ct)
                ?? throw new InvalidDataException($"Mail {mail.Id}: the content {attachment.BlobHash} of {attachment.FileName} is gone.");
            var type = ContentType.Parse(attachment.ContentType);
            if (attachment.ContentId is { } contentId)
            {
                var picture = body.LinkedResources.Add(attachment.FileName, content, type);
                picture.ContentId = contentId;
            }
            else
            {
                body.Attachments.Add(attachment.FileName, content, type);
            }
        }

        message.Body = body.ToMessageBody();
        message.Prepare(EncodingConstraint.SevenBit); // readable wherever it is kept; a server that takes more is asked at handing over
        return message;
    }

    public static bool IsAddress(string? text) =>
        text is { Length: <= 254 } && MailboxAddress.TryParse(text, out var parsed) && parsed.Address == text
        && parsed.Address.IndexOf('@', StringComparison.Ordinal) is > 0 and var at
        && parsed.Address.IndexOf('.', at) > at + 1 && parsed.Address.All(c => c is > ' ' and < (char)127);
}

/// <summary>What a module writes beside a mail's outcome, in the same transaction: the sending state of the invoice it carried.</summary>
public class MailOutcome
{
    /// <summary>Why a mail that waits need not leave any more; null when it may.</summary>
    public virtual Task<string?> WhyNotAsync(ModuleDb db, Mail mail, CancellationToken ct) => Task.FromResult<string?>(null);

    public virtual Task RecordAsync(ModuleDb db, Mail mail, CancellationToken ct) => Task.CompletedTask;
}
