using Domi.BackOffice.Templates;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Companies;

/// <summary>
/// Makes another own company in this installation: its name and the example templates. Relations, numbers, connections and keys it has none;
/// administrators see it at once, clerks when they are given it.
/// </summary>
/// <remarks>Refuses with <c>name_missing</c>.</remarks>
public sealed class AddCompany(OfficeDb db, EditTemplates templates, Texts texts)
{
    /// <param name="id">Chosen with the form: sent twice it is one company.</param>
    public Task<OwnCompany> RunAsync(Guid id, string? name, CancellationToken ct) => db.WriteOrRepeatAsync(async token =>
    {
        if (string.IsNullOrWhiteSpace(name) || name.Trim().Length > 140) throw new RefusedException("name_missing", "The name is missing or too long.") { Field = "Name" };
        if (await db.Companies.IgnoreQueryFilters().SingleOrDefaultAsync(c => c.Id == id, token) is { } made) return made;

        var company = new OwnCompany { Id = id, Name = name.Trim() };
        db.Companies.Add(company);
        await db.SaveChangesAsync(token);
        await templates.AddExamplesAsync(company.Id, texts, token);
        return company;
    }, ct);
}
