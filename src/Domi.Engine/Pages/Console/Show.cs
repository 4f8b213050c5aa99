using System.Globalization;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Mvc.Rendering;

namespace Domi.Engine.Pages.Console;

/// <summary>A state as it is shown: by shape, word and colour, with a reason below where there is one.</summary>
internal sealed record StateView(string Look, string Glyph, string Words, string? Note = null);

/// <summary>One value of a list or of an object's facts: how it reads, where it leads, and what stands small below it.</summary>
internal sealed record Cell(object? Value, string? Href = null, string? Note = null)
{
    /// <summary>As a file has it: amounts and days without regard to the reader's language.</summary>
    public string Plain => Value switch
    {
        null => "",
        decimal amount => amount.ToString("0.00", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("O", CultureInfo.InvariantCulture),
        DateTimeOffset at => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        StateView state => state.Words,
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => Value.ToString() ?? "",
    };
}

/// <summary>Writes values in the reader's language.</summary>
internal sealed class Show(Texts texts, DateTimeOffset now)
{
    public IHtmlContent Of(Cell cell, bool isTitle = false)
    {
        var content = new HtmlContentBuilder();
        if (cell.Value is null && cell.Note is null) return content.AppendHtml(Nothing());

        if (cell.Href is { } href)
        {
            var link = new TagBuilder("a");
            link.Attributes["href"] = href;
            if (isTitle) link.AddCssClass("id");
            link.InnerHtml.AppendHtml(Value(cell.Value));
            content.AppendHtml(link);
        }
        else
        {
            content.AppendHtml(Value(cell.Value));
        }

        if (cell.Note is { Length: > 0 })
        {
            var note = new TagBuilder("small");
            note.AddCssClass("line");
            note.InnerHtml.Append(cell.Note);
            content.AppendHtml(note);
        }

        return content;
    }

    public IHtmlContent Money(decimal amount)
    {
        var data = new TagBuilder("data");
        data.AddCssClass(amount == 0 ? "money zero" : "money");
        data.Attributes["value"] = amount.ToString("0.00", CultureInfo.InvariantCulture);
        data.InnerHtml.Append(PageFormat.Money(amount, texts.Language));
        return data;
    }

    public IHtmlContent State(StateView state, bool isPill = false)
    {
        var span = new TagBuilder("span");
        span.Attributes["class"] = $"state {state.Look}" + (isPill ? " pill" : "");
        span.InnerHtml.AppendHtml($"""<svg class="g" aria-hidden="true"><use href="#s-{state.Glyph}"/></svg>""");
        var words = new TagBuilder("span");
        words.InnerHtml.Append(state.Words);
        if (state.Note is { Length: > 0 })
        {
            var note = new TagBuilder("small");
            note.InnerHtml.Append(state.Note);
            words.InnerHtml.AppendHtml(note);
        }

        span.InnerHtml.AppendHtml(words);
        return span;
    }

    /// <summary>"Today at 08:52", else the day and the hour in Brussels.</summary>
    public string Words(DateTimeOffset instant)
    {
        var local = TimeZoneInfo.ConvertTime(instant, BusinessClock.Brussels);
        var time = local.ToString("HH:mm", CultureInfo.InvariantCulture);
        return DateOnly.FromDateTime(local.DateTime) is var day && day == now.BrusselsDate() ? texts["console.today_at", ("time", time)] : $"{PageFormat.ShortDay(day, texts.Language)}, {time}";
    }

    private IHtmlContent Value(object? value) => value switch
    {
        null => Nothing(),
        decimal amount => Money(amount),
        DateOnly day => Time(day.ToString("O", CultureInfo.InvariantCulture), PageFormat.ShortDay(day, texts.Language)),
        DateTimeOffset at => Time(at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), Words(at)),
        StateView state => State(state),
        Iban iban => Text(iban.ToString()),
        string text => text.Length == 0 ? Nothing() : Text(text),
        IFormattable other => Text(other.ToString(null, CultureInfo.InvariantCulture)),
        _ => Text(value.ToString() ?? ""),
    };

    private static TagBuilder Nothing()
    {
        var span = new TagBuilder("span");
        span.AddCssClass("zero");
        span.InnerHtml.Append("—");
        return span;
    }

    private static TagBuilder Time(string machine, string words)
    {
        var time = new TagBuilder("time");
        time.Attributes["datetime"] = machine;
        time.InnerHtml.Append(words);
        return time;
    }

    private static HtmlContentBuilder Text(string text)
    {
        var content = new HtmlContentBuilder();
        content.Append(text);
        return content;
    }
}
