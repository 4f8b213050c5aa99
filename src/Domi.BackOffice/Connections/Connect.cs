using Domi.BackOffice.Timeline;
using Domi.Platform;
using Domi.Twikey;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Connections;

/// <summary>What the connect screen asks for. A null secret keeps the one that is stored.</summary>
public sealed record Credentials(string MerchantNumber, string? ApiKey, string? PrivateKey, string? BaseAddress, string? Salt);

/// <summary>How a test of credentials ended.</summary>
/// <param name="Code">Stable: <c>TWK-OK</c>, <c>TWK-UNREACHABLE</c>, <c>TWK-OTHER-CUSTOMER</c>… Its words are the resource <c>connect.&lt;code&gt;</c>.</param>
public sealed record ConnectionTest(bool Works, string Code, string? Detail, string? MerchantNumber, IReadOnlyList<Profile> Profiles);

/// <summary>Tests and saves the credentials of a provider, per own company. Nothing is saved by a test.</summary>
public sealed class Connect(OfficeDb db, Clients clients, Secrets secrets, DomiSettings settings)
{
    public const string DefaultAddress = "https://api.twikey.com/creditor";
    private static readonly TimeProvider Wall = TimeProvider.System;

    /// <summary>A real log-in and a read of the profiles.</summary>
    public async Task<ConnectionTest> TestAsync(Guid companyId, Credentials credentials, CancellationToken ct)
    {
        var candidate = await CandidateAsync(companyId, credentials, ct);
        try
        {
            var client = clients.For(candidate);
            var login = await client.LoginAsync(ct);
            if (login.MerchantId is { } merchant && merchant != credentials.MerchantNumber.Trim())
                return new(false, "TWK-OTHER-CUSTOMER", merchant, merchant, []);
            return new(true, "TWK-OK", null, login.MerchantId, await client.ReadProfilesAsync(ct));
        }
        catch (TwikeyException e)
        {
            return new(false, e.SupportCode, e.RetryAfter is { } wait ? Math.Ceiling(wait.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture) : e.Code ?? e.Status?.ToString(), null, []);
        }
        finally
        {
            clients.Forget(candidate.Id);
        }
    }

    /// <summary>
    /// Saves. New credentials for the same merchant at the same address keep the connection; another merchant or address is a new one,
    /// read from the start, and the former goes out of use.
    /// </summary>
    public async Task<Connection> SaveAsync(Guid companyId, Credentials credentials, IReadOnlyList<Profile> profiles, bool isBuiltIn, CancellationToken ct)
    {
        var candidate = await CandidateAsync(companyId, credentials, ct);
        var address = candidate.BaseAddress.ToString().TrimEnd('/');
        var (apiKey, privateKey) = (secrets.Seal(candidate.ApiKey), candidate.PrivateKey is null ? null : secrets.Seal(candidate.PrivateKey));
        var saved = await db.WriteOrRepeatAsync(async token =>
        {
            // Numbers of relations are per own company: two at one merchant would collect from each other's customers.
            if (await db.Connections.IgnoreQueryFilters().AnyAsync(c => c.OwnCompanyId != companyId && c.IsActive && c.BaseAddress == address && c.MerchantNumber == credentials.MerchantNumber.Trim(), token))
                throw new RefusedException("merchant_in_use", $"Customer number {credentials.MerchantNumber.Trim()} is another own company's.", ("number", credentials.MerchantNumber.Trim())) { Field = "MerchantNumber" };
            var all = await db.Connections.Where(c => c.OwnCompanyId == companyId).ToListAsync(token);
            var connection = all.Find(c => c.BaseAddress == address && c.MerchantNumber == credentials.MerchantNumber.Trim());
            foreach (var other in all) other.IsActive = false;
            await db.SaveChangesAsync(token); // the former makes room: one is in use at a time
            if (connection is null)
            {
                connection = new()
                {
                    OwnCompanyId = companyId,
                    BaseAddress = address,
                    MerchantNumber = credentials.MerchantNumber.Trim(),
                    ApiKeySealed = apiKey,
                    HookToken = Secrets.NewToken(),
                    CreatedAt = Wall.GetUtcNow(),
                    IsBuiltIn = isBuiltIn,
                };
                db.Connections.Add(connection);
            }

            connection.IsActive = true;
            connection.ApiKeySealed = apiKey;
            connection.PrivateKeySealed = privateKey;
            connection.Salt = candidate.Salt;
            connection.PollDueAt = Wall.GetUtcNow();
            connection.Mended();
            connection.LacksPaymentFeed = false;
            if (profiles.Count > 0) await KeepProfilesAsync(connection, profiles, token);
            return connection;
        }, ct);
        clients.Forget(saved.Id);
        return saved;
    }

    /// <summary>Reads the contract templates again.</summary>
    public async Task RefreshProfilesAsync(Guid connectionId, CancellationToken ct)
    {
        var connection = await db.Connections.AsNoTracking().SingleOrDefaultAsync(c => c.Id == connectionId, ct) ?? throw new RefusedException("not_found", "No such connection.");
        IReadOnlyList<Profile> profiles;
        try
        {
            profiles = await clients.For(connection).ReadProfilesAsync(ct);
        }
        catch (TwikeyException e)
        {
            throw new RefusedException("provider_unavailable", e.Message, ("code", e.SupportCode));
        }

        await db.WriteAsync(async token => await KeepProfilesAsync(await db.Connections.SingleAsync(c => c.Id == connectionId, token), profiles, token), ct);
    }

    private async Task KeepProfilesAsync(Connection connection, IReadOnlyList<Profile> profiles, CancellationToken ct)
    {
        var known = await db.ProviderProfiles.Where(p => p.ConnectionId == connection.Id).ToListAsync(ct);
        foreach (var profile in profiles.Where(p => p.Id is > 0 and < int.MaxValue))
        {
            var row = known.Find(k => k.Number == profile.Id);
            if (row is null) db.ProviderProfiles.Add(row = new() { ConnectionId = connection.Id, OwnCompanyId = connection.OwnCompanyId, Number = (int)profile.Id, Name = "" });
            (row.Name, row.Type, row.IsActive) = (FieldText.Cut(profile.Name, 140), FieldText.Cut(profile.Type ?? "CORE", 32), profile.Active);
        }

        foreach (var gone in known.Where(k => profiles.All(p => p.Id != k.Number))) gone.IsActive = false;
        connection.ProfilesReadAt = Wall.GetUtcNow();

        // CORE for persons, B2B for companies by rule; the office may choose otherwise.
        var company = await db.Companies.SingleAsync(c => c.Id == connection.OwnCompanyId, ct);
        var active = profiles.Where(p => p.Active).ToList();
        if (active.Count > 0)
        {
            company.DefaultProfileForPersons = Kept(company.DefaultProfileForPersons) ?? (int)(active.Find(p => p.Type == "CORE") ?? active[0]).Id;
            company.DefaultProfileForCompanies = Kept(company.DefaultProfileForCompanies) ?? (int)(active.Find(p => p.Type == "B2B") ?? active.Find(p => p.Type == "CORE") ?? active[0]).Id;
        }

        int? Kept(int? number) => number is { } n && active.Exists(p => p.Id == n) ? n : null;
    }

    private async Task<TwikeyConnection> CandidateAsync(Guid companyId, Credentials credentials, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(credentials.MerchantNumber) || credentials.MerchantNumber.Length > 40)
            throw new RefusedException("merchant_missing", "The customer number is missing.") { Field = "MerchantNumber" };

        var address = string.IsNullOrWhiteSpace(credentials.BaseAddress) ? DefaultAddress : credentials.BaseAddress.Trim().TrimEnd('/');
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || address.Length > 290 || uri.UserInfo.Length > 0 || uri.Query.Length > 0)
            throw new RefusedException("address_invalid", "The base address is not an https address.") { Field = "BaseAddress" };
        if (uri.Scheme == "http" && !(uri.IsLoopback && (settings.IsDevelopment || settings.Sandbox.Enabled || settings.RunsEngine)))
            throw new RefusedException("address_invalid", "Keys travel over https only.") { Field = "BaseAddress" };

        var stored = await db.Connections.AsNoTracking().Where(c => c.OwnCompanyId == companyId && c.BaseAddress == address && c.MerchantNumber == credentials.MerchantNumber.Trim()).FirstOrDefaultAsync(ct);
        var apiKey = credentials.ApiKey?.Trim() is { Length: > 0 } given ? given : stored is null ? null : secrets.Open(stored.ApiKeySealed);
        if (apiKey is null) throw new RefusedException("api_key_missing", "The API key is missing.") { Field = "ApiKey" };
        if (apiKey.Length > 200) throw new RefusedException("api_key_missing", "The API key is too long.") { Field = "ApiKey" };

        // An empty text means none (allowed under "advanced"); null keeps the stored one.
        var privateKey = credentials.PrivateKey is null ? (stored?.PrivateKeySealed is { } sealedKey ? secrets.Open(sealedKey) : null)
            : credentials.PrivateKey.Trim() is { Length: > 0 } key ? key : null;
        if (privateKey is not null && (privateKey.Length > 200 || privateKey.Length % 2 != 0 || !privateKey.All(char.IsAsciiHexDigit)))
            throw new RefusedException("private_key_invalid", "The private key is hexadecimal.") { Field = "PrivateKey" };
        var salt = string.IsNullOrWhiteSpace(credentials.Salt) ? stored?.Salt ?? "own" : credentials.Salt.Trim();
        return new(Guid.CreateVersion7(), uri, apiKey, privateKey, salt.Length <= 40 ? salt : throw new RefusedException("salt_invalid", "The prefix is too long.") { Field = "Salt" });
    }
}
