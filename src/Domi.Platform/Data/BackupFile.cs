using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;
using Org.BouncyCastle.Security;

namespace Domi.Platform;

/// <summary>
/// The file of a backup: <c>manifest.json</c> and JSON lines in a tar, compressed, encrypted as an OpenPGP message by a passphrase
/// (AES-256, integrity protected). Written and read as a stream: what is held in memory is one entry of some megabytes, or one row.
/// </summary>
/// <remarks>
/// Source: RFC 4880, 5.3 (session key by passphrase) and 5.13 (integrity protected data), which every GnuPG since 2.0 reads. A zip would need
/// a file that can be sought in, decrypted; a tar is read from its beginning to its end, as decryption gives it.
/// </remarks>
internal static class BackupFile
{
    public const int Format = 1;
    public const string ManifestName = "manifest.json";

    private const int BufferBytes = 1 << 16;

    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, IndentSize = 1 };

    /// <summary>
    /// The passphrase of backups: the SHA-256, in lower-case hexadecimals, of <c>domi-backup:</c> and the master key. Whoever is given it reads
    /// backups, and still no sealed secret in them.
    /// </summary>
    /// <exception cref="SettingsException">There is no master key.</exception>
    public static string PassphraseOf(DomiSettings settings)
    {
        // Not made here, as a start would: a key that has just been made opens no backup, and no backup under it was asked for.
        var path = Path.Combine(settings.DataFolder, "master.key");
        var text = settings.MasterKey ?? (File.Exists(path)
            ? File.ReadAllText(path).Trim()
            : throw new SettingsException($"There is no master key: set Domi__MasterKey, or put the key of the installation into {path}."));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("domi-backup:" + text)));
    }

    /// <summary>Writes a whole file; <paramref name="to"/> stays open.</summary>
    public static async Task WriteAsync(Stream to, string passphrase, DateTimeOffset at, Func<TarWriter, Task> write)
    {
        var encryption = new PgpEncryptedDataGenerator(SymmetricKeyAlgorithmTag.Aes256, withIntegrityPacket: true, new SecureRandom());
        encryption.AddMethodRaw(Encoding.ASCII.GetBytes(passphrase), HashAlgorithmTag.Sha256);
        await using var encrypted = encryption.Open(to, new byte[BufferBytes]);
        await using var literal = new PgpLiteralDataGenerator().Open(encrypted, PgpLiteralData.Binary, "domi-backup.tar.gz", at.UtcDateTime, new byte[BufferBytes]);
        await using var compressed = new GZipStream(literal, CompressionLevel.Fastest);
        await using var tar = new TarWriter(compressed, TarEntryFormat.Ustar);
        await write(tar);
    }

    public static void Add(TarWriter tar, string name, DateTimeOffset at, Stream content) => tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name)
    {
        DataStream = content,
        Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        ModificationTime = at,
    });

    /// <summary>Decrypts a file to its end and looks at nothing in it: afterwards it is known to be whole, and ours.</summary>
    /// <exception cref="SettingsException">The master key is another, or the file is cut off, altered, or no backup.</exception>
    public static async Task CheckAsync(Stream file, string passphrase, CancellationToken ct)
    {
        try
        {
            var message = Open(file, passphrase, out var literal);
            await literal.CopyToAsync(Stream.Null, BufferBytes, ct);
            if (!message.Verify()) throw new InvalidDataException("its checksum is another");
        }
        catch (PgpDataValidationException)
        {
            throw new SettingsException("The master key is not the one that the backup was made with, or the file was altered. Nothing was changed.");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Only the file is read here, and a byte that was altered in its head makes the library throw whatever that byte means.
            throw new SettingsException($"The file is cut off, altered, or no backup ({e.Message.TrimEnd('.')}). Nothing was changed.");
        }
    }

    /// <summary>The first entry of a file that was checked.</summary>
    /// <exception cref="SettingsException">The backup is of a newer program.</exception>
    public static async Task<BackupManifest> ReadManifestAsync(Stream file, string passphrase, CancellationToken ct)
    {
        Open(file, passphrase, out var literal);
        await using var tar = new TarReader(new GZipStream(new BufferedStream(literal, BufferBytes), CompressionMode.Decompress));
        return await ManifestOfAsync(tar, ct);
    }

    /// <summary>Reads a file that was checked, and checks it once more: nothing that <paramref name="take"/> does may last before this has returned.</summary>
    /// <exception cref="InvalidDataException">The file was changed since it was checked.</exception>
    public static async Task ReadAsync(Stream file, string passphrase, Func<TarEntry, Task> take, CancellationToken ct)
    {
        var message = Open(file, passphrase, out var literal);
        await using var content = new BufferedStream(literal, BufferBytes);
        await using var plain = new GZipStream(content, CompressionMode.Decompress, leaveOpen: true);
        await using var tar = new TarReader(plain, leaveOpen: true);
        await ManifestOfAsync(tar, ct);
        while (await tar.GetNextEntryAsync(copyData: false, ct) is { } entry) await take(entry);

        await plain.CopyToAsync(Stream.Null, BufferBytes, ct);
        await content.CopyToAsync(Stream.Null, BufferBytes, ct);
        if (!message.Verify()) throw new InvalidDataException("The file was changed while it was read. Nothing was restored.");
    }

    private static async Task<BackupManifest> ManifestOfAsync(TarReader tar, CancellationToken ct)
    {
        if (await tar.GetNextEntryAsync(copyData: false, ct) is not { Name: ManifestName, DataStream: { } text }) throw new InvalidDataException("There is no manifest.");
        var manifest = await JsonSerializer.DeserializeAsync<BackupManifest>(text, Json, ct) ?? throw new InvalidDataException("The manifest is empty.");
        return manifest.Format <= Format ? manifest : throw new SettingsException($"The backup is of a newer version ({manifest.Program}): restore it with that one.");
    }

    private static PgpPbeEncryptedData Open(Stream file, string passphrase, out Stream literal)
    {
        file.Position = 0;
        if (new PgpObjectFactory(file).NextPgpObject() is not PgpEncryptedDataList { Count: > 0 } list || list[0] is not PgpPbeEncryptedData message)
            throw new InvalidDataException("it is not encrypted by a passphrase");
        if (!message.IsIntegrityProtected()) throw new InvalidDataException("it is not protected against changes");
        var clear = message.GetDataStreamRaw(Encoding.ASCII.GetBytes(passphrase));
        if (new PgpObjectFactory(clear).NextPgpObject() is not PgpLiteralData data) throw new InvalidDataException("there is no content");
        literal = data.GetInputStream();
        return message;
    }
}
