using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Linq;
using Domi.Engine.DirectDebits;
using Domi.Engine.Wire;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.CollectionRuns;

/// <summary><c>POST /creditor/collect/import</c>: a run made elsewhere, as pain.008, taken over to be sent: all of it or nothing.</summary>
/// <remarks>
/// Its mandates must be here, of the profile, and active. Refuses with <c>err_no_such_ct</c> and <c>invalid_file</c>, which says where.
/// Source: Twikey API, Import collection; ISO 20022 pain.008.001.02 and .08.
/// </remarks>
internal static class ImportCollection
{
    private const int MostBytes = 20 * 1024 * 1024;
    private const int MostCollections = 20_000;

    internal sealed record Wanted(string EndToEndId, decimal Amount, string Mandate, string Message);

    internal sealed record WantedRun(string Id, DateOnly On, IReadOnlyList<Wanted> Collections);

    public static void Map(IEndpointRouteBuilder creditor) => creditor.MapPost("collect/import", HandleAsync);

    private static async Task<IResult> HandleAsync(Call call, EngineDb db, BusinessClock clock, CancellationToken ct)
    {
        var number = call.Number("ct") is { } given and not 0 ? given : throw Call.Missing("ct");
        var runs = await ReadAsync(call.Http.Request.Body, ct);
        await db.WriteOrRepeatAsync(token => TakeAsync(db, call.CreditorId, number, runs, clock, token), ct);
        return Json.Answer(new JsonObject { ["rcurMsgId"] = runs[^1].Id });
    }

    /// <exception cref="RefusedException"><c>invalid_file</c>, which says where.</exception>
    internal static async Task<IReadOnlyList<WantedRun>> ReadAsync(Stream body, CancellationToken ct)
    {
        using var buffer = new MemoryStream();
        await body.CopyToAsync(buffer, ct);
        if (buffer.Length is 0 or > MostBytes) throw Bad("The body is empty, or larger than 20 MB.");
        buffer.Position = 0;
        return Read(buffer);
    }

    /// <summary>Takes runs over inside the running transaction.</summary>
    /// <exception cref="RefusedException"><c>err_no_such_ct</c>; <c>invalid_file</c>: a mandate or a collection of it is not to be had.</exception>
    internal static async Task TakeAsync(EngineDb db, Guid creditorId, long number, IReadOnlyList<WantedRun> runs, BusinessClock clock, CancellationToken ct)
    {
        var profile = await db.Profiles.AsNoTracking().SingleOrDefaultAsync(p => p.CreditorId == creditorId && p.Number == number && p.IsActive, ct)
            ?? throw new RefusedException("err_no_such_ct", $"No profile {number}.") { Field = "ct" };
        var byOwnBank = await MakeFiles.ContractAsync(db, creditorId, ct) is not null; // then they leave with the next file, as what is open
        foreach (var wanted in runs)
        {
            if (await db.CollectionRuns.AnyAsync(r => r.CreditorId == creditorId && r.PaymentInformationId == wanted.Id, ct)) throw Bad($"{wanted.Id} was taken over already.");

            var day = TargetCalendar.NextOpen(wanted.On > clock.Today ? wanted.On : TargetCalendar.AddOpenDays(TargetCalendar.NextOpen(clock.Today), 1));
            var run = byOwnBank ? null : await RunOf.AddAsync(db, profile, day, wanted.Id, clock, ct);
            foreach (var collection in wanted.Collections)
            {
                var mandate = await db.Mandates.SingleOrDefaultAsync(m => m.CreditorId == creditorId && m.Reference == collection.Mandate && m.ProfileId == profile.Id, ct);
                if (mandate is not { IsCollectable: true, DebtorAccount: not null }) throw Bad($"{collection.EndToEndId}: mandate {collection.Mandate} is not here, or not active.");
                if (await db.DirectDebits.AnyAsync(d => d.CreditorId == creditorId && d.EndToEndId == collection.EndToEndId, ct)) throw Bad($"{collection.EndToEndId} is here already.");

                var debit = DirectDebit.Plan(creditorId, await db.NextObjectNumberAsync(creditorId, ct), null, mandate.Id, collection.Amount, collection.Message, collection.EndToEndId, 1, day, clock.GetUtcNow(),
                    refIsEndToEndId: true);
                if (run is not null) debit.HandOver(run.Id, RunOf.AnswersAt(debit, clock), clock.GetUtcNow());
                db.DirectDebits.Add(debit);
            }
        }
    }

    private static List<WantedRun> Read(Stream body)
    {
        XElement root;
        try
        {
            using var reader = XmlReader.Create(body, new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MostBytes });
            root = XDocument.Load(reader).Root!;
        }
        catch (XmlException e)
        {
            throw Bad($"The body is no XML: {e.Message}");
        }

        var ns = root.Name.Namespace;
        if (root.Name.LocalName != "Document" || !ns.NamespaceName.StartsWith("urn:iso:std:iso:20022:tech:xsd:pain.008.001.", StringComparison.Ordinal)) throw Bad("The body is no pain.008.");

        var runs = root.Elements(ns + "CstmrDrctDbtInitn").Elements(ns + "PmtInf").Select(p => new WantedRun(
            Text(p, ns, "PmtInfId", 35), DateOnly.TryParseExact(p.Element(ns + "ReqdColltnDt")?.Value.Trim(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : throw Bad("ReqdColltnDt is no date."),
            [.. p.Elements(ns + "DrctDbtTxInf").Select(t => Of(t, ns))])).ToList();
        var all = runs.SelectMany(r => r.Collections).ToList();
        if (all.Count is 0 or > MostCollections || runs.Exists(r => r.Collections.Count == 0)) throw Bad($"The file has no collection, or more than {MostCollections}.");
        if (runs.DistinctBy(r => r.Id).Count() != runs.Count || all.DistinctBy(c => c.EndToEndId).Count() != all.Count) throw Bad("A payment information id or an end-to-end id stands twice.");
        return runs;
    }

    private static Wanted Of(XElement transaction, XNamespace ns)
    {
        var amount = transaction.Element(ns + "InstdAmt") ?? throw Bad("InstdAmt is missing.");
        if (amount.Attribute("Ccy")?.Value != "EUR" || !decimal.TryParse(amount.Value.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var euro) || euro is <= 0 or > 999_999_999.99m || decimal.Round(euro, 2) != euro)
            throw Bad($"{amount.Value} is no amount in euro.");

        var remittance = transaction.Element(ns + "RmtInf");
        var message = remittance?.Element(ns + "Ustrd")?.Value.Trim() ?? remittance?.Descendants(ns + "Ref").FirstOrDefault()?.Value.Trim() ?? "";
        var endToEnd = Text(transaction.Element(ns + "PmtId"), ns, "EndToEndId", 35);
        return new(endToEnd, euro, Text(transaction.Element(ns + "DrctDbtTx")?.Element(ns + "MndtRltdInf"), ns, "MndtId", 35).ToUpperInvariant(), SepaText.Convert(message, 140, "Collection"));
    }

    private static string Text(XElement? parent, XNamespace ns, string name, int most) =>
        parent?.Element(ns + name)?.Value.Trim() is { Length: > 0 } text && text.Length <= most && SepaText.IsAllowedIdentifier(text) ? text : throw Bad($"{name} is missing, or not of at most {most} characters that banks take.");

    private static RefusedException Bad(string why) => new("invalid_file", why) { Field = "body" };
}
