using Domi.BackOffice.Timeline;
using Domi.Platform;
using Domi.Standards;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Relations;

/// <summary>What a relation is made of, as a form or the API gives it.</summary>
public sealed record RelationContent(
    RelationKind Kind, string Name, string? FirstName, string? LastName, string? EnterpriseNumber, bool IsVatRegistered,
    string Street, string Zip, string City, string Country, string Language, string? Phone, string? Email,
    string? InvoiceEmail, string? InvoiceCc, string? InvoiceBcc, string? ReminderEmail, int? DueDays, string? PoNumber, bool GetsReminders);

/// <summary>Makes and changes relations. The number is given once and never changes: the provider knows the relation by it.</summary>
/// <remarks>Refuses with <c>not_found</c>, <c>name_missing</c>, <c>email_invalid</c>, <c>enterprise_invalid</c>, <c>country_invalid</c>, <c>language_unknown</c>, <c>text_too_long</c>, <c>due_days_invalid</c>, <c>changed_meanwhile</c>.</remarks>
public sealed class EditRelation(OfficeDb db, BusinessClock clock)
{
    public async Task<Relation> CreateAsync(Guid companyId, RelationContent content, string actor, CancellationToken ct)
    {
        Check(content);
        // Two at once may take one number.
        return await db.WriteOrRepeatAsync(async token =>
        {
            var last = await db.Relations.Where(r => r.OwnCompanyId == companyId).MaxAsync(r => (int?)r.Number, token) ?? 1000;
            var relation = new Relation { OwnCompanyId = companyId, Number = last + 1, Name = content.Name.Trim(), CreatedAt = clock.GetUtcNow() };
            Fill(relation, content);
            db.Relations.Add(relation);
            db.Note(relation, "relation_made", actor, clock.GetUtcNow());
            return relation;
        }, ct);
    }

    public async Task<Relation> ChangeAsync(Guid id, int? version, RelationContent content, string actor, CancellationToken ct)
    {
        Check(content);
        return await db.WriteAsync(async token =>
        {
            var relation = await db.Relations.SingleOrDefaultAsync(r => r.Id == id, token) ?? throw new RefusedException("not_found", $"No relation {id}.");
            if (version is { } seen && seen != relation.Version) throw new RefusedException("changed_meanwhile", "Somebody else changed the relation.");
            Fill(relation, content);
            relation.Version++;
            db.Note(relation, "relation_changed", actor, clock.GetUtcNow());
            return relation;
        }, ct);
    }

    /// <summary>A clerk chooses the method, or gives it back to the mandates (null).</summary>
    public Task ChooseMethodAsync(Guid id, PaymentMethod? method, string actor, CancellationToken ct) => db.WriteAsync(async token =>
    {
        var relation = await db.Relations.SingleOrDefaultAsync(r => r.Id == id, token) ?? throw new RefusedException("not_found", $"No relation {id}.");
        if (method is { } chosen) relation.ChooseMethod(chosen);
        else relation.ReleaseMethod(await db.RelationMandates.AnyAsync(m => m.RelationId == id && m.IsCollectable, token));
        db.Note(relation, method is null ? "method_released" : method is PaymentMethod.DirectDebit ? "method_by_hand_direct_debit" : "method_by_hand_manual", actor, clock.GetUtcNow());
    }, ct);

    private static void Check(RelationContent content)
    {
        if (string.IsNullOrWhiteSpace(content.Name) || content.Name.Length > 140) throw new RefusedException("name_missing", "The name is missing.") { Field = "Name" };
        foreach (var (field, address) in new[] { ("Email", content.Email), ("InvoiceEmail", content.InvoiceEmail), ("ReminderEmail", content.ReminderEmail) })
            if (!string.IsNullOrWhiteSpace(address) && !SendMails.IsAddress(address.Trim())) throw new RefusedException("email_invalid", $"Not an e-mail address: {address}", ("email", address)) { Field = field };
        foreach (var (field, list) in new[] { ("InvoiceCc", content.InvoiceCc), ("InvoiceBcc", content.InvoiceBcc) })
            foreach (var address in (list ?? "").Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                if (!SendMails.IsAddress(address)) throw new RefusedException("email_invalid", $"Not an e-mail address: {address}", ("email", address)) { Field = field };
        if (!string.IsNullOrWhiteSpace(content.EnterpriseNumber) && !Standards.EnterpriseNumber.TryParse(content.EnterpriseNumber, out _))
            throw new RefusedException("enterprise_invalid", $"Not an enterprise number: {content.EnterpriseNumber}", ("number", content.EnterpriseNumber)) { Field = "EnterpriseNumber" };
        FieldText.Country(content.Country);
        FieldText.Language(content.Language);
        foreach (var (field, text, most) in new[]
        {
            ("Name", content.Name, 140), ("FirstName", content.FirstName, 70), ("LastName", content.LastName, 70), ("Street", content.Street, 140), ("Zip", content.Zip, 20), ("City", content.City, 70), ("Phone", content.Phone, 40),
            ("InvoiceCc", content.InvoiceCc, 1000), ("InvoiceBcc", content.InvoiceBcc, 1000), ("PoNumber", content.PoNumber, 70),
        })
            FieldText.Short(text, most, field);
        if (content.DueDays is < 0 or > 365) throw new RefusedException("due_days_invalid", "Between 0 and 365 days.") { Field = "DueDays" };
    }

    private static void Fill(Relation relation, RelationContent content)
    {
        relation.Kind = content.Kind;
        relation.Name = content.Name.Trim();
        relation.FirstName = Blank(content.FirstName);
        relation.LastName = Blank(content.LastName);
        relation.EnterpriseNumber = EnterpriseNumber.TryParse(content.EnterpriseNumber, out var number) ? number : null;
        relation.IsVatRegistered = content.IsVatRegistered;
        (relation.Street, relation.Zip, relation.City, relation.Country) = (content.Street.Trim(), content.Zip.Trim(), content.City.Trim(), FieldText.Country(content.Country));
        relation.Language = FieldText.Language(content.Language);
        relation.Phone = Blank(content.Phone);
        relation.Email = Blank(content.Email);
        relation.InvoiceEmail = Blank(content.InvoiceEmail);
        relation.InvoiceCc = Blank(content.InvoiceCc);
        relation.InvoiceBcc = Blank(content.InvoiceBcc);
        relation.ReminderEmail = Blank(content.ReminderEmail);
        relation.DueDays = content.DueDays;
        relation.PoNumber = Blank(content.PoNumber);
        relation.GetsReminders = content.GetsReminders;
    }

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
