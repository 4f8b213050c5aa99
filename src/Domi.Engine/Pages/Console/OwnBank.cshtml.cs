using System.Globalization;
using Domi.Engine.CollectionRuns;
using Domi.Engine.Creditors;
using Domi.Engine.DirectDebits;
using Domi.Engine.Transfers;
using Domi.Engine.Users;
using Domi.Engine.Wire;
using Domi.Platform;
using Domi.Standards;
using Domi.Standards.BankFiles;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>The contract with the creditor's own bank: which account, what the bank asks, who lets files go and how they get there.</summary>
internal sealed class OwnBankModel(Desk desk, DomiSettings settings, Secrets secrets, BankServer server) : ConsolePage(desk)
{
    private const int MostFetched = 10;

    public override string Section => "settings";

    public bool IsSandbox => settings.Sandbox.Enabled;

    public BankContract? Contract { get; private set; }

    /// <summary>Where its files lie, beneath the data folder.</summary>
    public string Folder { get; private set; } = "";

    /// <summary>What was fetched from the bank's server last.</summary>
    public ListView Fetched { get; private set; } = new("", [], []);

    /// <summary>What is wrong, by field.</summary>
    public Dictionary<string, string> Errors { get; } = new(StringComparer.Ordinal);

    private Creditor Creditor { get; set; } = null!; // set before the page is drawn

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) => await ReadyAsync(ct) ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (!await ReadyAsync(ct)) return NotFound();
        var call = Typed();
        var account = Read("account", () => Accounts.IbanOf(call.Required("account", 42), "account"));
        var bic = Read("bic", () => Accounts.BicOf(call.Text("bic", 11)));
        var holder = Read("holder", () => call.Text("holder", 70)) ?? "";
        var preset = Read("preset", () => BankProfile.Find(call.Required("preset", 32)) ?? throw Call.Invalid("preset", "There is no such preset."));
        var own = Read("rules", () => call.Text("rules", 4000));
        var limit = Read("limit", () => call.Amount("limit") ?? 0);
        var most = Read("most", () => call.Amount("most"));
        if (limit < 0) Errors["limit"] = T["refused.err_invalid_amount", ("amount", limit)];
        if (most <= 0) Errors["most"] = T["refused.err_invalid_amount", ("amount", most)];
        if (!Enum.TryParse<HandOverWay>(Request.Form["handOver"], out var way) || !Enum.IsDefined(way)) return NotFound();
        var (host, user, secret) = (Read("sftpHost", () => call.Text("sftpHost", 253)), Read("sftpUser", () => call.Text("sftpUser", 100)), Read("sftpSecret", () => call.Text("sftpSecret", 20_000)));
        var port = Read("sftpPort", () => call.Number("sftpPort") ?? 22);
        var (laid, fetched) = (Read("sftpOut", () => call.Text("sftpOut", 200)) ?? "", Read("sftpIn", () => call.Text("sftpIn", 200)) ?? "");
        if (port is < 1 or > 65535) Errors["sftpPort"] = T["refused.err_invalid_params", ("name", T["console.bank.sftp_port"])];
        // A secret is told to nobody but whom it was meant for.
        bool KeepsSecret(BankContract? c) => c?.SftpSecretSealed is not null && (c.SftpHost, c.SftpPort, c.SftpUser) == (host, port, user);
        if (way is HandOverWay.Sftp) CheckServer(host, user, secret, KeepsSecret(Contract));
        if (own is not null)
        {
            try
            {
                BankProfile.Read(own);
            }
            catch (FormatException fault)
            {
                Errors["rules"] = T["console.bank.profile_wrong", ("why", fault.Message)];
            }
        }

        if (Errors.Count > 0) return Page();
        return await ActAsync(ConsoleRole.Administrator, "bank.change", async token =>
        {
            var contract = await Db.BankContracts.SingleOrDefaultAsync(c => c.CreditorId == Me, token);
            if (contract is null) Db.BankContracts.Add(contract = new() { CreditorId = Me, CreatedAt = Clock.GetUtcNow() });
            else if (contract.Account != account && await IsUnderWayAsync(token)) throw new RefusedException("bank_files_under_way", "Files on the account so far are under way.");
            (contract.Account, contract.Bic, contract.Holder) = (account, bic ?? BelgianBanks.BicOf(account), holder);
            (contract.Preset, contract.ProfileJson) = (preset!.Name, own);
            (contract.ReleaseLimit, contract.MostPerCollection, contract.HandOver, contract.IsActive) = (limit, most, way, IsTicked("active"));
            if (contract.SftpHost != host || contract.SftpPort != port) contract.ForgetKey();
            if (!KeepsSecret(contract)) contract.SftpSecretSealed = null;
            (contract.SftpHost, contract.SftpPort, contract.SftpUser, contract.SftpOut, contract.SftpIn) = (host, (int)port, user, laid, fetched);
            if (secret is not null) contract.SftpSecretSealed = secrets.Seal(secret);
            contract.Looked(contract.SftpProblem, way is HandOverWay.Sftp && contract.SftpKey is not null ? TimeProvider.System.GetUtcNow() : null);
            return account.ToString();
        }, "/console/bank", ct);
    }

    /// <summary>Looks at the bank's server: which key it shows or, once that is confirmed, whether it lets in and has the folders.</summary>
    public async Task<IActionResult> OnPostConnectAsync(CancellationToken ct)
    {
        if (!await ReadyAsync(ct) || Contract is not { HandOver: HandOverWay.Sftp, SftpHost: not null } contract) return NotFound();
        var (shown, problem) = (contract.SftpKey, (RefusedException?)null);
        try
        {
            if (shown is null) shown = await server.KeyAsync(contract, ct);
            else await server.WithAsync(contract, TimeSpan.FromMinutes(1), async (client, token) =>
            {
                foreach (var folder in new[] { contract.SftpOut, contract.SftpIn }) await client.GetAttributesAsync(folder.Length > 0 ? folder : ".", token);
                return true;
            }, ct);
        }
        catch (RefusedException refused)
        {
            (shown, problem) = (refused.Values.FirstOrDefault(v => v.Name == "key").Value as string, refused);
        }

        var answer = await ActAsync(ConsoleRole.Administrator, "bank.look", async token =>
        {
            var c = await Db.BankContracts.SingleAsync(c => c.CreditorId == Me, token);
            if (shown is not null) c.ShowKey(shown);
            c.Looked(problem?.Code, c.SftpDueAt);
            return contract.SftpHost;
        }, "/console/bank", ct);
        if (problem is not null) TempData["Refused"] = T.Refused(problem);
        return answer;
    }

    /// <summary>The bank told this fingerprint, says a person.</summary>
    public Task<IActionResult> OnPostTrustAsync(CancellationToken ct) => ActAsync(ConsoleRole.Administrator, "bank.trust", async token =>
    {
        if (await Db.BankContracts.SingleOrDefaultAsync(c => c.CreditorId == Me && c.HandOver == HandOverWay.Sftp, token) is not { } contract) return null;
        contract.TrustKey(Typed().Required("key", 64), TimeProvider.System.GetUtcNow());
        return contract.SftpKey;
    }, "/console/bank", ct);

    private void CheckServer(string? host, string? user, string? secret, bool keepsSecret)
    {
        if (host is null || Uri.CheckHostName(host) is UriHostNameType.Unknown or UriHostNameType.Basic) Errors["sftpHost"] = T["console.bank.sftp_host_wrong"];
        if (user is null) Errors["sftpUser"] = T["refused.err_missing_params", ("name", T["console.bank.sftp_user"])];
        if (secret is null && !keepsSecret) Errors["sftpSecret"] = T["refused.err_missing_params", ("name", T["console.bank.sftp_secret"])];
        if (secret is null || !BankServer.IsKey(secret)) return;
        try
        {
            using var key = BankServer.KeyOf(secret);
        }
        catch (RefusedException)
        {
            Errors["sftpSecret"] = T["console.bank.sftp_secret_wrong"];
        }
    }

    /// <summary>What stands in a field: what was typed, else what is kept, else what is usual.</summary>
    public string? Typed(string field)
    {
        if (Request.HasFormContentType) return Request.Form[field];
        var c = Contract;
        return field switch
        {
            "account" => (c?.Account ?? Creditor.Account)?.ToString(),
            "bic" => c is not null ? c.Bic?.Value : Creditor.Bic?.Value,
            "holder" => c?.Holder ?? Creditor.Name,
            "preset" => c?.Preset ?? BankProfile.For(Creditor.Bic ?? (Creditor.Account is { } own ? BelgianBanks.BicOf(own) : null)).Name,
            "rules" => c?.ProfileJson,
            "limit" => (c?.ReleaseLimit ?? 0).ToString("0.00", CultureInfo.InvariantCulture),
            "most" => c?.MostPerCollection?.ToString("0.00", CultureInfo.InvariantCulture),
            "sftpHost" => c?.SftpHost,
            "sftpPort" => Tables.Text(c?.SftpPort ?? 22),
            "sftpUser" => c?.SftpUser,
            "sftpOut" => c?.SftpOut,
            "sftpIn" => c?.SftpIn,
            "handOver" => (c?.HandOver ?? HandOverWay.Download).ToString(),
            _ => c is null or { IsActive: true } ? "true" : null,
        };
    }

    // Their answers name the account that the files were written for.
    private async Task<bool> IsUnderWayAsync(CancellationToken ct) =>
        await Db.DirectDebits.AnyAsync(d => d.CreditorId == Me && d.State == DirectDebitState.Sent && Db.CollectionRuns.Any(r => r.Id == d.RunId && r.FileId != null), ct)
        || await Db.Transfers.AnyAsync(t => t.CreditorId == Me && t.State == TransferState.Sent && Db.TransferRuns.Any(r => r.Id == t.RunId && r.FileId != null), ct);

    private TValue Read<TValue>(string field, Func<TValue> read)
    {
        try
        {
            return read();
        }
        catch (RefusedException refused)
        {
            Errors[field] = T.Refused(refused);
            return default!;
        }
    }

    private async Task<bool> ReadyAsync(CancellationToken ct)
    {
        if (!Actor.May(ConsoleRole.Administrator)) return false;
        Creditor = await Db.Creditors.AsNoTracking().SingleAsync(c => c.Id == Me, ct);
        Contract = await Db.BankContracts.AsNoTracking().SingleOrDefaultAsync(c => c.CreditorId == Me, ct);
        Folder = "bank/" + Tables.Text(Creditor.MerchantId);
        var fetched = await Db.FetchedFiles.AsNoTracking().Where(f => f.CreditorId == Me).OrderByDescending(f => f.Id).Take(MostFetched).ToListAsync(ct);
        Fetched = new(T["console.bank.fetched"], [new(T["console.name"]), new(T["console.when"]), new(T["console.state"])],
            [.. fetched.Select(f => new Row("", [new(f.Name), new(f.FetchedAt), new(f.Problem is null ? new StateView("ok", "done", T["console.bank.fetched_taken"]) : new StateView("bad", "fail", T["console.bank.fetched_refused"], f.Problem))]))]);
        return true;
    }
}
