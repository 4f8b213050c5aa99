using System.Globalization;
using System.Text;
using Domi.Engine.Imports;
using Domi.Engine.Users;
using Domi.Platform;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Domi.Engine.Pages.Console;

/// <summary>Files that people bring in: first what each row would do and what is wrong, then all of it, or the rows that are right.</summary>
internal sealed class ImportModel(Desk desk, Importer importer) : ConsolePage(desk)
{
    private const int MostShown = 200;

    [BindProperty(SupportsGet = true)]
    public string Kind { get; set; } = "";

    public override string Section => "import";

    public ImportShape Shape => ImportShape.Of(Terms.Kind);

    public ImportTerms Terms { get; private set; } = null!; // set before the page is drawn

    public IReadOnlyList<Tab> Tabs { get; private set; } = [];

    public IReadOnlyList<(string Value, string Words)> Profiles { get; private set; } = [];

    /// <summary>What the file would do, once there is one.</summary>
    public ImportReport? Report { get; private set; }

    /// <summary>The file itself, to be posted with the decision.</summary>
    public string Carried { get; private set; } = "";

    public string FileName { get; private set; } = "";

    public bool HasProfile => Terms.Kind is ImportKind.Agreements or ImportKind.Invoices or ImportKind.Links;

    public ListView Faults => new(T["console.import.faults"], [new(T["console.import.line"]), new(T["console.import.column"]), new(T["console.import.value"]), new(T["console.reason"])],
        [.. Report!.Faults.Take(MostShown).Select(f => new Row("", [new(f.Line), new(f.Header.Length > 0 ? f.Column > 0 ? string.Create(CultureInfo.InvariantCulture, $"{f.Header} ({f.Column})") : f.Header : null), new(Short(f.Value)), new(T.Refused(f.Why))]))]);

    public ListView Rows => new(T["console.import.rows"], [new(T["console.import.line"]), new(T["console.state"]), .. Report!.Header.Take(6).Select(h => new Column(h))],
        [.. Report.Rows.Take(MostShown).Select(r => new Row("", [new(r.Row.Line), new(OutcomeOf(r.Outcome)), .. r.Row.Cells.Take(6).Select(c => new Cell(Short(c)))]))]);

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) => await ReadyAsync(ct) ? Page() : NotFound();

    /// <summary>A file with the first line only, to be filled in.</summary>
    public async Task<IActionResult> OnGetTemplateAsync(CancellationToken ct)
    {
        if (!await ReadyAsync(ct)) return NotFound();
        return File(Encoding.UTF8.GetBytes("\ufeff" + string.Join(',', Shape.Columns.Select(c => c.Name)) + "\r\n"), "text/csv; charset=utf-8", Kind + ".csv");
    }

    public async Task<IActionResult> OnPostAsync(IFormFile? file, CancellationToken ct)
    {
        if (!await ReadyAsync(ct)) return NotFound();
        if (file is null || file.Length == 0) return Refuse(new("csv_empty", "No file was chosen."));
        if (file.Length > CsvFile.MostBytes) return Refuse(new("csv_too_large", $"{file.Length} bytes are too many."));

        using var content = new MemoryStream();
        await file.CopyToAsync(content, ct);
        return await ShowAsync(content.ToArray(), Path.GetFileName(file.FileName), ct);
    }

    /// <summary>The decision: all rows, or those that are right while the others stay out.</summary>
    public async Task<IActionResult> OnPostTakeAsync(string? content, string? name, bool onlyGood, CancellationToken ct)
    {
        if (!await ReadyAsync(ct)) return NotFound();
        var bytes = new byte[CsvFile.MostBytes];
        if (content is null || content.Length > CsvFile.MostBytes * 4 / 3 + 4 || !Convert.TryFromBase64String(content, bytes, out var length)) return Refuse(new("csv_empty", "The file is gone."));

        bytes = bytes[..length];
        try
        {
            // What others changed since it was shown counts: who wanted all of it is asked again.
            if (!onlyGood && (await importer.RehearseAsync(Actor, bytes, Terms, ct)).Faults.Count > 0) return await ShowAsync(bytes, name, ct);

            var report = await importer.TakeAsync(Actor, bytes, Terms, ct);
            var came = report.Count(RowOutcome.New) + report.Count(RowOutcome.Changed);
            await Db.WriteAsync(_ =>
            {
                Note("import." + Kind, string.Create(CultureInfo.InvariantCulture, $"{came} ({name})"));
                return Task.CompletedTask;
            }, ct);
            TempData["Toast"] = T["console.import.done", ("count", came), ("known", report.Count(RowOutcome.Known))];
            if (report.Faults.Count > 0) TempData["Refused"] = T["console.import.left_out", ("count", report.Faults.Select(f => f.Line).Distinct().Count())];
            return LocalRedirect("/console/import/" + Kind);
        }
        catch (RefusedException refused)
        {
            return Refuse(refused);
        }
    }

    private async Task<IActionResult> ShowAsync(byte[] bytes, string? name, CancellationToken ct)
    {
        try
        {
            Report = await importer.RehearseAsync(Actor, bytes, Terms, ct);
        }
        catch (RefusedException refused)
        {
            return Refuse(refused);
        }

        (Carried, FileName) = (Convert.ToBase64String(bytes), name is { Length: > 100 } ? name[..100] : name ?? "");
        return Page();
    }

    private LocalRedirectResult Refuse(RefusedException refused)
    {
        TempData["Refused"] = T.Refused(refused);
        return LocalRedirect("/console/import/" + Kind);
    }

    private async Task<bool> ReadyAsync(CancellationToken ct)
    {
        if (!Enum.TryParse<ImportKind>(Kind, ignoreCase: true, out var kind) || !Enum.IsDefined(kind) || !Actor.May(ImportShape.Of(kind).Needs)) return false;

        Kind = NameOf(kind);
        string Sent(string field) => Request.HasFormContentType ? Request.Form[field].ToString() : "";
        Terms = new(kind, int.TryParse(Sent("profile"), NumberStyles.None, CultureInfo.InvariantCulture, out var profile) ? profile : null, Sent("signed") == "true", Sent("overwrites") == "true", Sent("mails") == "true");
        Tabs = [.. Enum.GetValues<ImportKind>().Where(k => Actor.May(ImportShape.Of(k).Needs)).Select(k => new Tab("/console/import/" + NameOf(k), T[$"console.{NameOf(k)}"], k == kind))];
        Profiles = HasProfile ? await ProfileOptions.ReadAsync(Db, Me, ct) : [];
        return true;
    }

    private StateView OutcomeOf(RowOutcome outcome) => outcome switch
    {
        RowOutcome.New => new("ok", "done", T["console.import.New"]),
        RowOutcome.Changed => new("busy", "busy", T["console.import.Changed"]),
        _ => new("idle", "off", T["console.import.Known"]),
    };

    private static string Short(string text) => text.Length > 60 ? text[..59] + "…" : text;

    private static string NameOf(ImportKind kind) => kind.ToString().ToLowerInvariant();
}
