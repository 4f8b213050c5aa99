using Domi.Engine.Users;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>Who signs in for this creditor, and what each may do. Administrators make and change them; nobody gives a role above his own.</summary>
internal sealed class UsersModel(Desk desk, EditUsers edit) : ConsolePage(desk)
{
    public override string Section => "settings";

    public IReadOnlyList<ConsoleUser> All { get; private set; } = [];

    /// <summary>Roles that may be given to somebody of a role.</summary>
    public IEnumerable<ConsoleRole> Roles(ConsoleRole now) => Enum.GetValues<ConsoleRole>().Where(r => r <= Actor.Role || r == now);

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (!Actor.May(ConsoleRole.Administrator)) return NotFound();
        All = await Db.ConsoleUsers.AsNoTracking().Where(u => u.CreditorId == Me).OrderBy(u => u.Email).Take(200).ToListAsync(ct);
        return Page();
    }

    public Task<IActionResult> OnPostAddAsync(string? name, string? email, ConsoleRole role, CancellationToken ct)
    {
        if (!ModelState.IsValid || !Enum.IsDefined(role) || role > Actor.Role) return Task.FromResult<IActionResult>(NotFound());
        return ToldOnceAsync("user.add", async token =>
        {
            var (user, password) = await edit.AddAsync(Me, name, email, role, Actor.Language, token);
            return (user.Email, password);
        }, ct);
    }

    public async Task<IActionResult> OnPostChangeAsync(Guid id, ConsoleRole role, bool active, CancellationToken ct)
    {
        if (!ModelState.IsValid || !Enum.IsDefined(role) || role > Actor.Role || !await MayChangeAsync(id, ct)) return NotFound();
        return await ActAsync(ConsoleRole.Administrator, "user.change", async token => (await edit.ChangeAsync(Me, id, role, active, token)).Email, "/console/users", ct, active ? null : token => DoubtAsync("user.off", id, token));
    }

    public async Task<IActionResult> OnPostDeleteAsync(Guid id, CancellationToken ct)
    {
        if (!await MayChangeAsync(id, ct)) return NotFound();
        return await ActAsync(ConsoleRole.Administrator, "user.delete", async token => (await edit.DeleteAsync(Me, id, token)).Email, "/console/users", ct, token => DoubtAsync("user.delete", id, token));
    }

    private async Task<Doubt?> DoubtAsync(string key, Guid id, CancellationToken ct)
    {
        var user = await Db.ConsoleUsers.AsNoTracking().SingleAsync(u => u.CreditorId == Me && u.Id == id, ct);
        return new(key, ("name", user.Name), ("email", user.Email));
    }

    public async Task<IActionResult> OnPostPasswordAsync(Guid id, CancellationToken ct)
    {
        if (!await MayChangeAsync(id, ct)) return NotFound();
        return await ToldOnceAsync("user.password", async token =>
        {
            var (user, password) = await edit.ResetPasswordAsync(Me, id, secondFactorToo: true, token);
            return (user.Email, password);
        }, ct);
    }

    private async Task<IActionResult> ToldOnceAsync(string act, Func<CancellationToken, Task<(string Email, string Password)>> work, CancellationToken ct)
    {
        string? told = null;
        var answer = await ActAsync(ConsoleRole.Administrator, act, async token =>
        {
            (var email, told) = await work(token);
            return email;
        }, "/console/users", ct);
        if (told is not null) TempData["Once"] = told;
        return answer;
    }

    private Task<bool> MayChangeAsync(Guid id, CancellationToken ct) => Actor.Role is ConsoleRole.Controller
        ? Db.ConsoleUsers.AnyAsync(u => u.CreditorId == Me && u.Id == id, ct)
        : Db.ConsoleUsers.AnyAsync(u => u.CreditorId == Me && u.Id == id && u.Role != ConsoleRole.Controller, ct);
}
