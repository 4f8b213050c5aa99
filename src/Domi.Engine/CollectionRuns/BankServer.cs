using System.Net;
using System.Net.Sockets;
using System.Text;
using Domi.Platform;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace Domi.Engine.CollectionRuns;

/// <summary>The SFTP server of a creditor's bank: reached at a public address only, and trusted by the key that a person confirmed.</summary>
/// <remarks>
/// Refuses with <c>bank_server_not_public</c>, <c>bank_server_unreachable</c>, <c>bank_server_unconfirmed</c>, <c>bank_server_key</c>, <c>bank_server_login</c>,
/// <c>bank_server_folder</c>. Nothing is tried twice here: whoever calls has a row that is due again.
/// </remarks>
internal sealed class BankServer(Secrets secrets, DomiSettings settings)
{
    private static readonly TimeSpan DialogueWait = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ConnectWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AnswerWait = TimeSpan.FromMinutes(1);

    /// <summary>The key that the server shows, as <c>ssh-keygen -l</c> writes it; nobody logs in.</summary>
    public async Task<string> KeyAsync(BankContract contract, CancellationToken ct)
    {
        string? shown = null;
        try
        {
            return await TalkAsync<string>(contract, ConnectWait, key =>
            {
                shown = key;
                return false;
            }, (_, _) => throw new InvalidOperationException("A key was trusted that nobody confirmed."), ct);
        }
        catch (RefusedException) when (shown is not null)
        {
            return shown; // that is what it was asked for
        }
    }

    /// <summary>Does something on the server, under the key that was confirmed.</summary>
    /// <param name="longest">How long it may take once the server let us in.</param>
    public async Task<T> WithAsync<T>(BankContract contract, TimeSpan longest, Func<SftpClient, CancellationToken, Task<T>> work, CancellationToken ct)
    {
        if (contract.SftpKey is not { } confirmed) throw new RefusedException("bank_server_unconfirmed", "Nobody confirmed the key of the bank's server.");
        string? shown = null;
        try
        {
            return await TalkAsync(contract, longest, key => (shown = key) == confirmed, work, ct);
        }
        catch (RefusedException) when (shown is not null && shown != confirmed)
        {
            throw new RefusedException("bank_server_key", $"The server shows the key {shown}.", ("key", shown));
        }
    }

    private async Task<T> TalkAsync<T>(BankContract contract, TimeSpan longest, Func<string, bool> trusts, Func<SftpClient, CancellationToken, Task<T>> work, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(ConnectWait);
        try
        {
            var addresses = await OutgoingCalls.AllowedAsync(contract.SftpHost!, (_, address) => (settings.Sandbox.Enabled || settings.IsDevelopment) && IPAddress.IsLoopback(address), limit.Token);
            if (addresses.Length == 0) throw new RefusedException("bank_server_not_public", $"{contract.SftpHost} is not a public address.", ("host", contract.SftpHost));

            using var method = MethodOf(contract);
            var connection = new ConnectionInfo(addresses[0].ToString(), contract.SftpPort, contract.SftpUser!, method) { Timeout = DialogueWait };
            using var client = new SftpClient(connection) { OperationTimeout = AnswerWait };
            client.HostKeyReceived += (_, e) => e.CanTrust = trusts("SHA256:" + e.FingerPrintSHA256);
            await client.ConnectAsync(limit.Token);
            limit.CancelAfter(longest);
            return await work(client, limit.Token);
        }
        catch (Exception e) when (e is SshException or SocketException or IOException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw e switch
            {
                SshAuthenticationException or SshPassPhraseNullOrEmptyException => new RefusedException("bank_server_login", e.Message),
                SftpPathNotFoundException or SftpPermissionDeniedException => new RefusedException("bank_server_folder", e.Message),
                _ => new RefusedException("bank_server_unreachable", e.Message),
            };
        }
    }

    private AuthenticationMethod MethodOf(BankContract contract)
    {
        var secret = secrets.Open(contract.SftpSecretSealed!);
        return IsKey(secret) ? new PrivateKeyAuthenticationMethod(contract.SftpUser!, KeyOf(secret)) : new PasswordAuthenticationMethod(contract.SftpUser!, secret);
    }

    public static bool IsKey(string secret) => secret.TrimStart().StartsWith("-----BEGIN", StringComparison.Ordinal);

    /// <exception cref="RefusedException"><c>bank_server_login</c>: it is no private key, or one with a passphrase.</exception>
    public static PrivateKeyFile KeyOf(string secret)
    {
        try
        {
            return new(new MemoryStream(Encoding.UTF8.GetBytes(secret.Trim().ReplaceLineEndings("\n") + "\n")));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The reader trusts the lengths that stand in a key: what it throws at rubbish is anything. What it says may quote the key.
            throw new RefusedException("bank_server_login", $"The private key cannot be read ({e.GetType().Name}).");
        }
    }
}
