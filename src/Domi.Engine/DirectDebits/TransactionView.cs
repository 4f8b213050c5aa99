using System.Globalization;
using System.Text.Json.Nodes;
using Domi.Engine.Mandates;
using Domi.Engine.Profiles;
using Domi.Engine.Wire;
using Domi.Platform;
using Domi.Standards;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.DirectDebits;

/// <summary>A transaction as the API shows it: the last attempt of it, with every part that a caller may include.</summary>
internal static class TransactionView
{
    private static readonly string[] Parts = ["collection", "lastupdate", "action", "link", "stage"];

    public static async Task<JsonObject> OfAsync(EngineDb db, DirectDebit debit, CancellationToken ct) => (await OfAsync(db, [debit], ct))[0];

    public static async Task<IReadOnlyList<JsonObject>> OfAsync(EngineDb db, IReadOnlyList<DirectDebit> debits, CancellationToken ct)
    {
        if (debits.Count == 0) return [];
        var creditor = debits[0].CreditorId;
        var (mandateIds, runIds, numbers) = (debits.Select(d => d.MandateId).Distinct().ToList(), debits.Select(d => d.RunId).OfType<Guid>().Distinct().ToList(), debits.Select(d => d.Number).ToList());
        var mandates = await db.Mandates.AsNoTracking().Where(m => mandateIds.Contains(m.Id)).Join(db.Profiles, m => m.ProfileId, p => p.Id, (m, p) => new { m.Id, m.Number, m.Reference, m.ContractReference, Profile = p.Name })
            .ToDictionaryAsync(m => m.Id, ct);
        var runs = await db.CollectionRuns.AsNoTracking().Where(r => runIds.Contains(r.Id)).ToDictionaryAsync(r => r.Id, r => r.PaymentInformationId, ct);
        foreach (var run in db.CollectionRuns.Local) runs.TryAdd(run.Id, run.PaymentInformationId);
        var actions = await db.CollectionActions.AsNoTracking().Where(a => a.CreditorId == creditor && numbers.Contains(a.TransactionNumber)).ToListAsync(ct);
        actions.AddRange(db.CollectionActions.Local.Where(a => numbers.Contains(a.TransactionNumber) && actions.All(known => known.Id != a.Id)));
        var taken = actions.ToLookup(a => a.TransactionNumber);
        var links = await LinksAsync(db, creditor, [.. debits.Where(d => d.ReasonCode is not null).Select(d => d.Number)], ct);
        return [.. debits.Select(d =>
        {
            var mandate = mandates[d.MandateId];
            var entry = Of(d, mandate.Number, mandate.Reference, mandate.ContractReference ?? mandate.Profile);
            if (d.RunId is { } run && runs.TryGetValue(run, out var batch)) entry["collection"] = batch;
            if (taken[d.Number].OrderBy(a => a.Step).ToList() is { Count: > 0 } steps)
                entry["actions"] = new JsonArray([.. steps.Select(a => (JsonNode)new JsonObject { ["type"] = a.Origin, ["reason"] = a.ReasonCode, ["action"] = a.Action, ["at"] = Json.Instant(a.OccurredAt) })]);
            if (links.TryGetValue(d.Number, out var link)) entry["link"] = link;
            return entry;
        })];
    }

    /// <summary>By number of a failed transaction the number of the last payment link that was made for it alone.</summary>
    private static async Task<Dictionary<long, long>> LinksAsync(EngineDb db, Guid creditor, IReadOnlyList<long> failed, CancellationToken ct)
    {
        if (failed.Count == 0) return [];
        List<string?> numbers = [.. failed.Select(n => n.ToString(CultureInfo.InvariantCulture))];
        var links = await db.PayLinks.AsNoTracking().Where(l => l.CreditorId == creditor && numbers.Contains(l.TransactionNumbers)).ToListAsync(ct);
        links.AddRange(db.PayLinks.Local.Where(l => numbers.Contains(l.TransactionNumbers)));
        return links.GroupBy(l => long.Parse(l.TransactionNumbers!, CultureInfo.InvariantCulture)).ToDictionary(l => l.Key, l => l.Max(one => one.Number));
    }

    /// <summary>A transaction that was planned just now: it has no collection and no actions.</summary>
    public static JsonObject OfNew(DirectDebit debit, Mandate mandate, Profile profile) => Of(debit, mandate.Number, mandate.Reference, mandate.ContractReference ?? profile.Name);

    private static JsonObject Of(DirectDebit d, long contractId, string reference, string contract) => new()
    {
        ["id"] = d.Number,
        ["contractId"] = contractId,
        ["mndtId"] = reference,
        ["contract"] = contract,
        ["amount"] = Json.Amount(d.Amount),
        ["msg"] = d.Message,
        ["place"] = d.Place,
        ["ref"] = d.Ref,
        ["e2e"] = d.EndToEndId,
        ["date"] = Json.Day(d.BilledOn),
        ["reqcolldt"] = Json.Day(d.RequestedOn),
        ["final"] = d.IsFinal && !d.IsSuperseded,
        ["state"] = d.WireState,
        ["bkdate"] = d.SettledOn is { } settled ? Json.Day(settled) : null,
        ["bkerror"] = d.ReasonCode,
        ["bkmsg"] = d.ReasonCode is { } code ? ReasonCodes.Describe(code, "en") : null,
        ["bkamount"] = Json.Amount(d.Amount),
        ["admincharge"] = Json.Amount(d.Charge),
        ["lastupdate"] = Json.Instant(d.UpdatedAt),
        ["stage"] = StageOf(d),
    };

    /// <summary>Leaves out the parts that the caller does not include.</summary>
    public static JsonObject For(Call call, JsonObject entry)
    {
        foreach (var part in Parts)
            if (!call.Includes(part))
                entry.Remove(part == "action" ? "actions" : part);
        return entry;
    }

    /// <summary>Where it stands, in the words of the creditor's screens.</summary>
    private static string StageOf(DirectDebit debit) => debit switch
    {
        { ArchivedAt: not null } => "archived",
        { WireState: "PAID" } => "paid",
        { State: DirectDebitState.Withdrawn } => "archived",
        { State: DirectDebitState.Open } => "opened",
        { State: DirectDebitState.Sent } => "offered",
        { IsUnsettled: true } => "unsettled",
        _ => "failed",
    };
}
