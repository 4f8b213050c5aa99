using static Domi.Twikey.Tests.ScriptedTwikey;

namespace Domi.Twikey.Tests;

public sealed class FeedTests : IAsyncLifetime
{
    private ScriptedTwikey twikey = null!; // set before each test

    public async ValueTask InitializeAsync() => twikey = await StartAsync();

    public ValueTask DisposeAsync() => twikey.DisposeAsync();

    [Theory]
    [InlineData(null, "0")]
    [InlineData("", "0")]
    [InlineData("41", "41")]
    [InlineData("evt_41", "evt_41")]
    public async Task The_position_is_sent_with_every_read(string? after, string sent)
    {
        twikey.On("GET /creditor/invoice", Json("""{"Invoices":[]}"""));
        twikey.On("GET /creditor/invoice/payment/feed", Json("""{"Payments":[]}"""));
        twikey.On("GET /creditor/mandate", Json("""{"Messages":[],"GrpHdr":{}}"""));

        await twikey.Client.ReadInvoicesAsync(after);
        await twikey.Client.ReadPaymentsAsync(after);
        await twikey.Client.ReadMandatesAsync(after);

        var reads = twikey.Calls.Where(call => call.Method == "GET").ToList();
        Assert.Equal(3, reads.Count);
        Assert.All(reads, read => Assert.Equal(sent, read.Headers["X-RESUME-AFTER"]));
    }

    [Fact]
    public async Task A_read_that_fails_twice_is_repeated_from_the_same_position()
    {
        var down = Say(503, "text/html", "<html>Down</html>");
        twikey.On("GET /creditor/invoice", down, down, Json("""{"Invoices":[]}""", ("X-LAST", "41")));

        var page = await twikey.Client.ReadInvoicesAsync("41");

        Assert.Equal("41", page.Last);
        Assert.Equal(["41", "41", "41"],
            twikey.Calls.Where(call => call.Method == "GET").Select(call => call.Headers["X-RESUME-AFTER"]));
        Assert.Equal(1, twikey.Logins);
    }

    [Fact]
    public async Task An_empty_feed_is_an_empty_page_at_no_new_position()
    {
        twikey.On("GET /creditor/invoice/payment/feed", Json("""{"Payments":[]}"""), Json("""{"Payments":null}"""), Json("""{"payments":{}}"""));

        foreach (var _ in Enumerable.Range(0, 3))
        {
            var page = await twikey.Client.ReadPaymentsAsync("41");
            Assert.Empty(page.Items);
            Assert.Null(page.Last);
        }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"message":"Maintenance"}""")]
    [InlineData("""{"Payments":"none"}""")]
    [InlineData("""{"Payments":{"eventId":"evt_1"}}""")]
    public async Task An_answer_without_the_list_is_no_empty_feed(string answer)
    {
        twikey.On("GET /creditor/invoice/payment/feed", Json(answer));

        var fault = await Assert.ThrowsAsync<TwikeyException>(() => twikey.Client.ReadPaymentsAsync("41"));
        Assert.Equal(TwikeyFault.Unreadable, fault.Fault);
    }

    [Fact]
    public async Task Without_a_position_in_the_answer_the_last_sequence_is_the_position()
    {
        twikey.On("GET /creditor/mandate", Json(
            """{"Messages":[{"OrgnlMndtId":"A","CxlRsn":{},"EvtId":7},{"OrgnlMndtId":"B","CxlRsn":{},"seq":"8"}]}"""));

        Assert.Equal("8", (await twikey.Client.ReadMandatesAsync(null)).Last);
    }

    [Fact]
    public async Task The_same_entry_has_the_same_text_however_it_is_sent()
    {
        twikey.On("GET /creditor/invoice/payment/feed",
            Json("""{"Payments":[{"eventId":"evt_1","amount":12.50,"origin":{"ref":"é\/x","number":null}}]}"""),
            Json("""{ "Payments": [ { "origin": { "number": null, "ref": "\u00e9/x" }, "amount": 12.50, "eventId": "evt_1" } ] }"""));

        var (first, second) = (await twikey.Client.ReadPaymentsAsync("0"), await twikey.Client.ReadPaymentsAsync("0"));

        Assert.Equal("""{"amount":12.50,"eventId":"evt_1","origin":{"number":null,"ref":"é/x"}}""", first.Items[0].Json);
        Assert.Equal(first.Items[0].Json, second.Items[0].Json);
    }

    [Fact]
    public async Task A_list_sent_as_an_object_keeps_its_order()
    {
        var entries = string.Join(',', Enumerable.Range(0, 12).Reverse().Select(i => $$"""
            "{{i}}":{"eventId":"evt_{{i}}","eventType":"payment","occurredAt":"2026-03-05T04:00:00Z","amount":{{i}}}
            """));
        twikey.On("GET /creditor/invoice/payment/feed", Json("{\"Payments\":{" + entries + "}}"));

        var page = await twikey.Client.ReadPaymentsAsync("0");

        Assert.Equal(Enumerable.Range(0, 12).Select(i => (decimal)i), page.Items.Select(item => item.Value!.Amount));
    }

    [Theory]
    [InlineData("""{"eventType":"payment","occurredAt":"2026-03-05T04:00:00Z","amount":1}""")]
    [InlineData("""{"eventId":"evt_1","occurredAt":"2026-03-05T04:00:00Z","amount":1}""")]
    [InlineData("""{"eventId":"evt_1","eventType":"payment","amount":1}""")]
    [InlineData("""{"eventId":"evt_1","eventType":"payment","occurredAt":"yesterday","amount":1}""")]
    [InlineData("""{"eventId":"evt_1","eventType":"payment","occurredAt":"2026-03-05T04:00:00Z","amount":"1.2.3"}""")]
    [InlineData("""{"eventId":"\ud800","eventType":"payment","occurredAt":"2026-03-05T04:00:00Z","amount":1}""")]
    [InlineData("null")]
    [InlineData("[]")]
    public async Task One_payment_that_cannot_be_read_does_not_stop_the_next(string entry)
    {
        twikey.On("GET /creditor/invoice/payment/feed", Json(
            $$"""{"Payments":[{{entry}},{"eventId":"evt_2","eventType":"chargeback","occurredAt":"2026-03-05T04:00:00Z","amount":2}]}"""));

        var page = await twikey.Client.ReadPaymentsAsync("0");

        Assert.Null(page.Items[0].Value);
        Assert.NotNull(page.Items[0].Problem);
        Assert.NotEmpty(page.Items[0].Json);
        Assert.Equal(("evt_2", "chargeback", 1), (page.Items[1].Value!.EventId, page.Items[1].Value!.EventType, page.Items[1].Position));
    }

    [Fact]
    public async Task Somebody_else_reading_the_feed_is_told_apart()
    {
        twikey.On("GET /creditor/invoice", Refuse("err_call_in_progress"));

        var fault = await Assert.ThrowsAsync<TwikeyException>(() => twikey.Client.ReadInvoicesAsync("41"));
        Assert.Equal((TwikeyFault.InProgress, "TWK-BUSY", "err_call_in_progress"), (fault.Fault, fault.SupportCode, fault.Code));
    }
}
