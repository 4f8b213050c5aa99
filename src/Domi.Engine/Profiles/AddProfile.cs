using System.Text.RegularExpressions;
using Domi.Platform;
using Domi.Standards;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Profiles;

/// <summary>A creditor offers another kind of agreement.</summary>
internal static partial class AddProfile
{
    /// <summary>The types that can be chosen, as the wire names them.</summary>
    public static readonly IReadOnlyList<string> Types = ["CORE", "B2B", "CREDITCARD", "CONTRACT"];

    /// <summary>Adds it inside the running transaction, under the next number.</summary>
    /// <exception cref="RefusedException"><c>name_missing</c>; <c>err_invalid_params</c>: type, or prefix, which must be letters and no other profile's.</exception>
    public static async Task<Profile> Async(EngineDb db, Guid creditorId, string? name, string? type, string? prefix, CancellationToken ct)
    {
        if (name?.Trim() is not { Length: > 0 and <= 140 } named) throw new RefusedException("name_missing", "The name is missing or too long.");
        if (!Types.Contains(type)) throw Invalid("type");
        var letters = prefix?.Trim().ToUpperInvariant() ?? "";
        // Letters only: a number behind one prefix is then never one behind another.
        if (!Prefix().IsMatch(letters) || await db.Profiles.AnyAsync(p => p.CreditorId == creditorId && p.Prefix == letters, ct)) throw Invalid("prefix");

        var profile = new Profile
        {
            CreditorId = creditorId,
            Number = await db.Profiles.Where(p => p.CreditorId == creditorId).MaxAsync(p => (int?)p.Number, ct) + 1 ?? 1,
            Name = named,
            Prefix = letters,
            Kind = type switch { "CREDITCARD" => AgreementKind.CreditCard, "CONTRACT" => AgreementKind.Contract, _ => AgreementKind.DirectDebit },
            Scheme = type == "B2B" ? MandateScheme.B2B : MandateScheme.Core,
        };
        db.Profiles.Add(profile);
        return profile;
    }

    private static RefusedException Invalid(string field) => new("err_invalid_params", $"{field} does not hold.", ("name", field));

    [GeneratedRegex("^[A-Z]{2,12}$")]
    private static partial Regex Prefix();
}
