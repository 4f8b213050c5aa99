using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Timeline;

/// <summary>A sentence of what happened: who, what, when, from where. Rows are only ever added.</summary>
public sealed class TimelineEntry
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid OwnCompanyId { get; init; }

    public Guid? InvoiceId { get; init; }

    public Guid? RelationId { get; init; }

    /// <summary>Its words are the resource <c>timeline.&lt;code&gt;</c>.</summary>
    public required string Code { get; init; }

    /// <summary>The named values of the sentence, as JSON.</summary>
    public string ValuesJson { get; init; } = "{}";

    /// <summary>The person, or <c>provider</c>, <c>office</c>, <c>api:&lt;key&gt;</c>.</summary>
    public required string Actor { get; init; }

    public DateTimeOffset At { get; init; }

    public IReadOnlyDictionary<string, string> Values => JsonSerializer.Deserialize<Dictionary<string, string>>(ValuesJson)!;
}

public static class TimelineWriting
{
    public static void Note(this OfficeDb db, Invoices.Invoice invoice, string code, string actor, DateTimeOffset at, params (string Name, object? Value)[] values) =>
        db.Timeline.Add(new()
        {
            OwnCompanyId = invoice.OwnCompanyId,
            InvoiceId = invoice.Id,
            RelationId = invoice.RelationId,
            Code = code,
            Actor = actor,
            At = at,
            ValuesJson = Json(values),
        });

    /// <summary>The same, unless it was said before in the same words: a feed that is read again tells old states again.</summary>
    public static async Task NoteOnceAsync(this OfficeDb db, Invoices.Invoice invoice, string code, string actor, DateTimeOffset at, CancellationToken ct, params (string Name, object? Value)[] values)
    {
        var said = Json(values);
        if (!await db.Timeline.AnyAsync(t => t.InvoiceId == invoice.Id && t.Code == code && t.ValuesJson == said, ct)) db.Note(invoice, code, actor, at, values);
    }

    public static void Note(this OfficeDb db, Relations.Relation relation, string code, string actor, DateTimeOffset at, params (string Name, object? Value)[] values) =>
        db.Timeline.Add(new() { OwnCompanyId = relation.OwnCompanyId, RelationId = relation.Id, Code = code, Actor = actor, At = at, ValuesJson = Json(values) });

    // Invariant: amounts and days are written in the reader's language when they are shown.
    private static string Json((string Name, object? Value)[] values) =>
        JsonSerializer.Serialize(values.ToDictionary(v => v.Name, v => v.Value switch
        {
            DateOnly day => day.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
            decimal amount => amount.ToString("0.00", System.Globalization.CultureInfo.InvariantCulture),
            null => "",
            var other => Convert.ToString(other, System.Globalization.CultureInfo.InvariantCulture)!,
        }));
}
