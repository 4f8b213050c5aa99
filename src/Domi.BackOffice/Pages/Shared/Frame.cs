using Domi.BackOffice.Invoices;
using Domi.BackOffice.Runs;
using Domi.BackOffice.Users;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Shared;

/// <summary>What stands around every page: who works for which own company, where one is, and what is running.</summary>
public sealed class Frame(OfficeDb db, Actor actor)
{
    public sealed record Company(Guid Id, string Name, bool IsCurrent);

    public sealed record Running(Guid Id, RunKind Kind, int Done, int Total)
    {
        public int Percent => Total == 0 ? 100 : Done * 100 / Total;
    }

    public sealed record Content(string UserName, string Initials, string Language, bool IsAdministrator, string CompanyName, IReadOnlyList<Company> Companies, int Proposals, Running? Run, string Section);

    public async Task<Content> ReadAsync(HttpContext context)
    {
        var ct = context.RequestAborted;
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == actor.UserId, ct);
        var companies = await SignIn.CompaniesOf(db, user).OrderBy(c => c.Name).Select(c => new Company(c.Id, c.Name, c.Id == actor.CompanyId)).Take(200).ToListAsync(ct);
        var proposals = await db.Invoices.CountAsync(i => i.State == InvoiceState.Proposal, ct);
        var run = await db.Runs.Where(r => r.FinishedAt == null).OrderByDescending(r => r.StartedAt)
            .Select(r => new Running(r.Id, r.Kind, db.RunItems.Count(i => i.RunId == r.Id && i.State != ItemState.Waiting), r.Total)).FirstOrDefaultAsync(ct);
        return new(user.Name, InitialsOf(user.Name), user.Language, actor.IsAdministrator, companies.FirstOrDefault(c => c.IsCurrent)?.Name ?? "", companies, proposals, run, SectionOf(context.Request.Path));
    }

    private static string InitialsOf(string name)
    {
        var words = name.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 0 ? "?" : string.Concat(words.Length == 1 ? words[0][..1] : words[0][..1] + words[^1][..1]).ToUpperInvariant();
    }

    private static string SectionOf(PathString path) => path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? "dashboard";
}
