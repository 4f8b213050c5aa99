using System.Globalization;
using Domi.Engine.Profiles;
using Domi.Engine.Tests.Console;
using Domi.Standards;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Pages;

/// <summary>The options of a profile's invoices: set in the console, kept by pages and mails.</summary>
public sealed class ProfileOptionsTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly Debtor debtor = new(app);

    [Fact]
    public async Task What_the_console_turns_on_and_off_the_payment_page_shows_and_leaves_out()
    {
        await app.ChangeCreditorAsync(c => c.Account = Iban.Parse("BE68 5390 0754 7034"));
        var path = await debtor.BookAsync("O-1", ct: 2);
        var before = await debtor.SeeAsync(path);
        using var person = await Person.OfAsync(app);

        using var saved = await person.DoAsync("/console/profiles/2/invoices",
            ("payMethods", "card"), ("scheduleDays", "0"), ("payMessage", "Factuur {number} van ons"), ("invoicePdf", "Never"), ("takesQuestions", "true"), ("showsHistory", "true"), ("headline-nl", "Dag"), ("thanks-nl", "Lijn 1\r\nLijn 2"));
        var after = await debtor.SeeAsync(path);

        Assert.Equal("/console/profiles/2/invoices", saved.Headers.Location!.OriginalString);
        foreach (var (part, was, now) in new[]
        {
            ("value=\"bancontact\"", true, false), ("value=\"card\"", true, true), ("BE68 5390 0754 7034", true, false), ("handler=automatic", true, false), ("handler=schedule", true, false), ("class=\"onphone\"", true, false),
            ("handler=question", false, true), ("handler=history", false, true), ("<p class=\"own\">Dag</p>", false, true),
        })
            Assert.Equal((part, was, now), (part, before.Contains(part, StringComparison.Ordinal), after.Contains(part, StringComparison.Ordinal)));

        var go = await debtor.SubmitAsync(path + "?handler=pay", ("nonce", Debtor.NonceOf(after)), ("method", "card"));
        var bank = "/simulator/" + go[(go.LastIndexOf('/') + 1)..];
        Assert.Contains("Factuur O-1 van ons", await debtor.SeeAsync(bank));
        await debtor.SubmitAsync(bank, ("outcome", "approve"));
        Assert.Contains("Lijn 1\nLijn 2", await debtor.SeeAsync(path));

        using var refused = await person.DoAsync("/console/profiles/2/invoices", ("payMethods", "card"), ("scheduleDays", "0"), ("invoicePdf", "Never"), ("headline-nl", new string('x', 201)));
        Assert.Contains("callout bad", await person.GetAsync("/console/profiles/2/invoices"));
        Assert.Equal("Dag", PageTexts.Of(await app.ReadEngineAsync(db => db.Profiles.AsNoTracking().SingleAsync(p => p.Number == 2)), "nl").Headline);
    }

    [Theory]
    [InlineData(InvoicePdf.IfThere, true, true, true)]
    [InlineData(InvoicePdf.IfThere, false, true, false)]
    [InlineData(InvoicePdf.Needed, true, true, true)]
    [InlineData(InvoicePdf.Needed, false, false, false)]
    [InlineData(InvoicePdf.Never, true, true, false)]
    public async Task The_document_goes_along_as_the_profile_says_and_may_be_waited_for(InvoicePdf rule, bool hasPdf, bool isMailed, bool isAttached)
    {
        var number = 50 + ((int)rule * 2) + (hasPdf ? 1 : 0);
        await app.GivenAProfileAsync(number, p => (p.SendsInvoices, p.InvoicePdf) = (true, rule));

        await debtor.BookAsync($"F-{number}", ct: number, shape: i =>
        {
            if (hasPdf) i["pdf"] = Convert.ToBase64String("%PDF-1.4 made for a test"u8.ToArray());
        });

        var mails = await debtor.MailsAsync($"C-F-{number}@example.org");
        Assert.Equal(isMailed ? 1 : 0, mails.Count);
        Assert.Equal(isAttached, mails.Any(m => m.Attachments.Any()));
    }

    [Theory]
    [InlineData(61, "https://call.example/done", "https://profile.example/{{number}}/{{locale}}?s={{state}}&i={{id}}", "https://all.example/{{type}}", "https://call.example/done")]
    [InlineData(62, null, "https://profile.example/{{number}}/{{locale}}?s={{state}}", "https://all.example/{{type}}", "https://profile.example/T%2062%2F%26/nl_BE?s=paid")]
    [InlineData(63, null, null, "https://all.example/{{type}}?r={{ref}}&s={{state}}", "https://all.example/invoice?r=R%261&s=paid")]
    [InlineData(64, null, null, null, null)]
    public async Task Who_has_paid_goes_where_the_invoice_says_else_the_profile_else_the_creditor(int ct, string? call, string? profile, string? all, string? expected)
    {
        await app.GivenAProfileAsync(ct, p => p.ThankYouUrl = profile);
        await app.ChangeCreditorAsync(c => c.ThankYouUrl = all);
        var path = await debtor.BookAsync($"T {ct}/&", ct: ct, shape: i =>
        {
            i["redirectUrl"] = call;
            i["ref"] = "R&1";
            i["customer"]!["email"] = "t@example.org";
        });

        var go = await debtor.SubmitAsync(path + "?handler=pay", ("nonce", await debtor.NonceAsync(path)), ("method", "card"));
        var page = await debtor.SeeAsync(await debtor.SubmitAsync("/simulator/" + go[(go.LastIndexOf('/') + 1)..], ("outcome", "approve")));
        await app.ChangeCreditorAsync(c => c.ThankYouUrl = null);

        if (expected is null) Assert.DoesNotContain("http-equiv=\"refresh\"", page);
        else Assert.Contains($"<meta http-equiv=\"refresh\" content=\"0;url={expected}\">", page);
        Assert.DoesNotContain("http-equiv=\"refresh\"", await debtor.SeeAsync(path));
    }

    [Fact]
    public async Task Who_has_signed_or_paid_a_link_goes_to_the_creditors_page_when_nothing_else_is_said()
    {
        await app.ChangeCreditorAsync(c => c.ThankYouUrl = "https://all.example/{{locale}}/{{type}}/{{id}}?s={{state}}");
        var (reference, sign) = await debtor.Creditor.InviteAsync("T-SIGN", ("iban", ""));
        var made = await debtor.Creditor.TakenAsync(HttpMethod.Post, "/payment/link", ("title", "A link"), ("amount", "5"));

        var exit = await debtor.SeeAsync(await debtor.SignAsync(sign, "t-sign@example.org"));
        var paid = await debtor.SeeAsync(await debtor.PayLinkAsync(new Uri(made.GetProperty("url").GetString()!).AbsolutePath));
        await app.ChangeCreditorAsync(c => c.ThankYouUrl = null);

        Assert.Contains($"0;url=https://all.example/nl_BE/document/{reference}?s=ok", exit);
        Assert.Contains($"0;url=https://all.example/en_BE/link/{made.GetProperty("id")}?s=paid", paid);
    }
}
