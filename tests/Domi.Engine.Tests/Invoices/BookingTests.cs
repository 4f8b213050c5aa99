using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Domi.Engine.DirectDebits;
using Domi.Engine.Tests.Pages;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Tests.Invoices;

/// <summary>The central rule: who is collected from, on which mandate, and when.</summary>
public sealed class BookingTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);
    private readonly Debtor debtor = new(app);

    private DateOnly Today => app.Engine.Services.GetRequiredService<BusinessClock>().Today;

    [Theory]
    [InlineData("2026_001")]
    [InlineData("INV#7")]
    [InlineData("R&D-7")]
    [InlineData("FÉ-7")]
    [InlineData("@@@")]
    [InlineData("発票")]
    public async Task An_invoice_is_collected_whatever_characters_its_number_has(string number)
    {
        await client.GivenASignedMandate("SET");
        foreach (var remittance in new[] { "Honoraires", null, "発票" })
        {
            var invoice = EngineClient.Invoice(number + remittance?.Length, 50m, "SET");
            invoice["remittance"] = remittance;
            if (remittance is null) invoice.Remove("title");

            Assert.Equal("PENDING", (await client.BookAsync(invoice)).GetProperty("state").GetString());
        }

        var messages = await app.ReadEngineAsync(db => db.DirectDebits.Select(d => d.Message).ToListAsync());
        Assert.All(messages, m => Assert.True(m.Length > 0 && Domi.Standards.SepaText.IsAllowed(m), m));
    }

    [Fact]
    public async Task A_debtor_signs_for_an_invoice_whatever_characters_its_number_has()
    {
        var path = await debtor.BookAsync("2026_77", 50m, shape: i => i["remittance"] = "Honoraires");

        var done = await debtor.SignAsync(await debtor.ToSigningAsync(path), "set@example.org");

        Assert.Contains("Uw mandaat is ondertekend", await debtor.SeeAsync(done));
        Assert.Equal("PENDING", await StateAsync("2026_77"));
    }

    [Fact]
    public async Task A_long_title_a_long_name_and_many_copies_are_taken_or_refused_alike_on_both_databases()
    {
        var title = EngineClient.Invoice("LEN-1", 10m, "LEN");
        title["title"] = new string('t', 139) + "😀" + new string('t', 50);
        title.Remove("remittance");
        var copies = EngineClient.Invoice("LEN-2", 10m, "LEN");
        copies["cc"] = new JsonArray([.. Enumerable.Range(0, 20).Select(n => (JsonNode)(new string('a', 60) + n + "@example.org"))]);
        var mobile = EngineClient.Invoice("LEN-3", 10m, "LEN");
        mobile["customer"]!["mobile"] = "32" + new string('4', 48);
        var name = await client.InviteAsync("LEN-4", ("firstname", new string('f', 70)), ("lastname", new string('l', 70)));

        await client.BookAsync(title);
        Assert.Equal("err_invalid_email", await EngineClient.RefusalAsync(client.PostInvoiceAsync(copies)));
        Assert.Equal("err_invalid_params", await EngineClient.RefusalAsync(client.PostInvoiceAsync(mobile)));
        Assert.Equal(new string('t', 139), await app.ReadEngineAsync(db => db.Invoices.Where(i => i.Number == "LEN-1").Select(i => i.Remittance).SingleAsync()));
        Assert.Equal(70, (await app.ReadEngineAsync(db => db.Mandates.Where(m => m.Reference == name.Reference).Select(m => m.DebtorName).SingleAsync()))!.Length);
    }

    [Fact]
    public async Task The_mandate_that_was_signed_last_is_collected_on()
    {
        await client.GivenASignedMandate("TWO", ("iban", "BE68539007547034"));
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromMinutes(1));
        var second = await client.GivenASignedMandate("TWO", ("iban", "BE91001732641076"));
        await client.InviteAsync("TWO");

        await client.BookAsync(EngineClient.Invoice("TWO-1", 50m, "TWO"));

        Assert.Equal(second, (await client.GetAsync("/transaction/detail?ref=TWO-1")).GetProperty("Entries")[0].GetProperty("mndtId").GetString());
    }

    [Theory]
    [InlineData("field")]
    [InlineData("header")]
    [InlineData("profile")]
    [InlineData("prepared")]
    public async Task What_is_manual_of_another_profile_or_without_a_signature_is_not_collected(string why)
    {
        if (why == "prepared") await client.InviteAsync("NOT-" + why);
        else await client.GivenASignedMandate("NOT-" + why);
        var invoice = EngineClient.Invoice("NOT-" + why, 50m, "NOT-" + why, ct: why == "profile" ? 2 : 1, due: "2031-01-15");
        if (why == "field") invoice["manual"] = "true";

        using var answer = await client.SendAsync(HttpMethod.Post, "/invoice", JsonContent.Create(invoice), [.. why == "header" ? [("X-MANUAL", "true")] : Array.Empty<(string, string)>()]);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("BOOKED", await StateAsync("NOT-" + why));
    }

    [Fact]
    public async Task A_customer_is_named_by_his_mandate_or_his_number()
    {
        var reference = await client.GivenASignedMandate("NAMED");
        var byDocument = EngineClient.Invoice("NAMED-1", 50m, "X");
        (byDocument["customer"], byDocument["customerByDocument"]) = (null, reference.ToLowerInvariant());
        var byRef = EngineClient.Invoice("NAMED-2", 50m, "X");
        (byRef["customer"], byRef["customerByRef"]) = (null, "NAMED");

        Assert.Equal("PENDING", (await client.BookAsync(byDocument)).GetProperty("state").GetString());
        Assert.Equal("PENDING", (await client.BookAsync(byRef)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task Who_signs_later_than_the_invoice_was_booked_gets_the_full_notice_from_the_signature()
    {
        var due = Today.AddDays(34);
        var path = await debtor.BookAsync("NOTICE-1", 100m, due: due.ToString("yyyy-MM-dd"));
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(28));
        var (signed, page) = (Today, await debtor.ToSigningAsync(path));
        var shown = await debtor.SeeAsync(page);

        await debtor.SignAsync(page, "notice@example.org");

        var on = await app.ReadEngineAsync(db => db.DirectDebits.Where(d => d.Ref == "NOTICE-1").Select(d => d.RequestedOn).SingleAsync());
        Assert.Equal(Domi.Standards.TargetCalendar.NextOpen(signed.AddDays(14)), on);
        Assert.Contains(PageFormat.LongDay(on, "nl"), shown);
    }

    [Fact]
    public async Task A_suspended_or_cancelled_mandate_is_collected_on_only_by_force()
    {
        foreach (var how in new[] { "suspended", "cancelled" })
        {
            var reference = await client.GivenASignedMandate("FORCE-" + how);
            if (how == "cancelled") (await client.SendAsync(HttpMethod.Delete, $"/mandate?mndtId={reference}&rsn=over")).Dispose();
            else
                await app.ReadEngineAsync(async db =>
                {
                    (await db.Mandates.SingleAsync(m => m.Reference == reference)).Suspend(true);
                    return await db.SaveChangesAsync();
                });

            Assert.Equal("BOOKED", (await client.BookAsync(EngineClient.Invoice($"{how}-1", 100m, "FORCE-" + how))).GetProperty("state").GetString());
            using var forced = await client.SendAsync(HttpMethod.Post, "/invoice", JsonContent.Create(EngineClient.Invoice($"{how}-2", 100m, "FORCE-" + how)), ("X-FORCE-TRANSACTION", "true"));
            Assert.Equal("PENDING", await StateAsync($"{how}-2"));
        }

        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(60));

        Assert.Equal(["PAID", "PAID"], [await StateAsync("suspended-2"), await StateAsync("cancelled-2")]);
    }

    [Fact]
    public async Task Copies_come_as_a_text_a_list_an_object_of_numbers_and_with_the_customer()
    {
        var cases = new (string Number, JsonNode? Own, JsonNode? Theirs)[]
        {
            ("CC-1", "a@example.org, b@example.org", null), ("CC-2", new JsonArray("a@example.org", "b@example.org"), null),
            ("CC-3", new JsonObject { ["0"] = "a@example.org", ["1"] = "b@example.org" }, null), ("CC-4", null, new JsonArray("a@example.org", "b@example.org")),
            ("CC-5", "a@example.org", "b@example.org,A@example.org"),
        };
        foreach (var (number, own, theirs) in cases)
        {
            var invoice = EngineClient.Invoice(number, 10m, "CC");
            if (own is not null) invoice["cc"] = own;
            if (theirs is not null) invoice["customer"]!["cc"] = theirs;
            await client.BookAsync(invoice);
        }

        Assert.Equal(["a@example.org,b@example.org"], await app.ReadEngineAsync(db => db.Invoices.Where(i => i.Number.StartsWith("CC-")).Select(i => i.Cc).Distinct().ToListAsync()));
    }

    [Fact]
    public async Task A_document_may_be_named_by_its_address()
    {
        await using var shop = await Documents.StartAsync();
        var invoice = EngineClient.Invoice("URL-1", 10m, "URL");
        invoice["pdfUrl"] = shop.Url + "invoice.pdf";
        await client.BookAsync(invoice);
        var gone = EngineClient.Invoice("URL-2", 10m, "URL");
        gone["pdfUrl"] = shop.Url + "gone.pdf";
        var both = EngineClient.Invoice("URL-3", 10m, "URL");
        (both["pdfUrl"], both["pdf"]) = (shop.Url + "invoice.pdf", Convert.ToBase64String("%PDF-1.4"u8));
        var inside = EngineClient.Invoice("URL-4", 10m, "URL");
        inside["pdfUrl"] = "https://10.0.0.1/invoice.pdf";

        using var pdf = await client.SendAsync(HttpMethod.Get, "/invoice/URL-1/pdf");
        Assert.Equal("%PDF-1.4 from the shop", Encoding.ASCII.GetString(await pdf.Content.ReadAsByteArrayAsync()));
        Assert.Equal("invalid_file", await EngineClient.RefusalAsync(client.PostInvoiceAsync(gone)));
        Assert.Equal("err_invalid_params", await EngineClient.RefusalAsync(client.PostInvoiceAsync(both)));
        Assert.Equal("invalid_file", await EngineClient.RefusalAsync(client.PostInvoiceAsync(inside)));
        Assert.Equal(1, await app.ReadEngineAsync(db => db.Invoices.CountAsync(i => i.Number.StartsWith("URL-"))));
    }

    [Theory]
    [InlineData("12.345", false)]
    [InlineData("1e-40", false)]
    [InlineData("0.001", false)]
    [InlineData("12.100000000000001", true)]
    [InlineData("12,10", true)]
    [InlineData("1.21e1", true)]
    public async Task An_amount_with_more_than_cents_is_refused_and_the_noise_of_floating_point_is_not(string amount, bool taken)
    {
        var invoice = EngineClient.Invoice("CENT-" + amount, 0m, "CENT");
        invoice["amount"] = amount;

        if (taken) Assert.Equal(12.10m, (await client.BookAsync(invoice)).GetProperty("amount").GetDecimal());
        else Assert.Equal("err_invalid_amount", await EngineClient.RefusalAsync(client.PostInvoiceAsync(invoice)));
    }

    private async Task<string?> StateAsync(string number) => (await client.GetAsync("/invoice/" + number)).GetProperty("state").GetString();
}
