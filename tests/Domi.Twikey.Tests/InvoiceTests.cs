using System.Text;
using static Domi.Twikey.Tests.ScriptedTwikey;

namespace Domi.Twikey.Tests;

public sealed class InvoiceTests : IAsyncLifetime
{
    private const string Id = "0192f0c1-2f6e-7c3a-9b1e-5d2f4a6b8c01";
    private const string Invoice = $$"""{"id":"{{Id}}","number":"2026-0007","state":"BOOKED","amount":121.0}""";

    private ScriptedTwikey twikey = null!; // set before each test

    public async ValueTask InitializeAsync() => twikey = await StartAsync();

    public ValueTask DisposeAsync() => twikey.DisposeAsync();

    [Theory]
    [InlineData(Id)]
    [InlineData("2026-0007")]
    public async Task An_invoice_is_found_by_id_and_by_number(string idOrNumber)
    {
        twikey.On($"GET /creditor/invoice/{idOrNumber}", Json(Invoice));

        Assert.Equal(new Guid(Id), (await twikey.Client.FindInvoiceAsync(idOrNumber))!.Id);
    }

    [Fact]
    public async Task An_unknown_invoice_is_null()
    {
        twikey.On("GET /creditor/invoice/2026-404", Refuse("err_not_found", "2026-404"));

        Assert.Null(await twikey.Client.FindInvoiceAsync("2026-404"));
    }

    [Fact]
    public async Task An_unknown_number_with_odd_characters_may_be_answered_with_nothing()
    {
        twikey.On("GET /creditor/invoice/INV#7 é", Say(200, null, ""));

        Assert.Null(await twikey.Client.FindInvoiceAsync("INV#7 é"));
        Assert.StartsWith("/creditor/invoice/INV%237%20%C3%A9?", twikey.Calls.Last().Target);
    }

    [Fact]
    public async Task Another_invoice_than_the_one_asked_for_is_not_believed()
    {
        twikey.On("GET /creditor/invoice/2026-0008", Json(Invoice));

        var fault = await Assert.ThrowsAsync<TwikeyException>(() => twikey.Client.FindInvoiceAsync("2026-0008"));
        Assert.Equal(TwikeyFault.Unreadable, fault.Fault);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(".")]
    [InlineData("..")]
    public async Task A_number_that_would_call_another_address_is_never_sent(string number)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => twikey.Client.FindInvoiceAsync(number));
        await Assert.ThrowsAsync<ArgumentException>(() => twikey.Client.ReadInvoicePdfAsync(number));

        Assert.Empty(twikey.Calls);
    }

    [Fact]
    public async Task A_change_answered_with_nothing_is_read_back()
    {
        twikey.On($"PUT /creditor/invoice/{Id}", Say(204, null, ""));
        twikey.On($"GET /creditor/invoice/{Id}", Json(Invoice));

        Assert.Equal("BOOKED", (await twikey.Client.UpdateInvoiceAsync(new(Id), new() { Title = "March" })).State);
    }

    [Theory]
    [InlineData("""{"number":"2026-0007","state":"BOOKED","amount":121}""")]
    [InlineData("""{"id":"7","number":"2026-0007","state":"BOOKED","amount":121}""")]
    [InlineData($$"""{"id":"{{Id}}","state":"BOOKED","amount":121}""")]
    [InlineData($$"""{"id":"{{Id}}","number":"2026-0007","state":"BOOKED"}""")]
    [InlineData($$"""{"id":"{{Id}}","number":"2026-0007","state":"BOOKED","amount":"12,50"}""")]
    [InlineData($$"""{"id":"{{Id}}","number":"2026-0007","state":"BOOKED","amount":[121]}""")]
    [InlineData("[]")]
    [InlineData("{}")]
    public async Task A_created_invoice_without_its_essentials_is_unreadable(string answer)
    {
        twikey.On("POST /creditor/invoice", Json(answer));

        var fault = await Assert.ThrowsAsync<TwikeyException>(() => twikey.Client.CreateInvoiceAsync(
            new(new(Id), "2026-0007", 121m, new(2026, 3, 2), new(2026, 4, 1), new("C1", null))));
        Assert.Equal((TwikeyFault.Unreadable, "TWK-UNREADABLE"), (fault.Fault, fault.SupportCode));
    }

    [Theory]
    [InlineData("\"2026-03-02\"", "2026-03-02")]
    [InlineData("\"2026-03-02T00:00:00\"", "2026-03-02")]
    [InlineData("\"2026-03-02T23:30:00.000Z\"", "2026-03-03")]
    [InlineData("\"2026-03-02T00:30:00+01:00\"", "2026-03-02")]
    [InlineData("1772406000000", "2026-03-02")]
    [InlineData("\"\"", null)]
    [InlineData("\"soon\"", null)]
    [InlineData("99999999999999999", null)]
    [InlineData("null", null)]
    [InlineData("{}", null)]
    public async Task Dates_are_read_in_many_forms_and_never_stop_an_answer(string wire, string? day)
    {
        twikey.On("GET /creditor/invoice/2026-0007", Json($$"""{"id":"{{Id}}","number":"2026-0007","amount":1,"date":{{wire}}}"""));

        Assert.Equal(day, (await twikey.Client.FindInvoiceAsync("2026-0007"))!.IssuedOn?.ToString("O"));
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("/relative")]
    [InlineData("")]
    public async Task A_payment_address_that_is_none_is_absent(string url)
    {
        twikey.On("GET /creditor/invoice/2026-0007", Json($$"""{"id":"{{Id}}","number":"2026-0007","amount":1,"url":"{{url}}"}"""));

        Assert.Null((await twikey.Client.FindInvoiceAsync("2026-0007"))!.Url);
    }

    [Fact]
    public async Task A_document_comes_byte_for_byte()
    {
        const string pdf = "%PDF-1.7\n1 0 obj\n%%EOF\n";
        twikey.On("GET /creditor/invoice/2026-0007/pdf", Say(200, "application/pdf", pdf));
        twikey.On("GET /creditor/mandate/pdf", Say(200, "application/pdf", pdf));

        Assert.Equal(pdf, Encoding.ASCII.GetString((await twikey.Client.ReadInvoicePdfAsync("2026-0007"))!));
        Assert.Equal(pdf, Encoding.ASCII.GetString((await twikey.Client.ReadMandatePdfAsync("CORE/1"))!));
        Assert.Equal("/creditor/mandate/pdf?mndtId=CORE%2F1", twikey.Calls.Last().Target);
    }

    [Fact]
    public async Task A_document_that_is_not_there_is_null()
    {
        twikey.On("GET /creditor/mandate/pdf", Refuse("err_no_contract"));
        twikey.On("GET /creditor/invoice/1/pdf", Say(404, null, ""));
        twikey.On("GET /creditor/invoice/2/pdf", Say(200, null, ""));

        Assert.Null(await twikey.Client.ReadMandatePdfAsync("CORE-1"));
        Assert.Null(await twikey.Client.ReadInvoicePdfAsync("1"));
        Assert.Null(await twikey.Client.ReadInvoicePdfAsync("2"));
        Assert.Null(await twikey.Client.ReadInvoicePdfAsync("3"));
    }

    [Theory]
    [InlineData("%PDF-1.7\n1 0 obj\n", TwikeyFault.Unreadable)]
    [InlineData("<html>Please log in to the network</html>", TwikeyFault.NotTwikey)]
    public async Task A_document_that_is_cut_or_none_is_a_fault(string body, TwikeyFault expected)
    {
        twikey.On("GET /creditor/invoice/1/pdf", Say(200, "application/pdf", body));

        Assert.Equal(expected, (await Assert.ThrowsAsync<TwikeyException>(() => twikey.Client.ReadInvoicePdfAsync("1"))).Fault);
    }
}
