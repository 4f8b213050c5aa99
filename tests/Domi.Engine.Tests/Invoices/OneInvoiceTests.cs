using System.Net.Http.Json;
using System.Text;
using Domi.Engine.DirectDebits;
using Domi.Engine.Invoices;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Tests.Invoices;

public sealed class OneInvoiceTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);

    private DateOnly Today => app.Engine.Services.GetRequiredService<BusinessClock>().Today;

    [Fact]
    public async Task It_is_found_by_its_id_and_its_number_whatever_that_looks_like()
    {
        var numbers = new[] { "ONE-1", "INV/2026/1", "INV#1", "50%25", Guid.CreateVersion7().ToString() };
        foreach (var number in numbers)
        {
            var id = (await client.BookAsync(EngineClient.Invoice(number, 10m, "ONE"))).GetProperty("id").GetString();
            Assert.Equal(number, (await client.GetAsync("/invoice/" + id)).GetProperty("number").GetString());
            Assert.Equal(id, (await client.GetAsync("/invoice/" + Uri.EscapeDataString(number))).GetProperty("id").GetString());
        }

        Assert.Equal("err_not_found", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, "/invoice/ONE-99")));
    }

    [Fact]
    public async Task A_part_may_be_changed_and_the_rest_stays()
    {
        await client.BookAsync(EngineClient.Invoice("PUT-1", 10m, "PUT", due: "2031-04-16"));

        using var answer = await client.SendAsync(HttpMethod.Put, "/invoice/PUT-1", JsonContent.Create(new { title = "New", @ref = 77 }));
        var body = await answer.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>();

        Assert.Equal(("New", "77", "2031-04-16", "090933755493"), (body.GetProperty("title").GetString(), body.GetProperty("ref").GetString(), body.GetProperty("duedate").GetString(), body.GetProperty("remittance").GetString()));
        Assert.StartsWith(app.EngineHttp.BaseAddress + "pay/", body.GetProperty("url").GetString());
    }

    [Theory]
    [InlineData("status", "ARCHIVED", "ARCHIVED")]
    [InlineData("state", "archived", "ARCHIVED")]
    [InlineData("state", "Paid", "PAID")]
    [InlineData("status", "BOOKED", "BOOKED")]
    public async Task A_state_is_read_under_two_names_in_any_case_and_twice(string name, string value, string state)
    {
        await client.BookAsync(EngineClient.Invoice("STATE-" + name + value, 10m, "STATE", due: "2031-04-16"));

        for (var i = 0; i < 2; i++)
        {
            using var answer = await client.SendAsync(HttpMethod.Put, "/invoice/STATE-" + name + value, new FormUrlEncodedContent([new(name, value)]));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Equal(state, await StateAsync("STATE-" + name + value));
    }

    [Fact]
    public async Task Another_due_date_moves_the_collection_that_the_bank_does_not_have_yet()
    {
        await client.GivenASignedMandate("DUE");
        await client.BookAsync(EngineClient.Invoice("DUE-1", 100m, "DUE", due: "2030-03-20"));

        await MoveAsync("DUE-1", "2031-06-20");
        var later = await RequestedOnAsync("DUE-1");
        await MoveAsync("DUE-1", Today.AddDays(1).ToString("yyyy-MM-dd"));

        Assert.Equal(new DateOnly(2031, 6, 20), later);
        Assert.Equal(Domi.Standards.TargetCalendar.NextOpen(Today.AddDays(14)), await RequestedOnAsync("DUE-1")); // announced anew
        Assert.Equal("PENDING", await StateAsync("DUE-1"));
    }

    [Fact]
    public async Task A_due_date_does_not_move_once_the_bank_has_the_collection()
    {
        await client.GivenASignedMandate("SENT");
        await client.BookAsync(EngineClient.Invoice("SENT-1", 100m, "SENT", due: "2026-03-20"));
        await app.ReadEngineAsync(async db =>
        {
            (await db.DirectDebits.SingleAsync(d => d.Ref == "SENT-1")).HandOver(Guid.CreateVersion7(), app.Engine.Services.GetRequiredService<BusinessClock>().GetUtcNow().AddDays(1), app.Engine.Services.GetRequiredService<BusinessClock>().GetUtcNow());
            return await db.SaveChangesAsync();
        });

        Assert.Equal("err_invalid_state", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Put, "/invoice/SENT-1", JsonContent.Create(new { duedate = "2031-06-20" }))));
        Assert.Equal("2026-03-20", (await client.GetAsync("/invoice/SENT-1")).GetProperty("duedate").GetString());
    }

    [Fact]
    public async Task Another_due_date_says_at_once_whether_it_has_passed()
    {
        await client.BookAsync(EngineClient.Invoice("PAST-1", 10m, "PAST", due: "2026-01-01"));
        var before = await StateAsync("PAST-1");
        await MoveAsync("PAST-1", "2031-01-02");
        var later = await StateAsync("PAST-1");
        await MoveAsync("PAST-1", "2026-01-02");

        Assert.Equal(("EXPIRED", "BOOKED", "EXPIRED"), (before, later, await StateAsync("PAST-1")));
        Assert.Equal(["EXPIRED", "BOOKED", "EXPIRED"], (await client.FeedAsync("/invoice", "Invoices")).Where(e => e.GetProperty("number").GetString() == "PAST-1").Select(e => e.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task An_invoice_is_deleted_unless_it_is_collected_or_has_payments()
    {
        await client.GivenASignedMandate("DEL");
        await client.BookAsync(EngineClient.Invoice("DEL-1", 10m, "DEL-X", due: "2031-01-01"));
        await client.BookAsync(EngineClient.Invoice("DEL-2", 100m, "DEL"));
        await client.BookAsync(EngineClient.Invoice("DEL-3", 10m, "DEL-X"));
        (await client.FormAsync("/invoice/DEL-3/action", ("type", "manualPayment"))).Dispose();

        using var gone = await client.SendAsync(HttpMethod.Delete, "/invoice/DEL-1");

        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        Assert.Equal("err_not_found", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Delete, "/invoice/DEL-1")));
        Assert.Equal("err_invalid_state", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Delete, "/invoice/DEL-2")));
        Assert.Equal("err_invalid_state", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Delete, "/invoice/DEL-3")));

        // The bank never had its collection: nothing of it is left.
        await client.DoneAsync(HttpMethod.Delete, "/transaction", ("ref", "DEL-2"));
        await client.DoneAsync(HttpMethod.Delete, "/invoice/DEL-2");
        Assert.Equal(0, await app.ReadEngineAsync(db => db.DirectDebits.CountAsync(d => d.Ref == "DEL-2")));
        Assert.Equal(["PENDING", "BOOKED"], (await client.FeedAsync("/invoice", "Invoices")).Where(e => e.GetProperty("number").GetString() == "DEL-2").Select(e => e.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task Twelve_who_attach_one_document_at_once_keep_it_once()
    {
        var pdf = Convert.ToBase64String(Encoding.ASCII.GetBytes("%PDF-1.4 the same for all" + new string('x', 200_000)));
        for (var n = 0; n < 12; n++) await client.BookAsync(EngineClient.Invoice("DOC-" + n, 10m, "DOC"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(n => Task.Run(async () =>
        {
            using var answer = await client.SendAsync(HttpMethod.Put, "/invoice/DOC-" + n, JsonContent.Create(new { pdf }));
            return answer.StatusCode;
        })));

        Assert.All(answers, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(1, await app.ReadEngineAsync(db => db.Invoices.Where(i => i.Number.StartsWith("DOC-")).Select(i => i.DocumentHash).Distinct().CountAsync()));
    }

    [Fact]
    public async Task Sending_and_reminding_mail_under_the_creditors_name_in_the_debtors_language()
    {
        await app.ChangeCreditorAsync(c => (c.SenderName, c.SenderAddress, c.ReplyTo) = ("Sender", "sender@example.org", "reply@example.org"));
        var invoice = EngineClient.Invoice("MAIL-1", 10m, "MAIL", due: "2031-01-01");
        invoice["cc"] = "copy@example.org";
        await client.BookAsync(invoice);

        foreach (var type in new[] { "send", "reminder" }) Assert.Equal(HttpStatusCode.NoContent, await ActAsync("MAIL-1", type));

        var mails = await app.ReadEngineAsync(db => db.Mails.Where(m => m.To == "MAIL@example.org").OrderBy(m => m.CreatedAt).ToListAsync());
        Assert.Equal(["Factuur MAIL-1 van My company", "Herinnering: factuur MAIL-1 van My company"], mails.Select(m => m.Subject));
        Assert.All(mails, m => Assert.Equal(("Sender", "sender@example.org", "reply@example.org", "copy@example.org", "nl"), (m.FromName, m.FromAddress, m.ReplyTo, m.Cc, m.Language)));
        Assert.Equal(1, (await client.GetAsync("/invoice/MAIL-1?include=meta")).GetProperty("meta").GetProperty("reminderLevel").GetInt32());
    }

    [Theory]
    [InlineData("PAID", "send", false)]
    [InlineData("PAID", "reminder", false)]
    [InlineData("ARCHIVED", "email", false)]
    [InlineData("ARCHIVED", "reminder", false)]
    [InlineData("PENDING", "email", true)]
    [InlineData("PENDING", "reminder", true)]
    [InlineData("EXPIRED", "send", true)]
    [InlineData("EXPIRED", "reminder", true)]
    [InlineData("CREDIT", "send", true)]
    [InlineData("CREDIT", "reminder", false)]
    public async Task What_is_mailed_depends_on_the_state(string state, string type, bool mailed)
    {
        var number = $"ACT-{state}-{type}";
        if (state == "PENDING") await client.GivenASignedMandate(number);
        await client.BookAsync(EngineClient.Invoice(number, state == "CREDIT" ? -10m : 100m, number, due: state == "EXPIRED" ? "2026-01-01" : "2031-01-01"));
        if (state is "PAID" or "ARCHIVED") (await client.SendAsync(HttpMethod.Put, "/invoice/" + number, new FormUrlEncodedContent([new("state", state)]))).Dispose();
        var before = await MailsAsync(number);

        if (mailed) Assert.Equal(HttpStatusCode.NoContent, await ActAsync(number, type));
        else Assert.Equal("err_invalid_state", await EngineClient.RefusalAsync(client.FormAsync($"/invoice/{number}/action", ("type", type))));

        Assert.Equal(mailed ? 1 : 0, await MailsAsync(number) - before);
    }

    [Fact]
    public async Task Without_an_address_nothing_is_sent_and_the_caller_is_told()
    {
        var invoice = EngineClient.Invoice("NOADDR", 10m, "NOADDR");
        ((System.Text.Json.Nodes.JsonObject)invoice["customer"]!).Remove("email");
        await client.BookAsync(invoice);

        foreach (var type in new[] { "send", "reminder" })
            Assert.Equal("err_missing_params", await EngineClient.RefusalAsync(client.FormAsync("/invoice/NOADDR/action", ("type", type))));
        Assert.Equal(0, (await app.ReadEngineAsync(db => db.Invoices.SingleAsync(i => i.Number == "NOADDR"))).ReminderLevel);
    }

    private Task<int> MailsAsync(string customer) => app.ReadEngineAsync(db => db.Mails.CountAsync(m => m.To == customer + "@example.org"));

    private async Task<HttpStatusCode> ActAsync(string number, string type)
    {
        using var answer = await client.FormAsync($"/invoice/{number}/action", ("type", type));
        return answer.StatusCode;
    }

    private async Task MoveAsync(string number, string due)
    {
        using var answer = await client.SendAsync(HttpMethod.Put, "/invoice/" + number, JsonContent.Create(new { duedate = due }));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private Task<DateOnly> RequestedOnAsync(string number) => app.ReadEngineAsync(db => db.DirectDebits.Where(d => d.Ref == number).Select(d => d.RequestedOn).SingleAsync());

    private async Task<string?> StateAsync(string number) => (await client.GetAsync("/invoice/" + number)).GetProperty("state").GetString();
}
