using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Domi.Testing;

/// <summary>Where a dialogue with the mail server is.</summary>
public enum SmtpStep { Connected, From, Recipient, Data, Content, Accepted }

/// <summary>A mail server that keeps what it accepts, and can be told to answer otherwise or to have something happen at a step.</summary>
public sealed class MailCatcher : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly List<Task> dialogues = [];
    private Task? accepting;
    private int unclear;

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Message-Id and content of every mail that was answered 250.</summary>
    public ConcurrentQueue<(string MessageId, string Content)> Mails { get; } = new();

    /// <summary>Called when a dialogue reaches a step, before the answer.</summary>
    public Action<SmtpStep> At { get; set; } = _ => { };

    /// <summary>Dialogues in which the recipients were accepted and the mail's end was not told yet: what a kill leaves unclear.</summary>
    public int Unclear => unclear;

    /// <summary>Another answer at a step: <c>451 later</c>, <c>550 nobody</c>.</summary>
    public Func<SmtpStep, string?> Answer { get; set; } = _ => null;

    public static MailCatcher Start()
    {
        var catcher = new MailCatcher();
        catcher.listener.Start();
        catcher.accepting = catcher.AcceptAsync();
        return catcher;
    }

    private async Task AcceptAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var client = await listener.AcceptTcpClientAsync(stopping.Token);
                dialogues.Add(Task.Run(() => TalkAsync(client)));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                return;
            }
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        using (client)
        {
            var open = false;
            try
            {
                client.NoDelay = true;
                using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
                await using var writer = new StreamWriter(client.GetStream(), Encoding.Latin1) { NewLine = "\r\n", AutoFlush = true };
                At(SmtpStep.Connected);
                await writer.WriteLineAsync("220 catcher ESMTP");
                while (await reader.ReadLineAsync(stopping.Token) is { } line)
                {
                    var verb = line.Split(' ', ':')[0].ToUpperInvariant();
                    switch (verb)
                    {
                        case "EHLO" or "HELO":
                            await writer.WriteLineAsync("250-catcher");
                            await writer.WriteLineAsync("250 8BITMIME");
                            break;
                        case "MAIL":
                            await ReplyAsync(SmtpStep.From, "250 ok");
                            break;
                        case "RCPT":
                            if (!open) Interlocked.Increment(ref unclear);
                            open = true;
                            await ReplyAsync(SmtpStep.Recipient, "250 ok");
                            break;
                        case "DATA":
                            await ReplyAsync(SmtpStep.Data, "354 go on");
                            var content = new StringBuilder();
                            while (await reader.ReadLineAsync(stopping.Token) is { } text && text != ".") content.AppendLine(text.StartsWith('.') ? text[1..] : text);
                            At(SmtpStep.Content);
                            if (Answer(SmtpStep.Content) is { } declined)
                            {
                                await writer.WriteLineAsync(declined);
                                break;
                            }

                            var id = content.ToString().Split('\n').First(l => l.StartsWith("Message-Id:", StringComparison.OrdinalIgnoreCase))["Message-Id:".Length..].Trim();
                            Mails.Enqueue((id, content.ToString()));
                            await writer.WriteLineAsync("250 accepted");
                            At(SmtpStep.Accepted);
                            break;
                        case "QUIT":
                            await writer.WriteLineAsync("221 bye");
                            return;
                        default:
                            await writer.WriteLineAsync("250 ok");
                            break;
                    }
                }

                async Task ReplyAsync(SmtpStep step, string ok)
                {
                    At(step);
                    await writer.WriteLineAsync(Answer(step) ?? ok);
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or InvalidOperationException)
            {
                // The other side went away, which is what some tests are about.
            }
            finally
            {
                if (open) Interlocked.Decrement(ref unclear);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        if (accepting is not null) await accepting;
        await Task.WhenAll(dialogues);
        stopping.Dispose();
    }
}
