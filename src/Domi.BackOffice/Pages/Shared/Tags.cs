using System.Globalization;
using System.Text.Encodings.Web;
using Domi.Platform;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace Domi.BackOffice.Pages.Shared;

/// <summary><c>&lt;money of="…" /&gt;</c>: an amount of euro in the reader's language; zero is muted, nothing is a dash.</summary>
[HtmlTargetElement("money", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class MoneyTagHelper(Texts texts) : TagHelper
{
    public decimal? Of { get; set; }

    /// <summary>With a plus too: lines of the ledger.</summary>
    public bool Signed { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagMode = TagMode.StartTagAndEndTag;
        if (Of is not { } amount)
        {
            output.TagName = "span";
            output.Attributes.SetAttribute("class", "zero");
            output.Content.SetContent("—");
            return;
        }

        output.TagName = "data";
        output.Attributes.SetAttribute("class", amount == 0 ? "money zero" : "money");
        output.Attributes.SetAttribute("value", amount.ToString("0.00", CultureInfo.InvariantCulture));
        output.Content.SetContent((Signed && amount > 0 ? "+" : "") + PageFormat.Money(amount, texts.Language));
    }
}

/// <summary><c>&lt;day of="…" /&gt;</c>: <c>17/03/2026</c>; with <c>long</c>, <c>17 mars 2026</c>; nothing is a dash.</summary>
[HtmlTargetElement("day", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class DayTagHelper(Texts texts) : TagHelper
{
    public DateOnly? Of { get; set; }

    public bool Long { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagMode = TagMode.StartTagAndEndTag;
        if (Of is not { } day)
        {
            output.TagName = "span";
            output.Attributes.SetAttribute("class", "zero");
            output.Content.SetContent("—");
            return;
        }

        output.TagName = "time";
        output.Attributes.SetAttribute("datetime", day.ToString("O", CultureInfo.InvariantCulture));
        output.Content.SetContent(Long ? PageFormat.LongDay(day, texts.Language) : PageFormat.ShortDay(day, texts.Language));
    }
}

/// <summary><c>&lt;instant of="…" /&gt;</c>: "today at 08:52", else the day and the hour in Brussels.</summary>
/// <remarks>By the business clock; instants of the wall clock (polls, webhooks) say <c>wall</c>.</remarks>
[HtmlTargetElement("instant", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class InstantTagHelper(Texts texts, BusinessClock clock) : TagHelper
{
    public DateTimeOffset? Of { get; set; }

    public bool Wall { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagMode = TagMode.StartTagAndEndTag;
        if (Of is not { } instant)
        {
            output.TagName = "span";
            output.Attributes.SetAttribute("class", "zero");
            output.Content.SetContent("—");
            return;
        }

        output.TagName = "time";
        output.Attributes.SetAttribute("datetime", instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        output.Content.SetContent(Words(instant, Wall ? clock.Wall.GetUtcNow() : clock.GetUtcNow(), texts));
    }

    public static string Words(DateTimeOffset instant, DateTimeOffset now, Texts texts)
    {
        var local = TimeZoneInfo.ConvertTime(instant, BusinessClock.Brussels);
        var day = DateOnly.FromDateTime(local.DateTime);
        var time = local.ToString("HH:mm", CultureInfo.InvariantCulture);
        var today = now.BrusselsDate();
        return day == today ? texts["common.today_at", ("time", time)]
            : day == today.AddDays(-1) ? texts["common.yesterday_at", ("time", time)]
            : $"{PageFormat.LongDay(day, texts.Language)}, {time}";
    }
}

/// <summary>A state as it is shown: by shape, word and colour, with a reason below where there is one.</summary>
/// <param name="Look"><c>ok</c>, <c>busy</c>, <c>warn</c>, <c>bad</c>, <c>idle</c>.</param>
/// <param name="Glyph"><c>none</c> not yet, <c>open</c>, <c>half</c>, <c>done</c>, <c>busy</c>, <c>warn</c>, <c>fail</c>, <c>unsure</c>, <c>off</c>.</param>
public sealed record StateView(string Look, string Glyph, string Words, string? Note = null);

/// <summary><c>&lt;state of="…" pill /&gt;</c>.</summary>
[HtmlTargetElement("state", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class StateTagHelper(HtmlEncoder encoder) : TagHelper
{
    public StateView? Of { get; set; }

    /// <summary>Beside a title.</summary>
    public bool Pill { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = "span";
        output.TagMode = TagMode.StartTagAndEndTag;
        if (Of is not { } state)
        {
            output.Attributes.SetAttribute("class", "zero");
            output.Content.SetContent("—");
            return;
        }

        output.Attributes.SetAttribute("class", Pill ? $"state {state.Look} pill" : $"state {state.Look}");
        output.Content.AppendHtml($"""<svg class="g" aria-hidden="true"><use href="#s-{state.Glyph}"/></svg>""");
        var words = encoder.Encode(state.Words);
        output.Content.AppendHtml(string.IsNullOrEmpty(state.Note) ? $"<span>{words}</span>" : $"<span>{words}<small>{encoder.Encode(state.Note)}</small></span>");
    }
}
