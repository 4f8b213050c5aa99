using Domi.Engine.Profiles;
using Domi.Engine.Users;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>Another kind of agreement that the creditor offers.</summary>
internal sealed class NewProfileModel(Desk desk) : ConsolePage(desk)
{
    public override string Section => "settings";

    public IReadOnlyList<ActField> Fields =>
    [
        new("name", T["console.name"]), new("scheme", T["console.scheme"], Options: [(nameof(MandateScheme.Core), "SEPA Core"), (nameof(MandateScheme.B2B), "SEPA B2B")]), new("prefix", T["console.prefix"], Longest: 12),
    ];

    public IActionResult OnGet() => Actor.May(ConsoleRole.Administrator) ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync(string? name, MandateScheme scheme, string? prefix, CancellationToken ct)
    {
        Profile? made = null;
        var answer = await ActAsync(ConsoleRole.Administrator, "profile.add", async token =>
        {
            if (!ModelState.IsValid || !Enum.IsDefined(scheme)) return null;
            if (name?.Trim() is not { Length: > 0 and <= 140 } called) throw new RefusedException("name_missing", "The name is missing or too long.");
            if (prefix?.Trim().ToUpperInvariant() is not { Length: >= 2 and <= 12 } begin || !begin.All(char.IsAsciiLetterOrDigit)) throw new RefusedException("err_invalid_params", "No prefix.", ("name", T["console.prefix"]));

            var all = await Db.Profiles.Where(p => p.CreditorId == Me).Select(p => new { p.Number, p.Prefix }).ToListAsync(token);
            // Two counters behind one beginning would give the same number twice.
            if (all.Exists(p => p.Prefix.StartsWith(begin, StringComparison.OrdinalIgnoreCase) || begin.StartsWith(p.Prefix, StringComparison.OrdinalIgnoreCase))) throw new RefusedException("prefix_taken", $"Another profile begins like {begin}.");
            Db.Profiles.Add(made = new() { CreditorId = Me, Number = all.Select(p => p.Number).DefaultIfEmpty().Max() + 1, Name = called, Scheme = scheme, Prefix = begin });
            return called;
        }, "/console/profiles/new", ct);
        return made is not null && answer is LocalRedirectResult && TempData.Peek("Refused") is null ? LocalRedirect("/console/profiles/" + Tables.Text(made.Number)) : answer;
    }
}
