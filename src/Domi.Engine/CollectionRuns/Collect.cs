using System.Globalization;
using System.Text.Json.Nodes;
using Domi.Engine.DirectDebits;
using Domi.Engine.Profiles;
using Domi.Engine.Wire;
using Domi.Platform;
using Domi.Standards;
using Domi.Standards.BankFiles;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.CollectionRuns;

/// <summary><c>/creditor/collect</c>: hands what is open of a profile to the bank in one run, and tells how runs went.</summary>
/// <remarks>
/// With nothing open it answers null, and that is no error. With <c>prenotify</c> what nothing announced is announced by mail; through
/// the creditor's own bank it leaves when its notice is over. Refuses with <c>err_no_such_ct</c>, <c>err_invalid_date</c>.
/// Source: Twikey API, Collections.
/// </remarks>
internal static class Collect
{
    private const int PageSize = 50;

    public static void Map(IEndpointRouteBuilder creditor)
    {
        creditor.MapPost("collect", RunAsync);
        creditor.MapGet("collect", StatusAsync);
        creditor.MapGet("collect/query", QueryAsync);
    }

    private static async Task<IResult> RunAsync(Call call, EngineDb db, MakeFiles make, ReleaseFile release, AnnounceCollections announce, BusinessClock clock, CancellationToken ct)
    {
        var number = call.Number("ct") is { } given and not 0 ? given : throw Call.Missing("ct");
        var (wanted, until, announces) = (call.Day("colltndt"), call.Day("until"), call.Flag("prenotify"));
        var (within, files) = (false, Array.Empty<long>());
        var id = await db.WriteOrRepeatAsync(async token =>
        {
            var profile = await db.Profiles.AsNoTracking().SingleOrDefaultAsync(p => p.CreditorId == call.CreditorId && p.Number == number && p.IsActive, token)
                ?? throw new RefusedException("err_no_such_ct", $"No profile {number}.") { Field = "ct" };
            if (profile.Kind is not AgreementKind.DirectDebit || await MakeFiles.ContractAsync(db, call.CreditorId, token) is not { } contract) return await HandOverAsync(db, profile, wanted, until, clock, token, announces ? announce : null);
            var made = await make.CollectAsync(contract, profile, wanted, until, new("API", null), token, announces);
            within = made.Files.Count > 0 && made.Files.All(f => f.Amount <= contract.ReleaseLimit);
            files = [.. made.Files.Select(f => f.Number)];
            return made.Runs.Count > 0 ? made.Runs[^1] : null;
        }, ct);
        if (within) foreach (var file in files) await release.Async(call.CreditorId, file, "API", null, ct);
        // FRST is no longer told apart: every collection is RCUR. Source: EPC130-08.
        return Json.Answer(new JsonObject { ["frstMsgId"] = null, ["rcurMsgId"] = id });
    }

    /// <summary>Hands what is open of a profile to the bank in one run, inside the running transaction.</summary>
    /// <param name="announce">Tells debtors of it; null: that is somebody else's.</param>
    /// <returns>The run's payment information id; null when nothing is open.</returns>
    public static async Task<string?> HandOverAsync(EngineDb db, Profile profile, DateOnly? wanted, DateOnly? until, BusinessClock clock, CancellationToken token, AnnounceCollections? announce = null)
    {
        var earliest = profile.EarliestOn(clock.Today);
        var day = profile.OpenOn(wanted is { } later && later > earliest ? later : earliest);
        // Nothing is collected before the day that was announced: what is wanted later waits.
        var last = until > day ? until.Value : day;
        await db.TakeTurnsAsync(profile.Id, token); // of two who collect at the same time the second takes what is left
        var open = await db.DirectDebits.Where(d => d.CreditorId == profile.CreditorId && d.State == DirectDebitState.Open && d.RequestedOn <= last
            && db.Mandates.Any(m => m.Id == d.MandateId && m.ProfileId == profile.Id && ((m.State == Mandates.MandateState.Signed && !m.IsSuspended && (m.DebtorAccount != null || m.CardToken != null)) || d.IsForced))).OrderBy(d => d.Number).ToListAsync(token);
        if (open.Count == 0) return null;

        var latest = open.Max(d => d.RequestedOn);
        if (latest > day) day = latest;
        var run = await RunOf.AddAsync(db, profile, day, null, clock, token);
        foreach (var debit in open)
        {
            if (debit.RequestedOn != day) debit.Postpone(day, clock.GetUtcNow());
            debit.HandOver(run.Id, RunOf.AnswersAt(debit, clock), clock.GetUtcNow());
        }

        if (announce is not null) await announce.TellAsync(open, token);
        return run.PaymentInformationId;
    }

    /// <summary>Runs by id or payment information id; without either, the last ones.</summary>
    private static async Task<IResult> StatusAsync(Call call, EngineDb db, CancellationToken ct)
    {
        var runs = db.CollectionRuns.AsNoTracking().Where(r => r.CreditorId == call.CreditorId);
        if (call.Number("id") is { } id) runs = runs.Where(r => r.Number == id);
        if (call.Text("pmtinfid", 35) is { } wanted) runs = runs.Where(r => r.PaymentInformationId == wanted);
        var found = await SumsAsync(db, await runs.OrderByDescending(r => r.Number).Take(PageSize).ToListAsync(ct), ct);
        return Json.Answer(new JsonObject
        {
            ["Sdds"] = new JsonArray([.. found.Select(f => (JsonNode)new JsonObject
            {
                ["id"] = f.Run.Number,
                ["pmtinfid"] = f.Run.PaymentInformationId,
                ["ct"] = f.Profile,
                ["tx"] = f.Count,
                ["amount"] = Json.Amount(f.Amount),
                ["progress"] = f.Progress,
                ["final"] = f.Progress == 100,
            })]),
        });
    }

    private static async Task<IResult> QueryAsync(Call call, EngineDb db, PublicAddress address, CancellationToken ct)
    {
        var runs = db.CollectionRuns.AsNoTracking().Where(r => r.CreditorId == call.CreditorId);
        if (call.Text("state", 20) is { } state && !state.Equals("sent", StringComparison.OrdinalIgnoreCase)) throw Call.Invalid("state", "A run is sent as soon as it is made.");
        if (call.Number("ct") is { } number and not 0) runs = runs.Where(r => db.Profiles.Any(p => p.Id == r.ProfileId && p.Number == number));
        if (call.Day("reqcolldt") is { } day) runs = runs.Where(r => r.RequestedOn == day);
        var (from, until) = (call.Day("from") ?? call.Day("generated"), call.Day("until") ?? call.Day("generated"));
        if (from is { } first && first.StartOfDay() is var start) runs = runs.Where(r => r.CreatedAt >= start);
        if (until is { } last && last.AddDays(1).StartOfDay() is var end) runs = runs.Where(r => r.CreatedAt < end);
        var page = (int)Math.Clamp(call.Number("page") ?? 0, 0, 100_000);
        var rows = await runs.OrderByDescending(r => r.Number).Skip(page * PageSize).Take(PageSize + 1).ToListAsync(ct);
        var found = await SumsAsync(db, [.. rows.Take(PageSize)], ct);
        return Json.Answer(new JsonObject
        {
            ["collections"] = new JsonArray([.. found.Select(f => (JsonNode)new JsonObject
            {
                ["id"] = f.Run.Number,
                ["pmtinfid"] = f.Run.PaymentInformationId,
                ["ct"] = f.Profile,
                ["tx"] = f.Count,
                ["amount"] = f.Amount.ToString("0.00", CultureInfo.InvariantCulture),
                ["status"] = "Sent",
                ["reqcolldt"] = Json.Day(f.Run.RequestedOn),
                ["generated"] = Json.Instant(f.Run.CreatedAt),
                ["progress"] = f.Progress,
            })]),
            ["_links"] = Links.Of(call, address, "/creditor/collect/query", page, rows.Count > PageSize),
        });
    }

    private sealed record Sums(CollectionRun Run, int Profile, int Count, decimal Amount, int Progress);

    private static async Task<IReadOnlyList<Sums>> SumsAsync(EngineDb db, IReadOnlyList<CollectionRun> runs, CancellationToken ct)
    {
        var ids = runs.Select(r => r.Id).ToList();
        var debits = (await db.DirectDebits.AsNoTracking().Where(d => ids.Contains(d.RunId!.Value)).Select(d => new { d.RunId, d.Amount, Ended = d.State != DirectDebitState.Sent }).ToListAsync(ct)).ToLookup(d => d.RunId!.Value);
        var profiles = await db.Profiles.AsNoTracking().Where(p => runs.Select(r => r.ProfileId).Contains(p.Id)).ToDictionaryAsync(p => p.Id, p => p.Number, ct);
        return [.. runs.Select(r => debits[r.Id].ToList() is var of ? new Sums(r, profiles[r.ProfileId], of.Count, of.Sum(d => d.Amount), of.Count == 0 ? 100 : of.Count(d => d.Ended) * 100 / of.Count) : null!)];
    }
}

internal static class RunOf
{
    /// <summary>Payment information id of the run that a profile makes by itself on a day, for a requested date.</summary>
    public static string IdOf(Profile profile, DateOnly requestedOn, DateOnly madeOn) =>
        string.Create(CultureInfo.InvariantCulture, $"Domi-{profile.Number}-{requestedOn:yyyyMMdd}-{madeOn:MMdd}");

    /// <summary>When the bank answers on what it has for a date; a card's provider answers at once.</summary>
    public static DateTimeOffset AnswersAt(DirectDebit debit, BusinessClock clock) =>
        !debit.IsCard && debit.RequestedOn.At(8) is var at && at > clock.GetUtcNow() ? at : clock.GetUtcNow();

    /// <summary>A run with a number of its own, or under a given id.</summary>
    public static async Task<CollectionRun> AddAsync(
        EngineDb db, Profile profile, DateOnly requestedOn, string? paymentInformationId, BusinessClock clock, CancellationToken ct, Guid? fileId = null, SequenceType sequence = SequenceType.Recurring)
    {
        var number = await db.NextObjectNumberAsync(profile.CreditorId, ct);
        var run = new CollectionRun
        {
            CreditorId = profile.CreditorId,
            Number = number,
            ProfileId = profile.Id,
            PaymentInformationId = paymentInformationId ?? string.Create(CultureInfo.InvariantCulture, $"Domi-{profile.Number}-{requestedOn:yyyyMMdd}-R{number}"),
            RequestedOn = requestedOn,
            FileId = fileId,
            Sequence = sequence,
            CreatedAt = clock.GetUtcNow(),
        };
        db.CollectionRuns.Add(run);
        return run;
    }

    /// <summary>Hands one collection over with the run that its profile makes today by itself for that date.</summary>
    public static async Task HandOverAsync(EngineDb db, DirectDebit debit, Guid profileId, BusinessClock clock, CancellationToken ct)
    {
        var profile = await db.Profiles.AsNoTracking().SingleAsync(p => p.Id == profileId, ct);
        var id = IdOf(profile, debit.RequestedOn, clock.Today);
        var run = await db.CollectionRuns.SingleOrDefaultAsync(r => r.CreditorId == debit.CreditorId && r.PaymentInformationId == id, ct) ?? await AddAsync(db, profile, debit.RequestedOn, id, clock, ct);
        debit.HandOver(run.Id, AnswersAt(debit, clock), clock.GetUtcNow());
    }
}
