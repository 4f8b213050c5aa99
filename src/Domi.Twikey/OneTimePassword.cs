using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Domi.Twikey;

/// <summary>The time-based number that an API key with enhanced security sends along at log-in.</summary>
/// <remarks>
/// Like TOTP (RFC 6238) over HMAC-SHA256 with steps of 30 seconds and eight digits, with two differences: the key is the salt followed
/// by the private key, and the offset is taken from byte 19 of the hash (the last byte of a SHA-1 hash), not from its last byte.
/// Source: Creditor API, appendix C.
/// </remarks>
public static class OneTimePassword
{
    /// <summary>How long one password lasts.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(30);

    // Where dynamic truncation looks for its offset; RFC 4226 has SHA-1 hashes of 20 bytes, and Twikey kept the position.
    private const int OffsetByte = 19;

    private const long Digits = 100_000_000;

    /// <summary>The password at a moment: 0 to 99 999 999. On the wire it is a plain integer; leading zeros do not count.</summary>
    /// <param name="privateKeyHex">The private key as Twikey shows it: hexadecimal, either case.</param>
    /// <param name="salt">The vendor prefix; <c>own</c> for a merchant's own integration.</param>
    /// <param name="at">Wall-clock time.</param>
    /// <exception cref="FormatException">The private key is not hexadecimal.</exception>
    public static long Compute(string privateKeyHex, string salt, DateTimeOffset at) => ForStep(Key(privateKeyHex, salt), StepOf(at));

    /// <summary>Whether a password given by a caller is that of now, or of the step before or after (clocks differ, calls take time).</summary>
    /// <param name="given">As received; compared as a number, so that zero-padded passwords match too. Anything else is no match.</param>
    /// <exception cref="FormatException">The private key is not hexadecimal.</exception>
    public static bool Matches(string privateKeyHex, string salt, DateTimeOffset at, string? given)
    {
        var key = Key(privateKeyHex, salt);
        if (!long.TryParse(given?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;

        var step = StepOf(at);
        return number == ForStep(key, step) || number == ForStep(key, step - 1) || number == ForStep(key, step + 1);
    }

    private static byte[] Key(string privateKeyHex, string salt) =>
        [.. Encoding.UTF8.GetBytes(salt), .. Convert.FromHexString(privateKeyHex.Trim())];

    private static long StepOf(DateTimeOffset at) =>
        (long)Math.Floor(at.ToUnixTimeMilliseconds() / Step.TotalMilliseconds);

    private static long ForStep(byte[] key, long step)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);

        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, counter, hash);

        var offset = hash[OffsetByte] & 0x0F;
        return (BinaryPrimitives.ReadUInt32BigEndian(hash[offset..]) & 0x7FFFFFFF) % Digits;
    }
}
