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
        OwnCompany.RequireName(name);
        if (await db.Companies.IgnoreQueryFilters().SingleOrDefaultAsync(c => c.Id == id, token) is { } made) return made;

        return await MakeAsync(new() { Id = id, Name = name.Trim() }, token);
    }, ct);

    /// <summary>The same within a transaction: the first one, of a first start.</summary>
    internal async Task<OwnCompany> MakeAsync(OwnCompany company, CancellationToken ct)
    {
        db.Companies.Add(company);
        await db.SaveChangesAsync(ct);
        await templates.AddExamplesAsync(company.Id, texts, ct);
        return company;
    }
}
