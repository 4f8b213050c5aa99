using Domi.Engine.PayLinks;
using Domi.Engine.Profiles;
using Domi.Engine.Users;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>What the pages and mails of a profile's invoices offer and say.</summary>
internal sealed class ProfileInvoicesModel(Desk desk) : ProfilePage(desk)
{
    public bool Pays(string method) => PayInvoice.MethodsOf(Profile).Contains(method);

    public Task<IActionResult> OnPostAsync(int number, CancellationToken ct) => ActAsync(ConsoleRole.Administrator, "profile.change", async token =>
    {
        if (await Db.Profiles.SingleOrDefaultAsync(p => p.CreditorId == Me && p.Number == number, token) is not { } p) return null;

        p.PayMethods = Chosen("payMethods", PayInvoice.Methods);
        (p.OffersTransfer, p.OffersAutomatic, p.ShowsQr) = (IsOn("offersTransfer"), IsOn("offersAutomatic"), IsOn("showsQr"));
        (p.ShowsHistory, p.TakesQuestions, p.AsksForEmail) = (IsOn("showsHistory"), IsOn("takesQuestions"), IsOn("asksForEmail"));
        (p.SendsInvoices, p.SendsReminders) = (IsOn("sendsInvoices"), IsOn("sendsReminders"));
        p.ScheduleDays = Number("scheduleDays", 0, 365);
        p.PayMessage = Text("payMessage", 140);
        p.ThankYouUrl = WebAddress.Read(Text("thankYouUrl", 500), "thankYouUrl");
        p.InvoicePdf = Enum.TryParse<InvoicePdf>(Request.Form["invoicePdf"], out var rule) && Enum.IsDefined(rule) ? rule : throw Invalid("invoicePdf");
        p.PageTextsJson = PageTexts.Written(Texts.Languages.ToDictionary(l => l, l => new PageText(Text("headline-" + l, PageText.MostHeadline), Lines("thanks-" + l, PageText.MostThanks), Lines("footer-" + l, PageText.MostFooter))));
        return p.Name;
    }, $"/console/profiles/{Tables.Text(number)}/invoices", ct);

    // A browser counts the end of a line as one character and sends two.
    private string? Lines(string field, int most) => Text(field, most * 2)?.ReplaceLineEndings("\n") is { } text ? text.Length <= most ? text : throw Invalid(field) : null;
}
