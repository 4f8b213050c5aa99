using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Domi.Platform;

/// <summary>The key that wraps the key rings in the databases. It is never in a database, a log or a backup.</summary>
public sealed class MasterKey
{
    private readonly byte[] key;

    private MasterKey(byte[] key) => this.key = key;

    /// <summary>
    /// Takes <c>Domi__MasterKey</c>; in Development, without one, makes <c>master.key</c> in the data folder, readable by its owner only.
    /// </summary>
    public static MasterKey Of(DomiSettings settings)
    {
        var text = settings.MasterKey ?? ReadOrMake(Path.Combine(settings.DataFolder, "master.key"));
        return new(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    private static string ReadOrMake(string path)
    {
        OwnFolder.Make(Path.GetDirectoryName(path)!);
        if (!File.Exists(path))
        {
            var made = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            try
            {
                using var writer = new StreamWriter(path, options);
                writer.Write(made);
            }
            catch (IOException) when (File.Exists(path))
            {
                // The other module's process made it in the same moment.
            }
        }

        return File.ReadAllText(path).Trim();
    }

    internal byte[] Seal(byte[] plain)
    {
        var nonce = RandomNumberGenerator.GetBytes(12);
        var cipher = new byte[plain.Length];
        var tag = new byte[16];
        using var aes = new AesGcm(key, 16);
        aes.Encrypt(nonce, plain, cipher, tag);
        return [.. nonce, .. tag, .. cipher];
    }

    internal byte[] Open(byte[] data)
    {
        var plain = new byte[data.Length - 28];
        using var aes = new AesGcm(key, 16);
        aes.Decrypt(data.AsSpan(0, 12), data.AsSpan(28), data.AsSpan(12, 16), plain);
        return plain;
    }
}

/// <summary>Wraps the keys of the ring with the master key.</summary>
internal sealed class MasterKeyEncryptor(MasterKey master) : IXmlEncryptor
{
    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var text = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        return new(new XElement("wrapped", Convert.ToBase64String(master.Seal(text))), typeof(MasterKeyDecryptor));
    }
}

internal sealed class MasterKeyDecryptor(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement) =>
        XElement.Parse(Encoding.UTF8.GetString(services.GetRequiredService<MasterKey>().Open(Convert.FromBase64String(encryptedElement.Value))));
}

/// <summary>Encrypts what must be read again: API keys, private keys, second factors.</summary>
public sealed class Secrets(IDataProtectionProvider protection)
{
    private readonly IDataProtector protector = protection.CreateProtector("domi.secrets.v1");

    /// <summary>Makes sure that there is a key, so that none has to be made and saved in the middle of somebody's transaction.</summary>
    public void WarmUp() => Open(Seal("warm"));

    public string Seal(string plain) => protector.Protect(plain);

    /// <exception cref="CryptographicException">The text was sealed under another master key or module.</exception>
    public string Open(string cipher) => protector.Unprotect(cipher);

    /// <summary>How a secret that only has to be recognised is kept.</summary>
    public static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>A random token of 160 bits in letters and digits that survive every mail program and phone.</summary>
    public static string NewToken()
    {
        const string alphabet = "abcdefghijkmnpqrstuvwxyz23456789"; // 32 signs, none that looks like another
        return string.Create(32, RandomNumberGenerator.GetBytes(32), (span, bytes) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = alphabet[bytes[i] & 31];
        });
    }

    /// <summary>A code of so many digits.</summary>
    public static string NewDigits(int count) => RandomNumberGenerator.GetString("0123456789", count);
}

public static class SecretsRegistration
{
    /// <summary>The key ring lives in the module's database under a fixed application name, never under a path.</summary>
    public static void AddSecrets<T>(this IServiceCollection services, DomiSettings settings, string applicationName)
        where T : ModuleDb
    {
        services.AddSingleton(MasterKey.Of(settings));
        // No rotation by itself: what is sealed at rest stays sealed with its key anyway, and a key that is made at a moment of its own
        // choosing would be saved inside whatever transaction runs then, waiting for the gate that its own caller holds.
        services.AddDataProtection().SetApplicationName(applicationName).PersistKeysToDbContext<T>().SetDefaultKeyLifetime(TimeSpan.FromDays(3650));
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(root => new ConfigureOptions<KeyManagementOptions>(options =>
            options.XmlEncryptor = new MasterKeyEncryptor(root.GetRequiredService<MasterKey>())));
        services.AddSingleton<Secrets>();
    }
}
