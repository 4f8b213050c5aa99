using Domi.Engine.Profiles;
using Domi.Engine.Users;
using Microsoft.AspNetCore.Mvc;

namespace Domi.Engine.Pages.Console;

/// <summary>Another kind of agreement that the creditor offers.</summary>
internal sealed class NewProfileModel(Desk desk) : ConsolePage(desk)
{
    public override string Section => "settings";

    public IReadOnlyList<ActField> Fields =>
    [
        new("name", T["console.name"]), new("type", T["console.scheme"], Options: [.. AddProfile.Types.Select(t => (t, T[$"console.agreement_type.{t}"]))]), new("prefix", T["console.prefix"], Longest: 12),
    ];

    public IActionResult OnGet() => Actor.May(ConsoleRole.Administrator) ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync(string? name, string? type, string? prefix, CancellationToken ct)
    {
        Profile? made = null;
        var answer = await ActAsync(ConsoleRole.Administrator, "profile.add", async token => (made = await AddProfile.Async(Db, Me, name, type, prefix, token)).Name, "/console/profiles/new", ct);
        return made is not null && answer is LocalRedirectResult && TempData.Peek("Refused") is null ? LocalRedirect("/console/profiles/" + Tables.Text(made.Number)) : answer;
    }
}
