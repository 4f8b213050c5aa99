using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Domi.Engine.Creditors;
using Domi.Engine.DirectDebits;
using Domi.Engine.PayLinks;
using Domi.Engine.Wire;
using Domi.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Files;

/// <summary><c>/creditor/files</c>: files for the creditor's bookkeeping, one per day, of what direct debits and payment links brought.</summary>
/// <remarks>
/// Formats: those of <see cref="ReconciliationStatement"/>, and <c>csv</c>. A day is written once it is over. Refuses with <c>err_invalid_params</c>
/// (format), <c>err_not_found</c>. Source: Twikey API, Reconciliation.
/// </remarks>
internal static class ReconciliationFiles
{
    private const string List = "csv";

    public static void Map(IEndpointRouteBuilder creditor)
    {
        creditor.MapPost("files", GenerateAsync);
        creditor.MapGet("files", ListAsync);
        creditor.MapGet("files/{file}", ReadAsync);
    }

    /// <summary>204 with <c>X-FILES-CREATED</c>: the days that were not written yet.</summary>
    private static async Task<IResult> GenerateAsync(Call call, EngineDb db, BusinessClock clock, CancellationToken ct)
    {
        var format = call.Text("format", 20)?.ToLowerInvariant() ?? "camt";
        if (format != List && !ReconciliationStatement.Formats.ContainsKey(format)) throw Call.Invalid("format", $"format is {string.Join(", ", ReconciliationStatement.Formats.Keys)} or {List}.");
        var creditor = (await CreditorFacts.ReadAsync(db, call.CreditorId, ct)).Creditor;
        var made = 0;
        if (call.Flag("sdd")) made += await WriteAsync(db, creditor, "sdd", format, await DebitsAsync(db, call.CreditorId, clock.Today, ct), clock, ct);
        if (call.Flag("paylink")) made += await WriteAsync(db, creditor, "paylink", format, await LinksAsync(db, call.CreditorId, clock.Today, ct), clock, ct);
        call.Http.Response.Headers["X-FILES-CREATED"] = made.ToString(CultureInfo.InvariantCulture);
        return Results.NoContent();
    }

    private static async Task<List<ReconciliationRow>> DebitsAsync(EngineDb db, Guid creditorId, DateOnly today, CancellationToken ct)
    {
        var paid = await db.DirectDebits.AsNoTracking().Where(d => d.CreditorId == creditorId && d.SettledOn != null && d.SettledOn < today)
            .Join(db.Mandates, d => d.MandateId, m => m.Id, (d, m) => new { d.SettledOn, d.FailedAt, d.State, d.Amount, m.DebtorName, m.DebtorAccount, d.Message, d.Ref, d.EndToEndId, d.ReasonCode, m.Reference }).ToListAsync(ct);
        var rows = paid.ConvertAll(d => new ReconciliationRow(d.SettledOn!.Value, d.Amount, d.DebtorName ?? "", d.DebtorAccount?.Value, d.Message, d.Ref, d.EndToEndId, d.Reference));
        // What was taken back again is a line of its own, of its own day.
        rows.AddRange(paid.Where(d => d.State is DirectDebitState.Failed && d.FailedAt?.BrusselsDate() < today).Select(d => new ReconciliationRow(d.FailedAt!.Value.BrusselsDate(), -d.Amount, d.DebtorName ?? "", d.DebtorAccount?.Value, d.Message, d.Ref, d.EndToEndId, d.Reference, d.ReasonCode ?? "MS03")));
        return rows;
    }

    private static async Task<List<ReconciliationRow>> LinksAsync(EngineDb db, Guid creditorId, DateOnly today, CancellationToken ct)
    {
        var before = today.StartOfDay();
        var paid = await db.PayLinks.AsNoTracking().Where(l => l.CreditorId == creditorId && l.State == PayLinkState.Paid && l.EndedAt < before).ToListAsync(ct);
        var customers = (await db.Customers.AsNoTracking().Where(c => paid.Select(l => l.CustomerId).Contains(c.Id)).ToListAsync(ct)).ToDictionary(c => c.Id, c => c.DisplayName);
        var rows = paid.ConvertAll(l => new ReconciliationRow(l.EndedAt!.Value.BrusselsDate(), l.Amount, l.CustomerId is { } id ? customers.GetValueOrDefault(id, "") : "", null, l.Title, l.Ref, l.Number.ToString(CultureInfo.InvariantCulture)));
        var refunds = await db.LinkRefunds.AsNoTracking().Where(r => r.CreditorId == creditorId && r.CreatedAt < before).ToListAsync(ct);
        rows.AddRange(refunds.Select(r => new ReconciliationRow(r.CreatedAt.BrusselsDate(), -r.Amount, "", null, r.Message, null, r.WireId)));
        return rows;
    }

    private static async Task<int> WriteAsync(EngineDb db, Creditor creditor, string kind, string format, List<ReconciliationRow> rows, BusinessClock clock, CancellationToken ct)
    {
        var made = 0;
        foreach (var day in rows.GroupBy(r => r.On).OrderBy(g => g.Key))
        {
            var name = $"{kind}_domi_{creditor.MerchantId}-{day.Key:yyMMdd}_{(format == List ? "list.csv" : ReconciliationStatement.Formats[format].Ending)}";
            made += await db.WriteOrRepeatAsync(async token =>
            {
                if (await db.ReconciliationFiles.AnyAsync(f => f.CreditorId == creditor.Id && f.Name == name, token)) return 0;

                var ordered = day.OrderBy(r => r.EndToEndId, StringComparer.Ordinal).ToList();
                var content = format == List ? Csv(ordered) : ReconciliationStatement.Write(format, creditor, kind, day.Key, ordered, clock.GetLocalNow().DateTime);
                db.ReconciliationFiles.Add(new()
                {
                    CreditorId = creditor.Id,
                    Name = name,
                    Format = format,
                    BlobHash = await Blob.KeepAsync(db, content, ContentType(format), clock.GetUtcNow(), token),
                    CreatedAt = clock.GetUtcNow(),
                });
                return 1;
            }, ct);
        }

        return made;
    }

    private static async Task<IResult> ListAsync(Call call, EngineDb db, CancellationToken ct)
    {
        var files = db.ReconciliationFiles.AsNoTracking().Where(f => f.CreditorId == call.CreditorId);
        if (call.Header("X-RESET") is { } text)
        {
            if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var since)) throw new RefusedException("err_invalid_date", $"Not an instant: {text}", ("name", "X-RESET")) { Field = "X-RESET" };
            files = files.Where(f => f.CreatedAt >= since);
        }
        else
        {
            files = files.Where(f => !f.IsFetched);
        }

        return Json.Answer(new JsonObject
        {
            ["Files"] = new JsonArray([.. (await files.OrderBy(f => f.CreatedAt).ThenBy(f => f.Name).Take(1_000).ToListAsync(ct)).Select((f, n) => (JsonNode)new JsonObject
            {
                ["id"] = f.Id.ToString(), ["name"] = f.Name, ["created"] = Json.Instant(f.CreatedAt), ["state"] = f.IsFetched ? "downloaded" : "new",
            })]),
        });
    }

    private static async Task<IResult> ReadAsync(string file, Call call, EngineDb db, CancellationToken ct)
    {
        var found = await db.ReconciliationFiles.SingleOrDefaultAsync(f => f.CreditorId == call.CreditorId && f.Name == file, ct);
        if (found is null || await Blob.ReadAsync(db, found.BlobHash, ct) is not { } content) throw new RefusedException("err_not_found", "No such file.") { Field = file.Length <= 140 ? file : "file" };

        if (!found.IsFetched) await db.WriteAsync(token => db.ReconciliationFiles.Where(f => f.Id == found.Id).ExecuteUpdateAsync(set => set.SetProperty(f => f.IsFetched, true), token), ct);
        return Results.File(content, ContentType(found.Format), found.Name);
    }

    private static string ContentType(string format) => format switch { List => "text/csv; charset=utf-8", "camt" => "application/xml", _ => "text/plain; charset=us-ascii" };

    private static byte[] Csv(IEnumerable<ReconciliationRow> rows)
    {
        var text = new StringBuilder("date;amount;name;iban;message;ref;id\r\n");
        foreach (var row in rows)
            text.Append(CultureInfo.InvariantCulture, $"{row.On:yyyy-MM-dd};{row.Amount:0.00};{Cell(row.Name)};{row.Account};{Cell(row.Reason is null ? row.Message : $"{row.Reason} {row.Message}")};{Cell(row.Reference)};{Cell(row.EndToEndId)}\r\n");
        return new UTF8Encoding(true).GetBytes(text.ToString());
    }

    // Quoted, and never a formula for the spreadsheet that opens it.
    private static string Cell(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "";
        var safe = text[0] is '=' or '+' or '-' or '@' or '\t' ? "'" + text : text;
        return safe.AsSpan().IndexOfAny(';', '"', '\n') >= 0 || safe.Contains('\r', StringComparison.Ordinal) ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}
