using System.Globalization;
using Domi.Engine.Profiles;
using Domi.Engine.Users;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>A page that changes one profile: reading it, and reading what a form says.</summary>
internal abstract class ProfilePage(Desk desk) : ConsolePage(desk)
{
    public override string Section => "settings";

    public Profile Profile { get; private set; } = null!; // set before the page is drawn

    /// <summary>Number, type and prefix; a prefix that is the type is not said twice.</summary>
    public string Sub => string.Join(" · ", new[] { Tables.Text(Profile.Number), Profile.WireType, Profile.Prefix }.Distinct());

    public async Task<IActionResult> OnGetAsync(int number, CancellationToken ct)
    {
        if (!Actor.May(ConsoleRole.Administrator) || await Db.Profiles.AsNoTracking().SingleOrDefaultAsync(p => p.CreditorId == Me && p.Number == number, ct) is not { } profile) return NotFound();
        Profile = profile;
        return Page();
    }

    protected bool IsOn(string field) => Request.Form[field] == "true";

    protected string? Text(string field, int most) => Request.Form[field].ToString().Trim() is { Length: > 0 } text ? text.Length <= most ? text : throw Invalid(field) : null;

    protected int Number(string field, int least, int most) =>
        int.TryParse(Request.Form[field], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : throw Invalid(field);

    /// <summary>Null for all of them: what is added later is then offered too.</summary>
    protected string? Chosen(string field, IReadOnlyList<string> all)
    {
        var chosen = all.Where(m => Request.Form[field].Contains(m)).ToList();
        if (chosen.Count == 0) throw Invalid(field);
        return chosen.Count == all.Count ? null : string.Join(',', chosen);
    }

    protected static RefusedException Invalid(string field) => new("err_invalid_params", $"{field} does not hold.", ("name", field));
}
