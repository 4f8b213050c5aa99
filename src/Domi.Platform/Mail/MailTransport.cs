using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Domi.Platform;

public enum HandOver { Accepted, Refused, Deferred }

/// <summary>How handing over a mail ended.</summary>
/// <param name="ContentBegan">The content was on its way when it ended: without an answer nobody can tell whether it arrived.</param>
public sealed record HandOverOutcome(HandOver Result, string Answer, bool ContentBegan);

/// <summary>Takes mails out of the house: by SMTP, or as files of the outbox folder.</summary>
public sealed class MailTransport(DomiSettings settings)
{
    /// <summary>
    /// Hands a message over. <paramref name="beforeContent"/> is called after every recipient was accepted and before the first byte of
    /// the content; what it commits is there if the process dies afterwards.
    /// </summary>
    public async Task<HandOverOutcome> SendAsync(MimeMessage message, string messageId, Action beforeContent, CancellationToken ct) =>
        settings.Mail.Host is { } host
            ? await SendBySmtpAsync(host, message, beforeContent, ct)
            : await WriteToOutboxAsync(message, messageId, ct);

    public bool IsOutbox => settings.Mail.Host is null;

    public string OutboxFile(string messageId) => Path.Combine(settings.Mail.OutboxFolder, FileNameOf(messageId));

    // The folder is exact: a file that exists was sent, so a crash at any line neither loses nor doubles a mail.
    private async Task<HandOverOutcome> WriteToOutboxAsync(MimeMessage message, string messageId, CancellationToken ct)
    {
        Directory.CreateDirectory(settings.Mail.OutboxFolder);
        var path = OutboxFile(messageId);
        if (File.Exists(path)) return new(HandOver.Accepted, "outbox", false);

        var half = path + ".tmp";
        await using (var file = new FileStream(half, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            await message.WriteToAsync(file, ct);
            file.Flush(flushToDisk: true);
        }

        File.Move(half, path, overwrite: true);
        return new(HandOver.Accepted, "outbox", false);
    }

    private async Task<HandOverOutcome> SendBySmtpAsync(string host, MimeMessage message, Action beforeContent, CancellationToken ct)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(settings.Mail.DialogueWait);
        using var client = new Dialogue(message, beforeContent);
        try
        {
            // An own socket without Nagle's delay: 2 ms a mail in place of 46 on a local server.
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(host, settings.Mail.Port, timeout.Token);
            await client.ConnectAsync(socket, host, settings.Mail.Port, SecurityOf(settings.Mail.Security), timeout.Token);
            if (settings.Mail.User is { } user) await client.AuthenticateAsync(user, settings.Mail.Password ?? "", timeout.Token);
            var answer = await client.SendAsync(message, timeout.Token);
            await client.DisconnectAsync(true, CancellationToken.None);
            return new(HandOver.Accepted, answer, true);
        }
        catch (SmtpCommandException e)
        {
            // 5xx is for good, 4xx for now; both are answers, so the mail certainly did not arrive.
            var result = (int)e.StatusCode is >= 500 and < 600 ? HandOver.Refused : HandOver.Deferred;
            return new(result, $"{(int)e.StatusCode} {e.Message}", false);
        }
        catch (AuthenticationException e)
        {
            return new(HandOver.Deferred, $"535 {e.Message}", false);
        }
        catch (Exception e) when (e is NotSupportedException or ServiceNotAuthenticatedException)
        {
            // The server offers no STARTTLS or no way to sign in, or asks for a sign-in that is not set: a setting, not the mail's fault.
            return new(HandOver.Deferred, e.Message, client.ContentBegan);
        }
        catch (Exception e) when (e is SocketException or IOException or ProtocolException or SslHandshakeException
                                      or ServiceNotConnectedException or TimeoutException
                                  || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return new(HandOver.Deferred, e.Message, client.ContentBegan);
        }
    }

    private static SecureSocketOptions SecurityOf(SmtpSecurity security) => security switch
    {
        SmtpSecurity.None => SecureSocketOptions.None,
        SmtpSecurity.Tls => SecureSocketOptions.SslOnConnect,
        _ => SecureSocketOptions.StartTls,
    };

    private static string FileNameOf(string messageId) =>
        string.Concat(messageId.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '@' ? c : '_')) + ".eml";

    /// <summary>Knows the moment between the last accepted recipient and DATA.</summary>
    private sealed class Dialogue : SmtpClient
    {
        private readonly int recipients;
        private readonly Action beforeContent;
        private int accepted;

        public Dialogue(MimeMessage message, Action beforeContent)
        {
            recipients = message.GetRecipients(onlyUnique: true).Count;
            this.beforeContent = beforeContent;
            Timeout = 30_000;
        }

        public bool ContentBegan { get; private set; }

        protected override void OnRecipientAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response)
        {
            base.OnRecipientAccepted(message, mailbox, response);
            if (++accepted < recipients) return;

            beforeContent();
            ContentBegan = true;
        }
    }
}
