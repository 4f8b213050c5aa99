using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Domi.Bench;

/// <summary>
/// One connection that is kept open, and no more than a request must cost: the generator shares the processors with what it measures. Whoever
/// calls waits in the kernel, on a thread of his own.
/// </summary>
internal sealed class Caller : IDisposable
{
    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] buffer = new byte[16_384];

    public static Caller Open(Uri address)
    {
        var caller = new Caller();
        caller.socket.Connect(address.Host, address.Port);
        return caller;
    }

    public static Task OnAThread(Action work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Sends and waits for the whole answer. Fails when it is not 200, or has no length.</summary>
    public (string Head, ReadOnlyMemory<byte> Body) Send(string method, string path, string token, string? body = null)
    {
        var content = body is null ? "" : $"Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n";
        socket.Send(Encoding.UTF8.GetBytes($"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {token}\r\n{content}\r\n{body}"));
        for (var (read, length, end) = (0, 0, -1); ;)
        {
            if (read == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
            var more = socket.Receive(buffer.AsSpan(read));
            if (more == 0) throw new InvalidOperationException("The connection was closed.");
            read += more;
            if (end < 0)
            {
                var answer = buffer.AsSpan(0, read);
                end = answer.IndexOf("\r\n\r\n"u8);
                if (end < 0) continue;
                if (!answer.StartsWith("HTTP/1.1 200"u8)) throw new InvalidOperationException(Encoding.UTF8.GetString(answer));
                length = LengthOf(answer[..end]);
            }

            if (read >= end + 4 + length) return (Encoding.ASCII.GetString(buffer, 0, end), buffer.AsMemory(end + 4, length));
        }
    }

    private static int LengthOf(ReadOnlySpan<byte> head)
    {
        const string name = "Content-Length: ";
        var text = Encoding.ASCII.GetString(head);
        var at = text.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        if (at < 0) throw new InvalidOperationException("The answer has no length.");
        var digits = text.AsSpan(at + name.Length);
        return int.Parse(digits.IndexOf('\r') is >= 0 and var line ? digits[..line] : digits, CultureInfo.InvariantCulture);
    }

    public void Dispose() => socket.Dispose();
}
