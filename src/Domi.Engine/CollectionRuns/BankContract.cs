using Domi.Platform;
using Domi.Standards;
using Domi.Standards.BankFiles;

namespace Domi.Engine.CollectionRuns;

/// <summary>How a file gets to the bank: somebody takes it there, or a folder does, which the operator has carried over (SFTP, EBICS, the bank's own program).</summary>
public enum HandOverWay { Download, Folder }

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

    /// <summary>What the bank asks of files.</summary>
    public BankProfile Bank => ProfileJson is { } own ? BankProfile.Read(own) : BankProfile.Find(Preset) ?? BankProfile.Presets[0];

    /// <summary>The folder of a creditor's files: <c>out</c> and <c>in</c> are beneath it.</summary>
    public static string FolderOf(DomiSettings settings, long merchantId) => Path.Combine(settings.DataFolder, "bank", merchantId.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
