using System.Security.Cryptography;
using Domi.Engine.Creditors;
using Domi.Engine.Users;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>Keys of the API: made, withdrawn, and where each is woken.</summary>
internal sealed class KeysModel(Desk desk, Secrets secrets) : ConsolePage(desk)
{
    public override string Section => "keys";

    public IReadOnlyList<ApiKey> Keys { get; private set; } = [];

    public long MerchantId { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (!Actor.May(ConsoleRole.Administrator)) return NotFound();
        Keys = await Db.ApiKeys.AsNoTracking().Where(k => k.CreditorId == Me).OrderBy(k => k.RevokedAt != null).ThenBy(k => k.CreatedAt).Take(100).ToListAsync(ct);
        MerchantId = await Db.Creditors.Where(c => c.Id == Me).Select(c => c.MerchantId).SingleAsync(ct);
        return Page();
    }

    public async Task<IActionResult> OnPostAddAsync(string? description, bool code, CancellationToken ct)
    {
        var (key, privateKey) = (Convert.ToHexString(RandomNumberGenerator.GetBytes(20)), code ? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)) : null);
        var answer = await ActAsync(ConsoleRole.Administrator, "key.add", _ =>
        {
            if (string.IsNullOrWhiteSpace(description) || description.Length > 140) throw new RefusedException("name_missing", "The name is missing or too long.");
            Db.ApiKeys.Add(new()
            {
                CreditorId = Me,
                Description = description.Trim(),
                KeyHash = Secrets.HashOf(key),
                KeySealed = secrets.Seal(key),
                PrivateKeySealed = privateKey is null ? null : secrets.Seal(privateKey),
                CreatedAt = TimeProvider.System.GetUtcNow(),
            });
            return Task.FromResult<string?>(description.Trim());
        }, "/console/keys", ct);
        if (TempData.Peek("Toast") is not null) TempData["Once"] = privateKey is null ? key : $"{key} · {privateKey}";
        return answer;
    }

    public Task<IActionResult> OnPostAddressAsync(Guid id, string? address, CancellationToken ct) => ActAsync(ConsoleRole.Administrator, "key.address", async token =>
    {
        if (await FindAsync(id, token) is not { } key) return null;
        key.WebhookUrl = WebAddress.Read(address, "address");
        return key.Description;
    }, "/console/keys", ct);

    public Task<IActionResult> OnPostWithdrawAsync(Guid id, CancellationToken ct) => ActAsync(ConsoleRole.Administrator, "key.withdraw", async token =>
    {
        if (await FindAsync(id, token) is not { } key) return null;
        key.RevokedAt = TimeProvider.System.GetUtcNow();
        await Db.Sessions.Where(s => s.ApiKeyId == id).ExecuteDeleteAsync(token); // who is logged in with it is out at once
        return key.Description;
    }, "/console/keys", ct);

    private Task<ApiKey?> FindAsync(Guid id, CancellationToken ct) => Db.ApiKeys.SingleOrDefaultAsync(k => k.CreditorId == Me && k.Id == id && k.RevokedAt == null, ct);
}
