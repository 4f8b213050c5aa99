using System.Globalization;
using System.Text;
using Domi.Engine.Users;
using Domi.Platform;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

internal sealed record Column(string Title, bool IsNumber = false);

/// <param name="Key">What the next page comes after, and what a box of this row stands for.</param>
internal sealed record Row(string Key, IReadOnlyList<Cell> Cells);

/// <summary>A field above a list: free text, or one of some.</summary>
internal sealed record Filter(string Name, string Label, string? Value, IReadOnlyList<(string Value, string Words)>? Options = null, bool IsDay = false);

internal sealed record Tab(string Href, string Words, bool IsCurrent, int Count = 0);

internal sealed record Figure(string Label, decimal? Amount, string Note, bool IsBad = false);

/// <summary>A button below a list, for the rows that were chosen; its name is the page's handler.</summary>
internal sealed record BulkAct(string Handler, string Words);

/// <summary>A list as it is drawn, and as it is written to a file.</summary>
internal sealed record ListView(string Title, IReadOnlyList<Column> Columns, List<Row> Rows)
{
    public string? Sub { get; init; }

    public IReadOnlyList<Tab> Tabs { get; init; } = [];

    public IReadOnlyList<Figure> Figures { get; init; } = [];

    public IReadOnlyList<Filter> Filters { get; init; } = [];

    public IReadOnlyList<BulkAct> Bulk { get; init; } = [];

    /// <summary>Pages where something is added to the list.</summary>
    public IReadOnlyList<(string Href, string Words)> Links { get; init; } = [];

    /// <summary>The lists that belong with it.</summary>
    public IReadOnlyList<(string Href, string Words)> Beside { get; init; } = [];

    public string Empty { get; init; } = "";

    public string? Csv { get; init; }

    public string? Next { get; init; }

    public string? First { get; init; }
}

/// <summary>A list that pages by key, is filtered by its address, and can be taken along as a file.</summary>
internal abstract class ListPage(Desk desk) : ConsolePage(desk)
{
    public const int Size = 50;

    /// <summary>Rows of a file that are read at once.</summary>
    private const int Chunk = 5_000;

    /// <summary>Beyond these a sum takes longer than anybody waits for a page.</summary>
    private const int MostSummed = 50_000;

    private string? after;

    public ListView List { get; private set; } = null!; // set before the page is drawn

    /// <summary>Who may look.</summary>
    protected virtual ConsoleRole Needs => ConsoleRole.Viewer;

    protected long? AfterNumber => long.TryParse(after ?? Request.Query["after"], CultureInfo.InvariantCulture, out var number) ? number : null;

    protected Guid? AfterId => Guid.TryParse(after ?? Request.Query["after"], out var id) ? id : null;

    /// <summary>The days of the filter, both of them within.</summary>
    protected DateOnly? From => AskedDay("from");

    protected DateOnly? To => AskedDay("to");

    protected DateTimeOffset? Since => From?.StartOfDay();

    protected DateTimeOffset? Before => To?.AddDays(1).StartOfDay();

    protected int? AskedProfile => int.TryParse(Asked("profile"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The two fields for days.</summary>
    protected IEnumerable<Filter> Days => [new("from", T["console.from"], From is { } from ? Tables.Text(from) : null, IsDay: true), new("to", T["console.to"], To is { } to ? Tables.Text(to) : null, IsDay: true)];

    /// <summary>Where a button below the list posts to: what is filtered stays so.</summary>
    public string AddressOf(string handler) => With(Request, "handler", handler);

    /// <summary>Ready-made filters above a list: the states that people ask for most.</summary>
    protected IReadOnlyList<Tab> Presets(string key, params string[] states) =>
        [new(With(Request, "state", null), T["console.all"], Asked("state") is null), .. states.Select(s => new Tab(With(Request, "state", s), T[$"console.{key}.{s}"], Asked("state") == s))];

    /// <summary>How much stands in what is filtered.</summary>
    protected async Task<IReadOnlyList<Figure>> TotalAsync(IQueryable<decimal> amounts, CancellationToken ct)
    {
        if (after is not null) return []; // a file has none

        var count = await amounts.CountAsync(ct);
        return [new(T["console.total"], count <= MostSummed ? await amounts.SumAsync(ct) : null, T["console.rows_count", ("count", count)])];
    }

    private DateOnly? AskedDay(string name) => DateOnly.TryParseExact(Asked(name), "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 1990 and <= 2200 ? day : null;

    /// <summary>A value of a filter; blank is none.</summary>
    protected string? Asked(string name) => Request.Query[name].ToString().Trim() is { Length: > 0 and <= 100 } value ? value : null;

    protected TEnum? Asked<TEnum>(string name)
        where TEnum : struct, Enum => Enum.TryParse<TEnum>(Asked(name), out var value) && Enum.IsDefined(value) ? value : null;

    /// <summary>At most so many rows after the key of the address, in order; null when there is no such list.</summary>
    protected abstract Task<ListView?> ReadAsync(int most, CancellationToken ct);

    public virtual async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (!Actor.May(Needs) || await ReadAsync(Size + 1, ct) is not { } list) return NotFound();

        string? next = null;
        if (list.Rows.Count > Size)
        {
            list.Rows.RemoveRange(Size, list.Rows.Count - Size);
            next = With(Request, "after", list.Rows[^1].Key);
        }

        List = list with { Next = next, First = Request.Query.ContainsKey("after") ? With(Request, "after", null) : null, Csv = With(Request, "handler", "Csv") };
        ViewData["Title"] = list.Title; // of this page, and not of the partial one that draws it
        return Page();
    }

    /// <summary>All of what is filtered, however much it is.</summary>
    public async Task<IActionResult> OnGetCsvAsync(CancellationToken ct)
    {
        if (!Actor.May(Needs) || await ReadAsync(Chunk, ct) is not { } list) return NotFound();

        Response.ContentType = "text/csv; charset=utf-8";
        Response.Headers.ContentDisposition = $"attachment; filename=\"{Section}.csv\"";
        var csv = new StringBuilder("\ufeff"); // else spreadsheets take it for another encoding
        Csv.Line(csv, list.Columns.Select(c => c.Title));
        while (true)
        {
            foreach (var row in list.Rows) Csv.Line(csv, row.Cells.Select(Csv.OfSpreadsheet));
            await Response.WriteAsync(csv.ToString(), ct);
            if (list.Rows.Count < Chunk) return new EmptyResult();

            csv.Clear();
            after = list.Rows[^1].Key;
            Db.ChangeTracker.Clear();
            list = (await ReadAsync(Chunk, ct))!;
        }
    }

    /// <summary>Does one thing to each row that was chosen, each as a change of its own, and tells how many went and why others did not.</summary>
    protected async Task<IActionResult> BulkAsync(ConsoleRole needs, string act, IReadOnlyList<string>? picks, Func<string, CancellationToken, Task<string?>> work, CancellationToken ct, Doubt? doubt = null)
    {
        if (!Actor.May(needs)) return NotFound();
        if (doubt is not null && !IsSure && picks is { Count: > 0 }) return Ask(doubt, With(Request, "handler", null));

        var done = 0;
        var refusals = new List<string>();
        foreach (var pick in (picks ?? []).Distinct().Take(Size))
        {
            try
            {
                var subject = await Db.WriteOrRepeatAsync(async token =>
                {
                    var changed = await work(pick, token);
                    if (changed is not null) Note(act, changed);
                    return changed;
                }, ct);
                if (subject is null) return NotFound();
                done++;
            }
            catch (RefusedException refused)
            {
                refusals.Add(T.Refused(refused));
            }
        }

        TempData["Toast"] = T["console.done", ("count", done)];
        if (refusals.Count > 0) TempData["Refused"] = T["console.refused", ("count", refusals.Count)] + " " + string.Join(' ', refusals.Distinct().Take(5));
        return LocalRedirect(With(Request, "handler", null));
    }

    protected IReadOnlyList<(string, string)> Options<TEnum>(string key)
        where TEnum : struct, Enum => [.. Enum.GetNames<TEnum>().Select(n => (n, T[$"console.{key}.{n}"]))];

    /// <summary>This page's address with one value of its query replaced, or taken out; another filter begins at the first page.</summary>
    private static string With(HttpRequest request, string name, string? value)
    {
        var query = request.Query.Where(q => q.Key is not ("after" or "handler") && q.Key != name).ToDictionary(q => q.Key, q => (string?)q.Value.ToString());
        if (value is not null) query[name] = value;
        return QueryHelpers.AddQueryString(request.Path, query.Where(q => !string.IsNullOrEmpty(q.Value)));
    }
}

/// <summary>Comma-separated values, which a spreadsheet opens.</summary>
/// <remarks>Source: RFC 4180.</remarks>
internal static class Csv
{
    /// <summary>What a debtor wrote must not run as a formula in somebody's spreadsheet.</summary>
    /// <remarks>Source: OWASP, CSV injection.</remarks>
    public static string Harmless(string text) => text is ['=' or '+' or '-' or '@' or '\t' or '\r' or '\n', ..] ? "'" + text : text;

    /// <summary>A value as the spreadsheets of the countries we are in read it: they take a decimal point for a date, and separate by semicolons.</summary>
    public static string OfSpreadsheet(Cell cell) => cell.Value switch
    {
        decimal => cell.Plain.Replace('.', ','),
        DateOnly or DateTimeOffset or int or long => cell.Plain,
        _ => Harmless(cell.Plain),
    };

    public static void Line(StringBuilder csv, IEnumerable<string> values) =>
        csv.AppendJoin(';', values.Select(v => v.AsSpan().ContainsAny("\"\r\n;") ? $"\"{v.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : v)).Append("\r\n");
}
