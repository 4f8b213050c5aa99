using Domi.Platform;
using Domi.Standards;
using Domi.Standards.BankFiles;

namespace Domi.Engine.CollectionRuns;

/// <summary>
/// How a file gets to the bank: somebody takes it there; or a folder does, which the operator has carried over (EBICS, the bank's own program); or the
/// engine lays it on the bank's SFTP server.
/// </summary>
public enum HandOverWay { Download, Folder, Sftp }

/// <summary>
/// The creditor's contract with his own bank. With it, what is collected from accounts and what is transferred leaves as files, and the bank's
/// answers and statements alone say what became of it; cards and payment links are not touched by it.
/// </summary>
public sealed class BankContract
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>One contract each.</summary>
    public Guid CreditorId { get; init; }

    /// <summary>Where collections arrive and transfers leave.</summary>
    public Iban Account { get; set; }

    public Bic? Bic { get; set; }

    /// <summary>The account's holder as the bank has it; at most 70 characters.</summary>
    public string Holder { get; set; } = "";

    /// <summary>Name of the preset that says what the bank asks.</summary>
    public string Preset { get; set; } = "";

    /// <summary>What the bank asks, where it differs from every preset; JSON of <see cref="BankProfile"/>.</summary>
    public string? ProfileJson { get; set; }

    /// <summary>False: nothing new goes to the bank; what it still answers is taken.</summary>
    public bool IsActive { get; set; } = true;

    /// <summary>Euro. A file of more than this waits for a second person; 0: every file does.</summary>
    public decimal ReleaseLimit { get; set; }

    /// <summary>Euro. A single collection above it is left out, and told; null: the scheme's own limit.</summary>
    public decimal? MostPerCollection { get; set; }

    public HandOverWay HandOver { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public string? SftpHost { get; set; }

    public int SftpPort { get; set; } = 22;

    public string? SftpUser { get; set; }

    /// <summary>Password, or private key as OpenSSH or PEM writes it; encrypted.</summary>
    public string? SftpSecretSealed { get; set; }

    /// <summary>Where files are laid, and where those of the bank are fetched.</summary>
    public string SftpOut { get; set; } = "";

    public string SftpIn { get; set; } = "";

    /// <summary>Fingerprint of the server's key that a person confirmed, <c>SHA256:…</c>: another one is not talked to. Null: none yet.</summary>
    public string? SftpKey { get; private set; }

    /// <summary>The one that it showed last.</summary>
    public string? SftpKeyShown { get; private set; }

    /// <summary>When its files are looked for next (wall clock); null: they are not.</summary>
    public DateTimeOffset? SftpDueAt { get; private set; }

    /// <summary>Code of what was wrong when it was looked at last; null: nothing.</summary>
    public string? SftpProblem { get; private set; }

    /// <summary>The server showed a key: known, or to be confirmed.</summary>
    public void ShowKey(string shown) => SftpKeyShown = shown;

    /// <summary>A person says that the key is the bank's.</summary>
    /// <exception cref="RefusedException"><c>bank_server_key</c>: it is not the one that was shown last.</exception>
    public void TrustKey(string key, DateTimeOffset now)
    {
        if (key != SftpKeyShown) throw new RefusedException("bank_server_key", "That is not the key that the server showed last.");
        (SftpKey, SftpProblem, SftpDueAt) = (key, null, now);
    }

    /// <summary>Another server, whose key is yet to be confirmed.</summary>
    public void ForgetKey() => (SftpKey, SftpKeyShown, SftpDueAt, SftpProblem) = (null, null, null, null);

    /// <summary>It was looked at, and is again after a while.</summary>
    public void Looked(string? problem, DateTimeOffset? next) => (SftpProblem, SftpDueAt) = (problem, next);

    /// <summary>What the bank asks of files.</summary>
    public BankProfile Bank => ProfileJson is { } own ? BankProfile.Read(own) : BankProfile.Find(Preset) ?? BankProfile.Presets[0];

    /// <summary>The folder of a creditor's files: <c>out</c> and <c>in</c> are beneath it.</summary>
    public static string FolderOf(DomiSettings settings, long merchantId) => Path.Combine(settings.DataFolder, "bank", merchantId.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
