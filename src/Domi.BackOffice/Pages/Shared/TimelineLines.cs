using System.Globalization;
using Domi.BackOffice.Timeline;
using Domi.Platform;

namespace Domi.BackOffice.Pages.Shared;

/// <summary>A line of the timeline as it is read: a sentence, when, and from where when no person did it.</summary>
public sealed record TimelineLine(string Look, string Glyph, string Sentence, DateTimeOffset At, string? From, Guid? InvoiceId, string? InvoiceNumber, Guid? RelationId, string? RelationName);

/// <summary>Turns what happened into sentences in the reader's language.</summary>
public static class TimelineLines
{
    public static IReadOnlyList<TimelineLine> Of(IEnumerable<TimelineEntry> entries, Texts t) => [.. entries.Select(e => Of(e, t))];

    public static TimelineLine Of(TimelineEntry entry, Texts t, string? invoiceNumber = null, string? relationName = null)
    {
        var (look, glyph) = LookOf(entry.Code);
        return new(look, glyph, Sentence(entry, t), entry.At, entry.Actor is "provider" or "office" or "bank" ? Who(entry.Actor, t) : null, entry.InvoiceId, invoiceNumber, entry.RelationId, relationName);
    }

    /// <summary>A person's name, the product's, the provider's, or the key of the API.</summary>
    public static string Who(string actor, Texts t) => actor switch
    {
        "provider" => t["timeline.actor.provider"],
        "office" => t["timeline.actor.office"],
        "bank" => t["timeline.actor.bank"],
        "folder" => t["timeline.actor.folder"],
        _ when actor.StartsWith("api:", StringComparison.Ordinal) => t["timeline.actor.api", ("key", actor[4..])],
        _ => actor,
    };

    private static string Sentence(TimelineEntry entry, Texts t)
    {
        var values = entry.Values;
        // A value that nobody knew has a sentence without it.
        var key = "timeline." + entry.Code;
        var whole = t.Find(key) ?? "";
        if (values.Any(v => string.IsNullOrEmpty(v.Value) && whole.Contains('{' + v.Key + '}', StringComparison.Ordinal)) && t.Find(key + ".plain") is not null) key += ".plain";
        return t[key, [("who", Who(entry.Actor, t)), .. values.Select(v => (v.Key, (object?)Shown(v.Key, v.Value, t)))]];
    }

    private static string Shown(string name, string value, Texts t) => name switch
    {
        "amount" when decimal.TryParse(value, NumberStyles.Number, CultureInfo.InvariantCulture, out var amount) => PageFormat.Money(amount, t.Language),
        "day" or "last" when DateOnly.TryParseExact(value, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) => PageFormat.LongDay(day, t.Language),
        "reason" => Reasons.Of(value, t) ?? "",
        _ => value,
    };

    private static (string Look, string Glyph) LookOf(string code) => code switch
    {
        "paid_manual" or "paid_paylink" or "paid_rcc" or "paid_sdd" or "paid_transfer" or "paid_bank" or "booked_from_bank" or "invoice_mail_accepted" or "reminder_mail_accepted" or "sent_by_provider" or "mandate_signed"
            or "mandate_accepted" or "mandate_resumed" or "credited" or "link_arrived" or "method_direct_debit" => ("ok", "done"),
        "partly_paid" => ("ok", "half"),
        "will_be_collected" or "invited" or "invitation_planned" or "mandate_waits_for_bank" or "send_asked" or "send_without_link" or "reminded" => ("busy", "busy"),
        "overpaid" or "paid_too_much" or "paid_twice" or "bank_taken_back" or "refunded" or "mandate_suspended" or "method_manual" or "collection_failed_retry" or "collection_ended" or "provider_refused_pdf" => ("warn", "warn"),
        "send_uncertain" or "invoice_mail_uncertain" or "reminder_mail_uncertain" => ("warn", "unsure"),
        "collection_failed" or "invoice_mail_refused" or "reminder_mail_refused" or "link_failed" or "number_taken" or "send_failed" or "provider_send_failed" or "invitation_failed" => ("bad", "fail"),
        "mandate_cancelled" or "provider_expired" or "provider_archived" or "written_off" => ("idle", "off"),
        _ => ("idle", "open"),
    };
}
