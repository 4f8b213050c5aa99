using Domi.Engine.Creditors;
using Domi.Engine.Sessions;
using Domi.Engine.Users;
using Domi.Engine.Wire;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>Keys of the API: made, withdrawn, and where each is woken.</summary>
internal sealed class KeysModel(Desk desk, Secrets secrets, SessionStore sessions) : ConsolePage(desk)
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

    /// <summary>What a key may do, in a line.</summary>
    public string ScopeOf(ApiKey key) => (key.IsReadOnly ? T["console.scope.reads"] : T["console.scope.reads_writes"]) + ": "
        + (key.Groups is null ? T["console.scope.all"] : string.Join(", ", KeyScope.Choices.Where(KeyScope.Of(key).Groups!.Contains).Select(g => T[$"console.scope.{g}"])));

    public async Task<IActionResult> OnPostAddAsync(string? description, bool code, bool readOnly, string[]? groups, CancellationToken ct)
    {
        var (key, privateKey) = (ApiKey.NewKey(), code ? ApiKey.NewPrivateKey() : null);
        var answer = await ActAsync(ConsoleRole.Administrator, "key.add", _ =>
        {
            if (string.IsNullOrWhiteSpace(description) || description.Length > 140) throw new RefusedException("name_missing", "The name is missing or too long.");
            var made = ApiKey.Of(Me, description.Trim(), key, privateKey, secrets);
            (made.IsReadOnly, made.Groups) = (readOnly, Chosen(groups));
            Db.ApiKeys.Add(made);
            return Task.FromResult<string?>(description.Trim());
        }, "/console/keys", ct);
        if (TempData.Peek("Toast") is not null) TempData["Once"] = privateKey is null ? key : $"{key} · {privateKey}";
        return answer;
    }

    public Task<IActionResult> OnPostAddressAsync(Guid id, string? address, CancellationToken ct) => ActAsync(ConsoleRole.Administrator, "key.address", async token =>
    {
        if (await FindAsync(id, token) is not { } key) return null;
        var url = WebAddress.Read(address, "address");
        if (url is not null && !OutgoingCalls.StaysPrivate(new(url))) throw new RefusedException("webhook_not_https", $"Webhooks go out over https, not to {url}.");
        key.WebhookUrl = url;
        return key.Description;
    }, "/console/keys", ct);

    public async Task<IActionResult> OnPostScopeAsync(Guid id, bool readOnly, string[]? groups, CancellationToken ct)
    {
        var answer = await ActAsync(ConsoleRole.Administrator, "key.scope", async token =>
        {
            if (await FindAsync(id, token) is not { } key) return null;
            (key.IsReadOnly, key.Groups) = (readOnly, Chosen(groups));
            return key.Description;
        }, "/console/keys", ct);
        sessions.Forget(id);
        return answer;
    }

    public async Task<IActionResult> OnPostWithdrawAsync(Guid id, CancellationToken ct)
    {
        var answer = await ActAsync(ConsoleRole.Administrator, "key.withdraw", async token =>
        {
            if (await FindAsync(id, token) is not { } key) return null;
            key.RevokedAt = TimeProvider.System.GetUtcNow();
            await Db.Sessions.Where(s => s.ApiKeyId == id).ExecuteDeleteAsync(token); // who is logged in with it is out at once
            return key.Description;
        }, "/console/keys", ct, async token => await FindAsync(id, token) is { } key ? new("key.withdraw", ("subject", key.Description), ("count", await Db.Sessions.CountAsync(s => s.ApiKeyId == id, token))) : null);
        sessions.Forget(id);
        return answer;
    }

    /// <summary>All of them is no limit: what comes later is then allowed too.</summary>
    private string? Chosen(string[]? groups)
    {
        var chosen = KeyScope.Choices.Where(g => groups?.Contains(g.ToString()) == true).ToList();
        if (chosen.Count == 0) throw new RefusedException("err_invalid_params", "No group was chosen.", ("name", T["console.scope"]));
        return chosen.Count == KeyScope.Choices.Count ? null : string.Join(',', chosen);
    }

    private Task<ApiKey?> FindAsync(Guid id, CancellationToken ct) => Db.ApiKeys.SingleOrDefaultAsync(k => k.CreditorId == Me && k.Id == id && k.RevokedAt == null, ct);
}
