using System.Security.Cryptography;
using System.Text;

namespace Domi.Twikey;

/// <summary>Where and as whom to call: everything a client needs to log in.</summary>
/// <param name="Id">The connection's own id; sessions are kept under it.</param>
/// <param name="BaseAddress">Such as <c>https://api.twikey.com/creditor</c>; a slash at its end does not matter.</param>
/// <param name="ApiKey">A secret.</param>
/// <param name="PrivateKey">A secret; hexadecimal, only when the key has enhanced security.</param>
/// <param name="Salt">Prefix of the one-time password; <c>own</c> for a merchant's own integration.</param>
public sealed record TwikeyConnection(Guid Id, Uri BaseAddress, string ApiKey, string? PrivateKey, string Salt = "own")
{
    /// <summary>Shows no secret, because records end up in logs.</summary>
    public override string ToString() => $"{Id} at {BaseAddress}";

    /// <summary>Tells credentials apart without keeping them: other credentials never use an older session.</summary>
    internal string Fingerprint() => Convert.ToHexString(SHA256.HashData(
        Encoding.UTF8.GetBytes(string.Join('\n', BaseAddress.AbsoluteUri, ApiKey, PrivateKey, Salt))));
}
