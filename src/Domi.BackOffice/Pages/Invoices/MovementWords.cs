using Domi.BackOffice.Ledger;
using Domi.BackOffice.Pages.Shared;
using Domi.Platform;
using Domi.Standards;

namespace Domi.BackOffice.Pages.Invoices;

/// <summary>What happened to the money, in words, with the bank's code in brackets.</summary>
internal static class MovementWords
{
    public static StateView Of(LedgerEntry entry, Texts t)
    {
        var (kind, glyph, key) = entry.Kind switch
        {
            EntryKind.Booked => ("idle", "open", "booked"),
            EntryKind.Paid => entry.Method switch
            {
                "sdd" => ("busy", "busy", "paid_sdd"),
                "rcc" => ("ok", "done", "paid_rcc"),
                "paylink" => ("ok", "done", "paid_paylink"),
                "manual" => ("ok", "done", "paid_manual"),
                _ => ("ok", "done", "paid_transfer"),
            },
            EntryKind.Reversed => ("bad", "fail", "reversed"),
            EntryKind.Refunded => ("warn", "half", entry.Source == "office" ? "used" : "refunded"),
            EntryKind.Credited => ("idle", "off", "credited"),
            _ => ("idle", "off", "written_off"),
        };
        var text = t[$"invoices.movement.{key}"];
        if (entry.ReasonCode is { } code) text = t["invoices.movement.with_reason", ("what", text), ("reason", ReasonCodes.Describe(code, t.Language)), ("code", code)];
        var source = entry.Source == "provider" ? t["invoices.movement.provider"] : entry.Source == "bank" ? TimelineLines.Who(entry.Actor!, t) : entry.Actor ?? "Domi";
        return new(kind, glyph, text, entry.IsAssumed ? $"{source} · {t["invoices.movement.assumed"]}" : source);
    }

    public static StateView Of(FailedAttempt attempt, Texts t)
    {
        var text = t["invoices.movement.failed"];
        if (attempt.ReasonCode is { } code) text = t["invoices.movement.with_reason", ("what", text), ("reason", ReasonCodes.Describe(code, t.Language)), ("code", code)];
        return new("bad", "fail", text, t["invoices.movement.provider"]);
    }
}
