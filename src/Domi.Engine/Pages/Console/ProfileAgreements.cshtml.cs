using System.Globalization;
using Domi.Engine.Imports;
using Domi.Engine.Mandates;
using Domi.Engine.Profiles;
using Domi.Engine.Users;
using Domi.Engine.Wire;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>What a profile asks of its agreements: rules, ways to sign, terms, and the creditor's own questions.</summary>
internal sealed class ProfileAgreementsModel(Desk desk) : ProfilePage(desk)
{
    // Parameters of /invite and /sign that a file has no column for.
    private static readonly string[] OfInvitations = ["tc", "token", "check", "sendInvite", "reminderDays", "redirectUrl", "expiry", "method", "digsig", "place", "plan", "force", "handler", "cosignerName", "cosignerEmail"];

    public IReadOnlyList<ProfileAttribute> Questions => ProfileAttributes.Of(Profile);

    public bool Signs(string method) => SignMethods.Of(Profile).Contains(method);

    public string? TermsIn(string language) => AgreementText.TermsOf(Profile).GetValueOrDefault(language);

    public Task<IActionResult> OnPostAsync(int number, CancellationToken ct) => ActAsync(ConsoleRole.Administrator, "profile.change", async token =>
    {
        if (await Db.Profiles.SingleOrDefaultAsync(p => p.CreditorId == Me && p.Number == number, token) is not { } p) return null;

        var questions = Read(ProfileAttributes.Of(p));
        (p.NeedsOwnReference, p.KeepsOlderInvitations, p.OneMandatePerAccount) = (IsOn("ownReference"), IsOn("keepsOlder"), IsOn("onePerAccount"));
        if (p.Kind is not AgreementKind.CreditCard) p.SignMethods = Chosen("signMethods", SignMethods.Of(p.Kind));
        if (p.TakesCoSigners && Text("coSigning", 32) is { } choice) p.CoSigning = Enum.GetValues<CoSigning>().Where(c => c.ToString() == choice).Select(c => (CoSigning?)c).SingleOrDefault() ?? throw Invalid(T["console.cosigning"]);
        if (p.CoSigning is not CoSigning.None && !SignMethods.Of(p).Any(SignMethods.MayBeSecond))
            throw new RefusedException("cosigner_without_method", $"{p.Name} offers no way in which a second person signs.");
        p.TermsJson = AgreementText.Written(Texts.Languages.Select(l => (l, Terms: Request.Form["terms-" + l].ToString().ReplaceLineEndings("\n").Trim())).Where(t => t.Terms.Length > 0).ToDictionary(t => t.l, t => t.Terms));
        p.AttributesJson = ProfileAttributes.Written(questions);
        if (!IsOn("isDefault") || p.IsDefault) return p.Name;

        // There is always one, and one alone.
        foreach (var other in await Db.Profiles.Where(o => o.CreditorId == Me && o.IsDefault).ToListAsync(token)) other.IsDefault = false;
        p.IsDefault = true;
        return p.Name;
    }, $"/console/profiles/{Tables.Text(number)}/agreements", ct);

    private List<ProfileAttribute> Read(IReadOnlyList<ProfileAttribute> known)
    {
        var questions = new List<ProfileAttribute>();
        for (var i = 0; i < ProfileAttributes.Most; i++)
        {
            var field = string.Create(CultureInfo.InvariantCulture, $"q-{i}");
            if (Text(field + "-name", 50) is not { } name) continue;

            // A client sends the answer under this name, beside its own parameters; a file has it in a column.
            if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') || IsTaken(name) || questions.Exists(q => string.Equals(q.Name, name, StringComparison.OrdinalIgnoreCase)))
                throw Call.Invalid(T["console.question_name"], $"{name} is taken, or has other characters than letters and digits.");
            var type = ProfileAttributes.Types.SingleOrDefault(t => t == Request.Form[field + "-type"]) ?? throw Invalid(T["console.question_type"]);
            var options = (Text(field + "-options", 1000) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct().ToList();
            if (type is "select" or "multi" && options.Count == 0) throw Invalid(T["console.question_options"]);
            var question = known.FirstOrDefault(k => k.Name == name) ?? new(name, type, "", [], false, false);
            questions.Add(question with { Type = type, Description = Text(field + "-description", 200) ?? "", Options = type is "select" or "multi" ? options : [], IsMandatory = IsOn(field + "-needed"), IsReadOnly = IsOn(field + "-fixed"), IsAsked = IsOn(field + "-asked") });
        }

        return questions;
    }

    private static bool IsTaken(string name) =>
        AmendMandate.Named.Concat(OfInvitations).Concat(ImportShape.Of(ImportKind.Agreements).Columns.Select(c => c.Name)).Contains(name, StringComparer.OrdinalIgnoreCase)
        || name.StartsWith("transaction", StringComparison.OrdinalIgnoreCase) || name.StartsWith("subscription", StringComparison.OrdinalIgnoreCase);
}

/// <summary>The pages of one profile.</summary>
internal static class ProfileTabs
{
    public static IReadOnlyList<Tab> Of(Platform.Texts t, int number, string current) =>
        [.. new[] { ("", "console.general"), ("agreements", "console.agreements"), ("invoices", "console.profile_invoices") }.Select(p => new Tab($"/console/profiles/{Tables.Text(number)}{(p.Item1.Length > 0 ? "/" + p.Item1 : "")}", t[p.Item2], p.Item1 == current))];
}
