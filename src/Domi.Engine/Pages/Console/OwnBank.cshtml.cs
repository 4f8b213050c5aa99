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
internal sealed class OwnBankModel(Desk desk, DomiSettings settings) : ConsolePage(desk)
{
    public override string Section => "settings";

    public bool IsSandbox => settings.Sandbox.Enabled;

    public BankContract? Contract { get; private set; }

    /// <summary>Where its files lie, beneath the data folder.</summary>
    public string Folder { get; private set; } = "";

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
        if (!Enum.TryParse<HandOverWay>(call.Text("handOver"), out var way) || !Enum.IsDefined(way)) return NotFound();
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
            return account.ToString();
        }, "/console/bank", ct);
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
        return true;
    }
}
