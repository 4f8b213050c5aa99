using Domi.Platform;
using Domi.Standards;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Creditors;

/// <summary>
/// Makes a creditor: with the next customer number, secrets and an API key of its own, and a profile for each scheme. One engine collects for
/// several, who see nothing of each other.
/// </summary>
internal sealed class AddCreditor(EngineDb db, CreditorKeys keys, Secrets secrets)
{
    /// <summary>The customer number of the one whom the engine begins with.</summary>
    public const long First = 1001;

    /// <summary>The keys are told here and never again.</summary>
    public sealed record Made(Creditor Creditor, string ApiKey, string PrivateKey, string WebsiteKey);

    /// <summary>Of two who do it at once both make one.</summary>
    public Task<Made> RunAsync(string name, string keyName, Action<Creditor> fill, CancellationToken ct) =>
        db.WriteOrRepeatAsync(async token => Add((await db.Creditors.MaxAsync(c => (long?)c.MerchantId, token) ?? First - 1) + 1, name, keyName, fill, new()), ct);

    /// <summary>The same inside what runs already, under a number, with the keys that a sandbox gives. Of two who take one number an index declines the second.</summary>
    public Made Add(long merchantId, string name, string keyName, Action<Creditor> fill, SandboxSettings given)
    {
        var creditor = new Creditor
        {
            MerchantId = merchantId,
            Name = name,
            CreditorIdentifier = "", // nobody signs before it has one
            SenderName = name,
            SenderAddress = "invoices@localhost.localdomain",
        };
        fill(creditor);
        keys.Equip(creditor, given.WebsiteKey);
        db.Creditors.Add(creditor);
        var (key, privateKey) = (given.ApiKey ?? ApiKey.NewKey(), given.PrivateKey ?? ApiKey.NewPrivateKey());
        db.ApiKeys.Add(ApiKey.Of(creditor.Id, keyName, key, privateKey, secrets));
        db.Profiles.Add(new() { CreditorId = creditor.Id, Number = 1, Name = "SEPA Core", Scheme = MandateScheme.Core, IsDefault = true, Prefix = "CORE" });
        db.Profiles.Add(new() { CreditorId = creditor.Id, Number = 2, Name = "SEPA B2B", Scheme = MandateScheme.B2B, Prefix = "B2B" });
        return new(creditor, key, privateKey, keys.WebsiteKey(creditor));
    }
}
