using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Domi.Platform;

namespace Domi.Engine.Creditors;

/// <summary>
/// The tokens of the hosted pages. A token is derived from the creditor's page secret and the object's id, so that its address can be
/// told again although only a hash is kept: 160 bits that nobody can guess or read from the database.
/// </summary>
internal sealed class CreditorKeys(Secrets secrets)
{
    private readonly ConcurrentDictionary<Guid, (string Sealed, byte[] Key)> opened = new();

    public string InvoiceToken(Creditor creditor, Guid invoiceId) => Token(creditor, "pay", invoiceId);

    public string MandateToken(Creditor creditor, Guid mandateId) => Token(creditor, "sign", mandateId);

    /// <summary>Of the second signer's page: it is his who has this address, and of no other mandate's.</summary>
    public string CoSignToken(Creditor creditor, Guid mandateId, string email) => Token(creditor, "cosign:" + email, mandateId);

    public string LinkToken(Creditor creditor, Guid linkId) => Token(creditor, "link", linkId);

    private string Token(Creditor creditor, string use, Guid id)
    {
        if (!opened.TryGetValue(creditor.Id, out var held) || held.Sealed != creditor.PageSecretSealed) opened[creditor.Id] = held = (creditor.PageSecretSealed, Open(creditor));
        var mac = HMACSHA256.HashData(held.Key, Encoding.UTF8.GetBytes($"{use}:{id:n}"));
        const string alphabet = "abcdefghijkmnpqrstuvwxyz23456789";
        return string.Create(32, mac, (span, bytes) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = alphabet[bytes[i] & 31];
        });
    }

    private byte[] Open(Creditor creditor) => Encoding.UTF8.GetBytes(secrets.Open(creditor.PageSecretSealed));

    /// <summary>Makes a creditor's secrets.</summary>
    public void Equip(Creditor creditor, string? websiteKey = null)
    {
        creditor.WebsiteKeySealed = secrets.Seal(websiteKey ?? Convert.ToHexString(RandomNumberGenerator.GetBytes(32)));
        creditor.PageSecretSealed = secrets.Seal(Secrets.NewToken());
    }

    public string WebsiteKey(Creditor creditor) => secrets.Open(creditor.WebsiteKeySealed);
}
