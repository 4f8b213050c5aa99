using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Domi.Twikey.Tests;

/// <summary>Sends bytes as written, whether or not they are HTTP, and hangs up: one connection per answer.</summary>
public sealed class RawServer : IAsyncDisposable
{
    public const string LoggedIn = "HTTP/1.1 200 OK\r\nAuthorization: token\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Task serving;
    private int served;

    private RawServer(IReadOnlyList<string> answers)
    {
        listener.Start();
        serving = ServeAsync(answers);
    }

    public int Served => Volatile.Read(ref served);

    public Uri Address => new($"http://{listener.LocalEndpoint}/creditor");

    /// <summary>The last answer is repeated.</summary>
    public static RawServer Start(params string[] answers) => new(answers);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await serving;
        listener.Stop();
        stop.Dispose();
    }

    private async Task ServeAsync(IReadOnlyList<string> answers)
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await listener.AcceptTcpClientAsync(stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            using (client)
            {
                var stream = client.GetStream();
                await ReadRequestAsync(stream);
                var answer = answers[Math.Min(served, answers.Count - 1)];
                served++;
                await stream.WriteAsync(Encoding.UTF8.GetBytes(answer));
                client.Client.Shutdown(SocketShutdown.Send);
                // Until the caller hangs up too: closing earlier could reset the connection under an answer not yet read.
                var rest = new byte[1024];
                try
                {
                    while (await stream.ReadAsync(rest) > 0) { }
                }
                catch (IOException)
                {
                    // the caller hung up hard, which is its right
                }
            }
        }
    }

    private static async Task ReadRequestAsync(NetworkStream stream)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (true)
        {
            var read = await stream.ReadAsync(buffer);
            if (read == 0) return;
            text.Append(Encoding.UTF8.GetString(buffer, 0, read));

            var head = text.ToString().IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (head < 0) continue;
            var length = text.ToString()[..head].Split("\r\n")
                .Where(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                .Select(line => int.Parse(line[15..])).FirstOrDefault();
            if (text.Length >= head + 4 + length) return;
        }
    }
}
