using Domi.Platform;
using Domi.Standards;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Profiles;

/// <summary>A creditor offers another kind of agreement.</summary>
internal static class AddProfile
{
    /// <summary>The types that can be chosen, as the wire names them.</summary>
    public static readonly IReadOnlyList<string> Types = ["CORE", "B2B", "CREDITCARD", "CONTRACT"];

    /// <summary>Adds it inside the running transaction, under the next number.</summary>
    /// <exception cref="RefusedException"><c>name_missing</c>; <c>err_invalid_params</c>: type, or prefix, which has two to twelve letters and digits; <c>prefix_taken</c>.</exception>
    public static async Task<Profile> Async(EngineDb db, Guid creditorId, string? name, string? type, string? prefix, CancellationToken ct)
    {
        if (name?.Trim() is not { Length: > 0 and <= 140 } named) throw new RefusedException("name_missing", "The name is missing or too long.");
        if (!Types.Contains(type)) throw Invalid("type");
        if (prefix?.Trim().ToUpperInvariant() is not { Length: >= 2 and <= 12 } begin || !begin.All(char.IsAsciiLetterOrDigit)) throw Invalid("prefix");
        var all = await db.Profiles.Where(p => p.CreditorId == creditorId).Select(p => new { p.Number, p.Prefix }).ToListAsync(ct);
        // Two counters behind one beginning would give the same number twice.
        if (all.Exists(p => p.Prefix.StartsWith(begin, StringComparison.OrdinalIgnoreCase) || begin.StartsWith(p.Prefix, StringComparison.OrdinalIgnoreCase))) throw new RefusedException("prefix_taken", $"Another profile begins like {begin}.");

        var profile = new Profile
        {
            CreditorId = creditorId,
            Number = all.Select(p => p.Number).DefaultIfEmpty().Max() + 1,
            Name = named,
            Prefix = begin,
            Kind = type switch { "CREDITCARD" => AgreementKind.CreditCard, "CONTRACT" => AgreementKind.Contract, _ => AgreementKind.DirectDebit },
            Scheme = type == "B2B" ? MandateScheme.B2B : MandateScheme.Core,
        };
        db.Profiles.Add(profile);
        return profile;
    }

    private static RefusedException Invalid(string field) => new("err_invalid_params", $"{field} does not hold.", ("name", field));
}
