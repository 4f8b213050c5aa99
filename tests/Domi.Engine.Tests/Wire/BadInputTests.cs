using System.Net.Http.Headers;
using System.Text;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Wire;

/// <summary>Rubbish on every route: the dialect answers, nothing is a fault of ours, nothing is half saved.</summary>
public sealed class BadInputTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);

    private static readonly (string Method, string Path)[] Routes =
    [
        ("POST", ""), ("GET", "/template"), ("GET", "/legal"), ("POST", "/invite"), ("POST", "/prepare"), ("GET", "/mandate"), ("GET", "/mandate/detail"), ("GET", "/mandate/pdf"), ("POST", "/mandate/pdf"),
        ("DELETE", "/mandate"), ("GET", "/mandate/query"), ("POST", "/invoice"), ("GET", "/invoice"), ("GET", "/invoice/payment/feed"), ("GET", "/invoice/NONE"), ("PUT", "/invoice/NONE"), ("DELETE", "/invoice/NONE"),
        ("GET", "/invoice/NONE/pdf"), ("POST", "/invoice/NONE/action"), ("GET", "/transaction"), ("GET", "/transaction/detail"), ("PUT", "/invoice/BAD-KEPT"), ("POST", "/invoice/BAD-KEPT/action"),
        ("GET", "/invoice/%ED%A0%80"), ("GET", "/nowhere"), ("PATCH", "/invoice/NONE"),
        ("POST", "/transaction"), ("PUT", "/transaction"), ("DELETE", "/transaction"), ("GET", "/transaction/query"), ("POST", "/transaction/action"), ("POST", "/transaction/refund"), ("POST", "/transaction/bulk"), ("GET", "/transaction/bulk"), ("POST", "/reservation"), ("DELETE", "/reservation"),
        ("POST", "/collect"), ("GET", "/collect"), ("GET", "/collect/query"), ("POST", "/subscription"), ("GET", "/subscription/query"), ("GET", "/subscription/NONE/NONE"), ("POST", "/subscription/NONE/NONE"), ("PATCH", "/subscription/NONE/NONE"), ("DELETE", "/subscription/NONE/NONE"), ("POST", "/subscription/NONE/NONE/suspend"),
        ("GET", "/subscription/%ED%A0%80/%ED%A0%80"), ("POST", "/payment/link"), ("GET", "/payment/link"), ("DELETE", "/payment/link"), ("POST", "/payment/link/refund"), ("GET", "/payment/link/feed"), ("GET", "/payment/methods"), ("POST", "/transfer"), ("DELETE", "/transfer"), ("GET", "/transfer"), ("GET", "/transfer/detail"),
        ("POST", "/transfer/complete"), ("GET", "/transfer/complete"), ("GET", "/transfers/beneficiaries"), ("POST", "/transfers/beneficiaries"), ("DELETE", "/transfers/beneficiaries/NONE"), ("GET", "/customer/NONE"), ("PATCH", "/customer/NONE"), ("PUT", "/customer/NONE"), ("DELETE", "/customer/NONE"),
        ("GET", "/customer/%ED%A0%80"), ("POST", "/ibanblacklist"), ("GET", "/ibanblacklist"), ("DELETE", "/ibanblacklist"),
        ("POST", "/sign"), ("POST", "/mandate/update"), ("POST", "/mandate/NONE/action"), ("POST", "/mandate/%ED%A0%80/action"), ("POST", "/customeraccess"), ("POST", "/ident"), ("GET", "/issuers/idin"), ("POST", "/ibancheck"), ("POST", "/invoice/ubl"), ("POST", "/invoice/bulk"), ("GET", "/invoice/bulk"),
        ("GET", "/invoice/NONE/ubl"), ("PATCH", "/invoice/NONE/reoffer"), ("POST", "/reporting"), ("GET", "/reporting"), ("POST", "/files"), ("GET", "/files"), ("GET", "/files/NONE"), ("GET", "/files/%ED%A0%80"),
    ];

    public static readonly TheoryData<string, string, byte[]> Bodies = new()
    {
        { "torn JSON", "application/json", "{\"title\":\"new\","u8.ToArray() },
        { "no JSON", "application/json", "<xml/>"u8.ToArray() },
        { "a number", "application/json", "7"u8.ToArray() },
        { "Latin-1", "application/json", Encoding.Latin1.GetBytes("{\"title\":\"Société\",\"number\":\"B\"}") },
        { "Latin-1 within", "application/json", Encoding.Latin1.GetBytes("{\"customer\":{\"lastname\":\"é\",\"customerNumber\":\"B\"}}") },
        { "a name in Latin-1", "application/json", Encoding.Latin1.GetBytes("{\"é\":1}") },
        { "half a character", "application/json", "{\"title\":\"\\ud800\"}"u8.ToArray() },
        { "half a character within", "application/json", "{\"lines\":[{\"x\":\"\\udc00\"}],\"customer\":{\"lastname\":\"\\udc00\"}}"u8.ToArray() },
        { "NUL", "application/json", "{\"title\":\"\\u0000\",\"apiToken\":\"\\u0000\",\"mndtId\":\"\\u0000\",\"type\":\"\\u0000\"}"u8.ToArray() },
        { "too deep", "application/json", Encoding.ASCII.GetBytes(new string('[', 200)) },
        { "torn multipart", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nne"u8.ToArray() },
        { "multipart without boundary", "multipart/form-data", "--x"u8.ToArray() },
        { "UTF-7", "application/x-www-form-urlencoded; charset=utf-7", "title=a&apiToken=b&mndtId=c&type=d&ct=1"u8.ToArray() },
        { "NUL in a form", "application/x-www-form-urlencoded", "title=a%00b&apiToken=%00&mndtId=%00&rsn=%00&type=%00&ct=1"u8.ToArray() },
        { "three thousand fields", "application/x-www-form-urlencoded", Encoding.ASCII.GetBytes(string.Join('&', Enumerable.Range(0, 3000).Select(i => $"f{i}=1"))) },
    };

    [Theory]
    [InlineData("[{\"unitprice\":\"\\ud800\"}]")]
    [InlineData("[{\"\\ud800\":1}]")]
    public async Task Half_a_character_in_lines_that_are_a_text_is_refused(string lines)
    {
        var invoice = EngineClient.Invoice("BAD-LINES", 10m, "BAD");
        invoice["lines"] = lines;
        using var body = new StringContent(invoice.ToJsonString(), Encoding.UTF8, "application/json");

        Assert.Equal("err_invalid_params", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Post, "/invoice", body)));
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_body_that_cannot_be_read_is_refused_on_every_route_and_saves_nothing(string what, string type, byte[] body)
    {
        await KeepOneAsync();
        var before = await CountsAsync();

        foreach (var (method, path) in Routes)
            foreach (var chunked in new[] { false, true })
            {
                using var content = new ByteArrayContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };
                using var request = new HttpRequestMessage(new(method), "/creditor" + path) { Content = content };
                if (chunked) request.Headers.TransferEncodingChunked = true;
                await AssertRefusedAsync(request, $"{what} {(chunked ? "in chunks " : "")}to {method} {path}");
            }

        Assert.Equal(before, await CountsAsync());
        Assert.Equal("Honoraires BAD-KEPT", (await client.GetAsync("/invoice/BAD-KEPT")).GetProperty("title").GetString());
    }

    [Theory]
    [InlineData("POST", "/invite", "ct=abc&customerNumber=B")]
    [InlineData("POST", "/invite", "ct=99999999999999999999&customerNumber=B")]
    [InlineData("POST", "/invite", "ct=1&customerNumber=B&iban=BE00")]
    [InlineData("POST", "/invite", "ct=1&customerNumber=B&iban=BE68539007547034&bic=nobank")]
    [InlineData("POST", "/invite", "ct=1&customerNumber=B&email=no")]
    [InlineData("POST", "/invite", "ct=1&customerNumber=B&country=Belgium")]
    [InlineData("POST", "/invite", "ct=1&customerNumber=B&mandateNumber=a_b")]
    [InlineData("POST", "/invite", "ct=1&customerNumber=B&mandateNumber=core77")]
    [InlineData("POST", "/invite", "ct=1&customerNumber=B&sendInvite=true")]
    [InlineData("POST", "/invite", "ct=1&customerNumber=B&transactionAmount=-12.50")]
    [InlineData("POST", "/invite", "ct=1&customerNumber=B&amount=much")]
    [InlineData("POST", "/invite", "ct=1&customerNumber=B&subscriptionAmount=10&subscriptionRecurrence=often")]
    [InlineData("POST", "/invite", "ct=1&customerNumber=B&ed=tomorrow")]
    [InlineData("POST", "/invite", "ct=1&customerNumber=" + "123456789012345678901234567890123456789012345678901")]
    [InlineData("POST", "/invite", "tc=NONE&customerNumber=B")]
    [InlineData("POST", "/invite", "customerNumber=B")]
    [InlineData("GET", "/mandate/query", "iban=no")]
    [InlineData("GET", "/mandate/query", "state=odd")]
    [InlineData("GET", "/mandate/query", "page=x")]
    [InlineData("GET", "/mandate/detail", "")]
    [InlineData("DELETE", "/mandate", "mndtId=NONE")]
    [InlineData("GET", "/transaction/detail", "id=x")]
    [InlineData("GET", "/transaction/detail", "state=odd")]
    [InlineData("POST", "/invoice/BAD-KEPT/action", "")]
    [InlineData("POST", "/invoice/BAD-KEPT/action", "type=explode")]
    [InlineData("PUT", "/invoice/BAD-KEPT", "state=odd")]
    [InlineData("PUT", "/invoice/BAD-KEPT", "duedate=31/12/2026")]
    [InlineData("PUT", "/invoice/BAD-KEPT", "title=x&email=no")]
    [InlineData("PUT", "/invoice/BAD-KEPT", "title=x&pdf=bm8gcGRm")]
    [InlineData("POST", "/transaction", "mndtId=NONE&amount=5&message=M")]
    [InlineData("POST", "/transaction", "mndtId=NONE&amount=NaN&message=M")]
    [InlineData("PUT", "/transaction", "id=1e3&amount=5")]
    [InlineData("DELETE", "/transaction", "id=-1")]
    [InlineData("GET", "/transaction/query", "fromId=99999999999999999999")]
    [InlineData("GET", "/transaction/query", "")]
    [InlineData("POST", "/transaction/bulk", "a=b")]
    [InlineData("GET", "/transaction/bulk", "batchId=x")]
    [InlineData("POST", "/reservation", "mndtId=NONE&amount=1e400")]
    [InlineData("POST", "/collect", "ct=1.5")]
    [InlineData("GET", "/collect", "id=x")]
    [InlineData("GET", "/collect/query", "from=9999-12-31")]
    [InlineData("GET", "/collect/query", "page=x")]
    [InlineData("POST", "/subscription", "mndtId=NONE&amount=5&message=M")]
    [InlineData("GET", "/subscription/query", "page=x")]
    [InlineData("POST", "/payment/link", "title=T&amount=5&expiry=2201-01-01")]
    [InlineData("POST", "/payment/link", "title=T&amount=1000000000")]
    [InlineData("POST", "/payment/link/refund", "id=99999999999999999999&message=M")]
    [InlineData("GET", "/payment/methods", "ct=99999999999")]
    [InlineData("POST", "/transfer", "iban=BE68539007547034&amount=5&message=M")]
    [InlineData("POST", "/transfers/beneficiaries", "iban=BE68539007547034")]
    [InlineData("DELETE", "/transfers/beneficiaries", "iban=BE68539007547034")]
    [InlineData("PATCH", "/customer/BAD", "email=no")]
    [InlineData("PATCH", "/customer/BAD", "ct=999")]
    [InlineData("PUT", "/customer/BAD", "country=Belgium")]
    [InlineData("PUT", "/customer/123456789012345678901234567890123456789012345678901", "lastname=x")]
    [InlineData("POST", "/ibanblacklist", "iban=BE68539007547034")]
    [InlineData("PUT", "/customer/a%01b", "lastname=x")]
    [InlineData("PUT", "/customer/%20", "lastname=x")]
    [InlineData("PUT", "/customer/null", "lastname=x")]
    [InlineData("POST", "/invite", "ct=1&customerNumber=..")]
    [InlineData("POST", "/invite", "ct=1&customerNumber=B&mandateNumber=..")]
    [InlineData("POST", "/ibanblacklist", "iban=BE68539007547034&rsn=x&state=active")]
    [InlineData("DELETE", "/ibanblacklist", "iban=BE68539007547034&state=passive")]
    [InlineData("POST", "/sign", "ct=1&customerNumber=B")]
    [InlineData("POST", "/sign", "ct=1&method=import&customerNumber=B&iban=BE00")]
    [InlineData("POST", "/sign", "ct=2&method=itsme&customerNumber=B")]
    [InlineData("POST", "/sign", "ct=1&method=digisign&customerNumber=B&iban=BE68539007547034&digsig=AAAA")]
    [InlineData("POST", "/sign", "ct=1&method=import&customerNumber=B&iban=BE68539007547034&signDate=9999-12-31")]
    [InlineData("POST", "/sign", "ct=1&method=import&key=NONE&iban=BE68539007547034")]
    [InlineData("POST", "/mandate/update", "mndtId=NONE&state=passive")]
    [InlineData("POST", "/mandate/update", "city=Gent")]
    [InlineData("POST", "/mandate/NONE/action", "type=invite")]
    [InlineData("POST", "/customeraccess", "mndtId=NONE")]
    [InlineData("POST", "/ident", "ct=1&method=eid")]
    [InlineData("POST", "/ident", "ct=1e400&method=itsme")]
    [InlineData("GET", "/issuers/NONE", "")]
    [InlineData("GET", "/issuers/idin", "type=x")]
    [InlineData("POST", "/ibancheck", "iban=BE00&name=B")]
    [InlineData("POST", "/invoice/ubl", "a=b")]
    [InlineData("POST", "/invoice/bulk", "a=b")]
    [InlineData("GET", "/invoice/bulk", "batchId=x")]
    [InlineData("POST", "/invoice/BAD-KEPT/action", "type=refund&message=x")]
    [InlineData("POST", "/invoice/BAD-KEPT/action", "type=paymentplan&initialAmount=5&recurringAmount=5&terms=1e400&mndtId=N&remittance=x")]
    [InlineData("PATCH", "/invoice/BAD-KEPT/reoffer", "")]
    [InlineData("POST", "/reporting", "a=b")]
    [InlineData("POST", "/files", "sdd=true&format=xls")]
    [InlineData("GET", "/files/NONE", "")]
    public async Task A_parameter_that_is_none_is_refused_in_query_and_form_and_saves_nothing(string method, string path, string parameters)
    {
        await KeepOneAsync();
        var before = await CountsAsync();

        using (var query = new HttpRequestMessage(new(method), $"/creditor{path}?{parameters}")) await AssertRefusedAsync(query, "in the query", mustRefuse: true);
        using var form = new HttpRequestMessage(new(method), "/creditor" + path) { Content = new StringContent(parameters, Encoding.ASCII, "application/x-www-form-urlencoded") };
        await AssertRefusedAsync(form, "in the form", mustRefuse: true);

        Assert.Equal(before, await CountsAsync());
        Assert.Equal("Honoraires BAD-KEPT", (await client.GetAsync("/invoice/BAD-KEPT")).GetProperty("title").GetString());
    }

    [Theory]
    [InlineData("X-RESUME-AFTER", "-1")]
    [InlineData("X-RESUME-AFTER", "99999999999999999999")]
    public async Task A_header_that_is_none_is_refused(string name, string value)
    {
        foreach (var path in new[] { "/mandate", "/invoice", "/invoice/payment/feed", "/transaction", "/payment/link/feed", "/transfer", "/reporting" })
            Assert.Equal("err_invalid_params", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, path, null, (name, value))));
    }

    [Fact]
    public async Task A_json_type_without_a_body_is_no_mistake()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/creditor/template") { Content = new ByteArrayContent([]) { Headers = { ContentType = new("application/json") } } };
        request.Headers.TryAddWithoutValidation("Authorization", await client.LogInAsync());
        request.Headers.TransferEncodingChunked = true;
        using var answer = await app.EngineHttp.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_document_that_is_not_there_is_404_in_the_dialect()
    {
        await KeepOneAsync();
        var reference = (await client.TakenAsync(HttpMethod.Post, "/sign", ("ct", "1"), ("customerNumber", "BAD-PDF"), ("lastname", "Peeters"), ("method", "import"), ("iban", "BE68539007547034"))).GetProperty("MndtId").GetString();

        Assert.Equal("err_not_found", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, "/invoice/BAD-KEPT/pdf"), HttpStatusCode.NotFound));
        Assert.Equal("err_not_found", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, "/mandate/pdf?mndtId=" + reference), HttpStatusCode.NotFound));
    }

    private async Task AssertRefusedAsync(HttpRequestMessage request, string what, bool mustRefuse = false)
    {
        request.Headers.TryAddWithoutValidation("Authorization", token ??= await client.LogInAsync());
        using var answer = await app.EngineHttp.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode < 500, $"{what}: {(int)answer.StatusCode} {text}");
        Assert.False(mustRefuse && answer.IsSuccessStatusCode, $"{what}: taken {text}");
        if ((int)answer.StatusCode >= 400)
            Assert.True(answer.Headers.Contains("ApiError") && answer.Headers.Contains("ApiErrorCode") && text.Contains("\"message\":"), $"{what}: {(int)answer.StatusCode} {text}");
    }

    private string? token;

    private async Task KeepOneAsync() => await client.BookAsync(EngineClient.Invoice("BAD-KEPT", 10m, "BAD", due: "2031-01-15"));

    private Task<string> CountsAsync() => app.ReadEngineAsync(async db =>
        $"{await db.Invoices.CountAsync()} {await db.Customers.CountAsync()} {await db.Mandates.CountAsync()} {await db.DirectDebits.CountAsync()} {await db.InvoicePayments.CountAsync()} {await db.FeedEvents.CountAsync()} {await db.Mails.CountAsync()} {await db.Blobs.CountAsync()} {await db.Deliveries.CountAsync()} {await db.Subscriptions.CountAsync()} {await db.PayLinks.CountAsync()} {await db.Transfers.CountAsync()} {await db.Beneficiaries.CountAsync()} {await db.BlockedAccounts.CountAsync()} {await db.Reservations.CountAsync()} {await db.Batches.CountAsync()} {await db.CollectionRuns.CountAsync()} {await db.Identifications.CountAsync()} {await db.StatementItems.CountAsync()} {await db.ReconciliationFiles.CountAsync()}");
}
