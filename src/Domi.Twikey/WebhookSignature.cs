using System.Security.Cryptography;
using System.Text;

namespace Domi.Twikey;

/// <summary>The <c>X-SIGNATURE</c> of a webhook: HMAC-SHA256 of its query, keyed with the API key.</summary>
public static class WebhookSignature
{
    /// <summary>The signature as sent: 64 upper-case hexadecimal digits.</summary>
    /// <param name="apiKey">The API key, whose UTF-8 bytes are the key.</param>
    /// <param name="decodedQuery">What follows the question mark, URL-decoded.</param>
    public static string Compute(string apiKey, string decodedQuery) => Convert.ToHexString(Hash(apiKey, decodedQuery));

    /// <summary>
    /// Whether a received signature belongs to a received query. Takes hexadecimal of either case, and the query as sent or as decoded,
    /// because senders and proxies differ there. Compares in constant time and never throws: anything odd is no match.
    /// </summary>
    /// <param name="rawQuery">What followed the question mark (or with it), as received.</param>
    /// <param name="header">The value of <c>X-SIGNATURE</c>.</param>
    public static bool Verify(string? apiKey, string? rawQuery, string? header)
    {
        // An empty key would let everyone sign.
        if (string.IsNullOrEmpty(apiKey) || rawQuery is null) return false;

        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var hex = header is null ? [] : header.AsSpan().Trim();
        if (hex.Length != given.Length * 2) return false;
        if (Convert.FromHexString(hex, given, out _, out _) != System.Buffers.OperationStatus.Done) return false;

        var query = rawQuery.StartsWith('?') ? rawQuery[1..] : rawQuery;
        var matches = CryptographicOperations.FixedTimeEquals(Hash(apiKey, query), given);
        matches |= CryptographicOperations.FixedTimeEquals(Hash(apiKey, Uri.UnescapeDataString(query)), given);
        // Form decoding, where a plus stands for a blank.
        matches |= CryptographicOperations.FixedTimeEquals(Hash(apiKey, Uri.UnescapeDataString(query.Replace('+', ' '))), given);
        return matches;
    }

    private static byte[] Hash(string apiKey, string text) =>
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(apiKey), Encoding.UTF8.GetBytes(text));
}
