using System.Globalization;
using Domi.Engine.DirectDebits;
using Domi.Engine.Mandates;
using Domi.Engine.PayLinks;
using Domi.Engine.Profiles;
using Domi.Engine.Users;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>The rules of one profile: days, ways to sign and to pay, terms and questions, and what follows when a collection fails.</summary>
internal sealed class ProfileModel(Desk desk) : ConsolePage(desk)
{
    public override string Section => "settings";

    public Profile Profile { get; private set; } = null!; // set before the page is drawn

    public bool Pays(string method) => PayInvoice.MethodsOf(Profile).Contains(method);

    public bool Signs(string method) => SignMethods.Of(Profile).Contains(method);

    public string? TermsIn(string language) => AgreementText.TermsOf(Profile).GetValueOrDefault(language);

    /// <summary>The questions there are, and two that are none yet.</summary>
    public IEnumerable<(int At, ProfileAttribute? Attribute)> Questions()
    {
        var known = ProfileAttributes.Of(Profile);
        for (var i = 0; i < Math.Min(ProfileAttributes.Most, known.Count + 2); i++) yield return (i, i < known.Count ? known[i] : null);
    }

    public async Task<IActionResult> OnGetAsync(int number, CancellationToken ct)
    {
        if (!Actor.May(ConsoleRole.Administrator) || await Db.Profiles.AsNoTracking().SingleOrDefaultAsync(p => p.CreditorId == Me && p.Number == number, ct) is not { } profile) return NotFound();
        Profile = profile;
        return Page();
    }

    public Task<IActionResult> OnPostAsync(int number, CancellationToken ct) => ActAsync(ConsoleRole.Administrator, "profile.change", async token =>
    {
        if (await Db.Profiles.SingleOrDefaultAsync(p => p.CreditorId == Me && p.Number == number, token) is not { } p) return null;

        if (Text("name", 140) is not { } name) throw new RefusedException("name_missing", "The name is missing or too long.");
        (p.Name, p.IsActive, p.ShorterNotificationAgreed) = (name, IsOn("active"), IsOn("shorter"));
        (p.LeadDays, p.PrenotificationDays, p.LinkDays) = (Number("leadDays", 1, 30), Number("noticeDays", 0, 90), Number("linkDays", 1, 365));
        (p.SendsByItself, p.SendsInvoices, p.SendsReminders) = (IsOn("sendsByItself"), IsOn("sendsInvoices"), IsOn("sendsReminders"));
        p.PayMethods = Chosen("payMethods", PayInvoice.Methods);
        if (p.Kind is not AgreementKind.CreditCard) p.SignMethods = Chosen("signMethods", SignMethods.Of(p.Kind));
        p.TermsJson = AgreementText.Written(Texts.Languages.Select(l => (l, Terms: Request.Form["terms-" + l].ToString().ReplaceLineEndings("\n").Trim())).Where(t => t.Terms.Length > 0).ToDictionary(t => t.l, t => t.Terms));
        p.AttributesJson = ProfileAttributes.Written(Attributes());
        p.ReminderDays = ReminderDays();
        p.ExitUrl = WebAddress.Read(Text("exitUrl", 500), "exitUrl");
        p.FailureCharge = decimal.TryParse(Request.Form["charge"], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var charge) && charge is >= 0 and <= 1000 && decimal.Round(charge, 2) == charge
            ? charge : throw new RefusedException("err_invalid_amount", "No charge.", ("amount", Request.Form["charge"].ToString()));
        var plan = new FailurePlan(Steps(FailureBucket.Soft), Steps(FailureBucket.Hard), Steps(FailureBucket.Technical));
        plan.Require();
        p.FailurePlanJson = plan.Written();
        return p.Name;
    }, "/console/profiles/" + Tables.Text(number), ct);

    private bool IsOn(string field) => Request.Form[field] == "true";

    private string? Text(string field, int most) => Request.Form[field].ToString().Trim() is { Length: > 0 } text ? text.Length <= most ? text : throw Invalid(field) : null;

    private int Number(string field, int least, int most) =>
        int.TryParse(Request.Form[field], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : throw Invalid(field);

    /// <summary>Null for all of them: what is added later is then offered too.</summary>
    private string? Chosen(string field, IReadOnlyList<string> all)
    {
        var chosen = all.Where(m => Request.Form[field].Contains(m)).ToList();
        if (chosen.Count == 0) throw Invalid(field);
        return chosen.Count == all.Count ? null : string.Join(',', chosen);
    }

    private string? ReminderDays()
    {
        if (Text("reminderDays", 40) is not { } text) return null;
        var days = text.Split([',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (days.Length > 4 || days.Any(d => !int.TryParse(d, NumberStyles.None, CultureInfo.InvariantCulture, out var day) || day is < 1 or > 365)) throw Invalid("reminderDays");
        return string.Join(',', days);
    }

    private List<ProfileAttribute> Attributes()
    {
        var attributes = new List<ProfileAttribute>();
        for (var i = 0; i < ProfileAttributes.Most; i++)
        {
            var field = $"attribute-{i}";
            string Said(string part) => Request.Form[$"{field}-{part}"].ToString().Trim();
            if (Said("name") is not { Length: > 0 } name) continue;
            attributes.Add(new(name, Said("type"), Said("description"), Said("options").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
                IsOn(field + "-mandatory"), IsOn(field + "-readonly"), IsOn(field + "-asked")));
        }

        return attributes;
    }

    private List<FailureStep> Steps(FailureBucket bucket)
    {
        var steps = new List<FailureStep>();
        for (var i = 0; i < 12; i++)
        {
            var field = $"{bucket}-{i}";
            if (!Enum.TryParse<FailureStepKind>(Request.Form[field + "-kind"], out var kind) || !Enum.IsDefined(kind)) continue;
            var channel = Enum.TryParse<DebtorChannel>(Request.Form[field + "-channel"], out var given) && Enum.IsDefined(given) ? given : DebtorChannel.Email;
            steps.Add(new(kind, Number(field + "-days", 0, 90), kind is FailureStepKind.Retry && IsOn(field + "-first"), channel));
        }

        return steps;
    }

    private static RefusedException Invalid(string field) => new("err_invalid_params", $"{field} does not hold.", ("name", field));
}

/// <summary>An address of the web that a person types.</summary>
internal static class WebAddress
{
    /// <exception cref="RefusedException"><c>err_invalid_params</c>: no address of http or https.</exception>
    public static string? Read(string? typed, string field)
    {
        if (string.IsNullOrWhiteSpace(typed)) return null;
        return typed.Trim() is { Length: <= 500 } text && Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "https" or "http" && address.UserInfo.Length == 0
            ? text : throw new RefusedException("err_invalid_params", "That is no address.", ("name", field));
    }
}
