using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Domi.Twikey;

/// <summary>The address to which a customer returns after signing or paying, and what it carries to prove itself.</summary>
public static partial class ExitUrl
{
    private static readonly string[] Positions = ["mandateNumber", "status", "account", "s", "token"];

    /// <summary>The <c>{{s}}</c> of an exit address: 64 upper-case hexadecimal digits of HMAC-SHA256.</summary>
    /// <param name="websiteKey">The website key as printed; its characters are the key, it is not decoded from hexadecimal.</param>
    /// <param name="status"><c>ok</c>, <c>cancel</c>, <c>fail</c>, <c>pending</c> or <c>print</c>.</param>
    /// <param name="token">The token of the invitation; without one it is not part of what is signed.</param>
    public static string Signature(string websiteKey, string mandateNumber, string status, string? token = null)
    {
        var message = string.IsNullOrEmpty(token) ? $"{mandateNumber}/{status}" : $"{mandateNumber}/{status}/{token}";
        return Convert.ToHexString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(websiteKey), Encoding.UTF8.GetBytes(message)));
    }

    /// <summary>The <c>{{account}}</c> of an exit address: account and bank, readable for who holds the website key.</summary>
    /// <returns>Upper-case hexadecimal of AES-128-CBC over <c>IBAN/BIC</c>.</returns>
    [SuppressMessage("Security", "CA5351", Justification = "The format prescribes MD5 to derive the key; it authenticates nothing.")]
    [SuppressMessage("Security", "CA5401", Justification = "The format prescribes the key as initialisation vector.")]
    public static string EncryptAccount(string websiteKey, string mandateNumber, string iban, string bic)
    {
        var key = MD5.HashData(Encoding.UTF8.GetBytes(mandateNumber + websiteKey));
        using var aes = Aes.Create();
        aes.Key = key;
        return Convert.ToHexString(aes.EncryptCbc(Encoding.UTF8.GetBytes($"{iban}/{bic}"), key, PaddingMode.PKCS7));
    }

    /// <summary>Fills the exit address of a mandate. Values are escaped; an absent one leaves nothing.</summary>
    /// <param name="template">
    /// With nominal placeholders (<c>{{mandateNumber}} {{status}} {{account}} {{s}} {{token}}</c>) or positional ones
    /// (<c>{0}</c> to <c>{4}</c>, same order). They are never mixed: one nominal placeholder makes braces around a digit plain text.
    /// </param>
    public static string Expand(
        string template, string mandateNumber, string status, string? account = null, string? signature = null, string? token = null)
    {
        string?[] values = [mandateNumber, status, account, signature, token];
        if (Nominal.IsMatch(template))
            return Expand(template, Positions.Zip(values).ToDictionary(pair => pair.First, pair => pair.Second));

        return Positional.Replace(template, match => Uri.EscapeDataString(values[match.Groups[1].Value[0] - '0'] ?? ""));
    }

    /// <summary>
    /// Fills an address with nominal placeholders only, such as the page after an invoice (<c>id number locale state</c>) or the global
    /// one (<c>type id ref state</c>). Values are escaped; a placeholder without a value leaves nothing.
    /// </summary>
    public static string Expand(string template, IReadOnlyDictionary<string, string?> values)
    {
        var byName = new Dictionary<string, string?>(values, StringComparer.OrdinalIgnoreCase);
        return Nominal.Replace(template, match => Uri.EscapeDataString(byName.GetValueOrDefault(match.Groups[1].Value) ?? ""));
    }

    [GeneratedRegex(@"\{\{\s*([A-Za-z]+)\s*\}\}", RegexOptions.CultureInvariant)]
    private static partial Regex Nominal { get; }

    [GeneratedRegex(@"\{([0-4])\}", RegexOptions.CultureInvariant)]
    private static partial Regex Positional { get; }
}
