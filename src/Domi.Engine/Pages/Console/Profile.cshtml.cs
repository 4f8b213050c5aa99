using System.Globalization;
using Domi.Engine.DirectDebits;
using Domi.Engine.Profiles;
using Domi.Engine.Users;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>The rules of one profile: days, invitations, and what follows when a collection fails.</summary>
internal sealed class ProfileModel(Desk desk) : ProfilePage(desk)
{
    public Task<IActionResult> OnPostAsync(int number, CancellationToken ct) => ActAsync(ConsoleRole.Administrator, "profile.change", async token =>
    {
        if (await Db.Profiles.SingleOrDefaultAsync(p => p.CreditorId == Me && p.Number == number, token) is not { } p) return null;

        if (Text("name", 140) is not { } name) throw new RefusedException("name_missing", "The name is missing or too long.");
        (p.Name, p.IsActive, p.ShorterNotificationAgreed) = (name, IsOn("active"), IsOn("shorter"));
        (p.LeadDays, p.PrenotificationDays, p.LinkDays) = (Number("leadDays", 1, 30), Number("noticeDays", 0, 90), Number("linkDays", 1, 365));
        (p.SendsByItself, p.AnnouncesCollections) = (IsOn("sendsByItself"), IsOn("announces"));
        p.ReminderDays = ReminderDays();
        p.ExitUrl = WebAddress.Read(Text("exitUrl", 500), "exitUrl");
        p.FailureCharge = decimal.TryParse(Request.Form["charge"], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var charge) && charge is >= 0 and <= 1000 && decimal.Round(charge, 2) == charge
            ? charge : throw new RefusedException("err_invalid_amount", "No charge.", ("amount", Request.Form["charge"].ToString()));
        var plan = new FailurePlan(Steps(FailureBucket.Soft), Steps(FailureBucket.Hard), Steps(FailureBucket.Technical));
        plan.Require();
        p.FailurePlanJson = plan.Written();
        return p.Name;
    }, "/console/profiles/" + Tables.Text(number), ct);

    private string? ReminderDays()
    {
        if (Text("reminderDays", 40) is not { } text) return null;
        var days = text.Split([',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (days.Length > 4 || days.Any(d => !int.TryParse(d, NumberStyles.None, CultureInfo.InvariantCulture, out var day) || day is < 1 or > 365)) throw Invalid("reminderDays");
        return string.Join(',', days);
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
