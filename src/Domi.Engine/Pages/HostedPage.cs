using System.Globalization;
using Domi.Engine.Creditors;
using Domi.Engine.Profiles;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Domi.Engine.Pages;

/// <summary>A page for a debtor: its language, its words, and whose page it is.</summary>
internal abstract class HostedPage(Texts texts) : PageModel
{
    private string? language;

    public string Language => language ??= HostedPageSetup.LanguageOf(HttpContext);

    public Texts T => texts.In(Language);

    /// <summary>Whose page it is; null on pages of the program itself.</summary>
    public Creditor? Creditor { get; protected set; }

    /// <summary>The profile in whose name the page speaks.</summary>
    protected Profile? Voice { get; set; }

    /// <summary>The creditor's own words in the reader's language.</summary>
    public PageText Own => PageTexts.Of(Voice, Language);

    /// <summary>Where the browser goes by itself: leaving is a page with a link, as a form may not lead away.</summary>
    public string? ForwardTo { get; protected set; }

    /// <summary>What could not be done, above the form.</summary>
    public string? Refusal { get; protected set; }

    /// <summary>What is wrong with a field, by its name.</summary>
    public Dictionary<string, string> Errors { get; } = [];

    /// <summary>An address of this origin in the reader's language, if one was chosen.</summary>
    public string At(string path)
    {
        if (!Request.Query.ContainsKey("l")) return path;
        return path + (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "l=" + Language;
    }

    /// <summary>This page in another language, everything else as it is.</summary>
    public string In(string other)
    {
        var rest = Request.Query.Where(q => q.Key is "r").Select(q => $"{q.Key}={Uri.EscapeDataString(q.Value.ToString())}");
        return "?" + string.Join('&', rest.Prepend("l=" + other));
    }

    public string Money(decimal amount) => PageFormat.Money(amount, Language);

    public string Day(DateOnly day) => PageFormat.LongDay(day, Language);

    public string Day(DateTimeOffset instant) => Day(instant.BrusselsDate());

    /// <summary>Hours and minutes in Brussels.</summary>
    public static string Time(DateTimeOffset instant) =>
        TimeZoneInfo.ConvertTime(instant, BusinessClock.Brussels).ToString("HH:mm", CultureInfo.InvariantCulture);

    /// <summary>The language of the document counts unless the reader asks for another.</summary>
    protected void Speak(params IReadOnlyList<string?> known)
    {
        language = HostedPageSetup.LanguageOf(HttpContext, known);
        CultureInfo.CurrentUICulture = PageFormat.CultureOf(language);
    }

    // A method or handler that a page does not have would draw it without its content; a blank where a key should stand would be no text at all.
    public override void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        if (context.HandlerMethod is null || RouteData.Values.Values.Any(part => part is string text && string.IsNullOrWhiteSpace(text))) context.Result = NotFound();
    }
}
