using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Domi.Engine.Feeds;
using Domi.Engine.Invoices;
using Domi.Engine.Wire;
using Domi.Platform;
using Domi.Standards;
using Domi.Standards.BankFiles;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Statements;

/// <summary>
/// <c>POST /creditor/reporting</c>: lines of an account statement; those whose communication and amount are an invoice's pay it. Or a file of the
/// creditor's own bank.
/// </summary>
/// <remarks>
/// Text of lines with semicolons; the first begins with <c>twikey:</c> and the creditor's account, and may name the columns; amounts are in
/// cents. The same line twice is one: a line with a date by what it says, one without by the file and its place in it, for a day that is only
/// assumed tells nothing. Refuses with <c>invalid_file</c>: nothing of it is taken then; a bank's file also with
/// <c>err_no_bank_contract</c>. Source: Twikey, account reporting.
/// </remarks>
internal static class ImportStatement
{
    private const int MostLines = 20_000;
    private const string Mark = "twikey:";

    private static readonly string[] Columns = ["name", "msg", "amount", "date", "iban", "bic"];

    /// <summary>A line as it stands in the text.</summary>
    public sealed record Line(string Name, Iban? Account, Bic? Bic, string Message, decimal Amount, DateOnly BookedOn, string SourceKey);

    public static void Map(IEndpointRouteBuilder creditor) => creditor.MapPost("reporting", HandleAsync);

    private static async Task<IResult> HandleAsync(Call call, StatementImport import, TakeBankFile take, BusinessClock clock, CancellationToken ct)
    {
        using var body = new MemoryStream();
        await call.Http.Request.Body.CopyToAsync(body, ct);
        var content = body.ToArray();
        if (IsOfBank(content))
        {
            await take.TakeAsync(call.CreditorId, content, "API", "API", ct);
        }
        else
        {
            var (account, lines) = Read(content, clock.Today);
            await import.TakeAsync(call.CreditorId, account, lines, ct);
        }

        return Results.NoContent();
    }

    /// <summary>Whether it is what a bank sends, and not text of lines: also when it is damaged.</summary>
    public static bool IsOfBank(byte[] content) =>
        !Encoding.UTF8.GetString(content.AsSpan(0, Math.Min(content.Length, 64))).Trim('\uFEFF', ' ').StartsWith(Mark, StringComparison.OrdinalIgnoreCase)
        && BankFile.Read(new MemoryStream(content)).FirstOrDefault() is not (null or Finding { Rule: "file.unknown" });

    /// <exception cref="RefusedException"><c>invalid_file</c>.</exception>
    public static (Iban Account, IReadOnlyList<Line> Lines) Read(byte[] content, DateOnly today)
    {
        try
        {
            return Read(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content), today);
        }
        catch (DecoderFallbackException)
        {
            throw Bad("The text is not UTF-8.");
        }
    }

    private static (Iban Account, IReadOnlyList<Line> Lines) Read(string text, DateOnly today)
    {
        var rows = text.Split('\n').Select(r => r.TrimEnd('\r')).ToList();
        var head = rows.Count > 0 ? rows[0].Trim('\uFEFF', ' ') : "";
        if (!head.StartsWith(Mark, StringComparison.OrdinalIgnoreCase)) throw Bad($"It is no camt, CODA or pain.002 of a bank, and its first line does not begin with {Mark}");

        var first = head[Mark.Length..].Trim();
        var end = first.IndexOf(' ', StringComparison.Ordinal) is > 0 and var blank ? blank : first.Length;
        if (!Iban.TryParse(first[..end], out var account)) throw Bad("The first line names no account.");

        // The columns stand behind the account, or on a line of their own.
        var named = first[end..].Trim();
        var begin = 1;
        if (named.Length == 0 && rows.Count > 1 && rows[1].Contains("msg", StringComparison.OrdinalIgnoreCase) && rows[1].Contains("amount", StringComparison.OrdinalIgnoreCase)) (named, begin) = (rows[1], 2);
        if (named.Length == 0) throw Bad("The columns are not named.");
        var columns = named.ToLowerInvariant().Split(';').Select(c => c.Trim()).ToList();
        if (columns.Exists(c => !Columns.Contains(c)) || !columns.Contains("msg") || !columns.Contains("amount")) throw Bad($"Columns are {string.Join(';', Columns)}.");
        if (rows.Count > MostLines) throw Bad($"More than {MostLines} lines.");

        var file = Secrets.HashOf(string.Join('\n', rows).Trim('\uFEFF', ' ', '\n'));
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var lines = new List<Line>();
        for (var at = begin; at < rows.Count; at++)
        {
            if (rows[at].Trim().Length == 0) continue;
            var cells = rows[at].Split(';');
            if (cells.Length != columns.Count) throw Bad($"Line {at + 1} has {cells.Length} cells for {columns.Count} columns.");
            string Cell(string name) => columns.IndexOf(name) is >= 0 and var column ? cells[column].Trim() : "";
            if (!long.TryParse(Cell("amount"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var cents) || cents is < -99_999_999_999 or > 99_999_999_999) throw Bad($"Line {at + 1}: the amount is no number of cents.");
            Iban? from = Cell("iban") is not { Length: > 0 } iban ? null : Iban.TryParse(iban, out var read) ? read : throw Bad($"Line {at + 1}: the IBAN does not hold.");
            Bic? bic = Bic.TryParse(Cell("bic"), out var known) ? known : null;
            var on = Cell("date") is not { Length: > 0 } date ? today : DateOnly.TryParseExact(date, ["yyyy-MM-dd", "dd/MM/yyyy"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : throw Bad($"Line {at + 1}: the date is none.");
            var (name, message) = (Cell("name"), Cell("msg"));
            if (name.Length > 140 || message.Length > 500 || rows[at].Any(Call.IsUnseen)) throw Bad($"Line {at + 1} is too long, or no text.");

            // Two alike on one day are two payments; the same file again is the same two.
            var content = Cell("date").Length > 0 ? $"{account.Value}|{on:O}|{cents}|{from?.Value}|{name}|{message}" : $"{file}|{at}";
            var copy = seen[content] = seen.GetValueOrDefault(content) + 1;
            lines.Add(new(name, from, bic, message, cents / 100m, on, Secrets.HashOf($"{content}|{copy}")));
        }

        return (account, lines);
    }

    private static RefusedException Bad(string why) => new("invalid_file", why) { Field = "body" };
}

/// <summary>Takes lines of an account statement, and pays invoices by them.</summary>
/// <remarks>
/// An invoice is paid when communication and amount are the same, and it is of the last six months; of several the oldest; one that is paid
/// already is paid twice, and says so. Source: Twikey, wire transfers.
/// </remarks>
internal sealed class StatementImport(EngineDb db, Settlement settlement, BusinessClock clock)
{
    private const int PerWrite = 100;

    public async Task TakeAsync(Guid creditorId, Iban account, IReadOnlyList<ImportStatement.Line> lines, CancellationToken ct)
    {
        foreach (var chunk in lines.Chunk(PerWrite))
        {
            await db.WriteOrRepeatAsync(async token =>
            {
                foreach (var line in chunk)
                {
                    if (await db.StatementItems.AnyAsync(i => i.CreditorId == creditorId && i.SourceKey == line.SourceKey, token)) continue;

                    var item = new StatementItem
                    {
                        CreditorId = creditorId,
                        Number = await db.NextObjectNumberAsync(creditorId, token),
                        Account = account,
                        Name = line.Name,
                        CounterpartyAccount = line.Account,
                        CounterpartyBic = line.Bic,
                        Amount = line.Amount,
                        Message = line.Message,
                        BookedOn = line.BookedOn,
                        SourceKey = line.SourceKey,
                        ImportedAt = clock.GetUtcNow(),
                    };
                    db.StatementItems.Add(item);
                    if (line.Amount > 0 && await InvoiceOfAsync(creditorId, line.Message, line.Amount, token) is { } invoice)
                    {
                        item.InvoiceId = invoice.Id;
                        await settlement.TransferredAsync(invoice, line.Amount, $"statement:{line.SourceKey[..40]}", line.Account, token);
                    }

                    Feed.Append(db, creditorId, FeedName.Statements, await EntryAsync(db, item, token), clock.GetUtcNow());
                    await db.SaveChangesAsync(token); // the next line may pay the same invoice
                }
            }, ct);
            db.ChangeTracker.Clear();
        }
    }

    /// <summary>A person says which invoice a line paid, inside the running transaction: what is beyond it is shown there as paid twice or too much.</summary>
    /// <exception cref="RefusedException"><c>err_invalid_state</c>: money that left, a line that paid already, or an invoice off the table; <c>err_not_found</c>: no such invoice.</exception>
    public async Task LinkAsync(StatementItem item, string? number, CancellationToken ct)
    {
        if (item.Amount <= 0 || item.InvoiceId is not null) throw new RefusedException("err_invalid_state", $"Line {item.Number} pays nothing, or paid already.");
        var invoice = await db.Invoices.SingleOrDefaultAsync(i => i.CreditorId == item.CreditorId && i.Number == number, ct) ?? throw new RefusedException("err_not_found", $"No invoice {number}.") { Field = "invoice" };
        if (invoice.State is InvoiceState.Archived) throw new RefusedException("err_invalid_state", $"Invoice {number} is archived.");
        item.InvoiceId = invoice.Id;
        await settlement.TransferredAsync(invoice, item.Amount, $"statement:{item.SourceKey[..40]}", item.CounterpartyAccount, ct);
        Feed.Append(db, item.CreditorId, FeedName.Statements, Of(item, invoice.Number), clock.GetUtcNow());
    }

    /// <summary>What a line may have paid: open invoices of its amount, and those whose number or communication it names; at most ten.</summary>
    public async Task<IReadOnlyList<Invoice>> CandidatesAsync(StatementItem item, CancellationToken ct)
    {
        if (item.Amount <= 0 || item.InvoiceId is not null) return [];

        var written = StructuredCommunication.TryParse(item.Message, out var structured) ? structured.Value : item.Message;
        var amount = item.Amount;
        return await db.Invoices.AsNoTracking().Where(i => i.CreditorId == item.CreditorId && (i.State == InvoiceState.Booked || i.State == InvoiceState.Expired || i.State == InvoiceState.Pending)
            && (i.Remittance == written || i.Number == item.Message || i.Amount - i.PaidAmount == amount)).OrderByDescending(i => i.Remittance == written).ThenByDescending(i => i.Id).Take(10).ToListAsync(ct);
    }

    /// <summary>The invoice that a transfer paid, by its communication and amount.</summary>
    public async Task<Invoice?> InvoiceOfAsync(Guid creditorId, string message, decimal amount, CancellationToken ct)
    {
        var written = StructuredCommunication.TryParse(message, out var structured) ? structured.Value : message;
        if (written.Length == 0) return null;
        var since = clock.Today.AddMonths(-6);
        var found = await db.Invoices.Where(i => i.CreditorId == creditorId && i.Amount > 0 && (i.Remittance == written || i.Number == message) && (i.Date >= since || i.Number == message) && i.State != InvoiceState.Archived)
            .OrderBy(i => i.Date).ThenBy(i => i.Id).Take(50).ToListAsync(ct);
        return found.Find(i => i.State is InvoiceState.Booked or InvoiceState.Expired or InvoiceState.Pending && i.Open == amount) ?? found.Find(i => i.State is InvoiceState.Paid && i.Amount == amount);
    }

    /// <summary>A line as its feed tells it.</summary>
    public static async Task<JsonObject> EntryAsync(EngineDb db, StatementItem item, CancellationToken ct) =>
        Of(item, item.InvoiceId is { } id ? await db.Invoices.Where(i => i.Id == id).Select(i => i.Number).SingleAsync(ct) : null);

    private static JsonObject Of(StatementItem item, string? invoice) => new()
    {
        ["id"] = item.Number,
        ["account"] = item.Account.Value,
        ["name"] = item.Name,
        ["iban"] = item.CounterpartyAccount?.Value,
        ["bic"] = item.CounterpartyBic?.Value,
        ["amount"] = Json.Amount(item.Amount),
        ["msg"] = item.Message,
        ["date"] = Json.Day(item.BookedOn),
        ["invoice"] = invoice,
    };
}
