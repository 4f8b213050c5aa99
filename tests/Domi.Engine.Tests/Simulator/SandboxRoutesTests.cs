using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Domi.Engine.Invoices;
using Domi.Engine.Tests.Creditors;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Simulator;

public sealed class SandboxRoutesTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);

    [Fact]
    public async Task A_program_reads_six_fields_and_can_log_in_with_them()
    {
        var sandbox = await app.EngineHttp.GetFromJsonAsync<JsonElement>("/sandbox");

        Assert.Equal(["baseUrl", "apiKey", "privateKey", "websiteKey", "merchantId", "profiles"], sandbox.EnumerateObject().Select(p => p.Name));
        Assert.Equal((app.Access.ApiKey, app.Access.PrivateKey), (sandbox.GetProperty("apiKey").GetString(), sandbox.GetProperty("privateKey").GetString()));
        Assert.Equal(app.Access.BaseAddress, sandbox.GetProperty("baseUrl").GetString());
        var profile = sandbox.GetProperty("profiles")[1];
        Assert.Equal((2, "SEPA B2B", "B2B"), (profile.GetProperty("id").GetInt32(), profile.GetProperty("name").GetString(), profile.GetProperty("type").GetString()));
    }

    [Fact]
    public async Task A_program_makes_a_key_of_its_own_and_is_woken_at_its_address()
    {
        await using var receiver = await Receiver.StartAsync();
        using var answer = await app.EngineHttp.PostAsJsonAsync("/sandbox/key", new { webhookUrl = receiver.Url });
        var made = await answer.Content.ReadFromJsonAsync<JsonElement>();
        var (key, privateKey) = (made.GetProperty("apiKey").GetString()!, made.GetProperty("privateKey").GetString()!);
        var own = new EngineClient(app, app.Access with { ApiKey = key, PrivateKey = privateKey });

        await own.GivenASignedMandate("SBK");
        await app.RunEngineAsync<Domi.Engine.Webhooks.DeliverWebhooks>();

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.NotEqual(app.Access.ApiKey, key);
        Assert.NotEmpty(receiver.Calls);
        Assert.All(receiver.Calls, c => Assert.True(Domi.Twikey.WebhookSignature.Verify(key, c.Query, c.Signature)));
    }

    [Fact]
    public async Task A_person_is_led_to_the_page()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sandbox") { Headers = { Accept = { new("text/html") } } };
        using var answer = await app.EngineHttp.SendAsync(request);

        Assert.Equal("/simulator", answer.Headers.Location?.OriginalString);
    }

    [Theory]
    [InlineData("Host", "engine.example")]
    [InlineData("Host", "192.0.2.1")]
    [InlineData("Host", "localhost.example")]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("X-Forwarded-Host", "localhost")]
    [InlineData("X-Forwarded-Proto", "https")]
    [InlineData("X-Real-IP", "127.0.0.1")]
    [InlineData("Forwarded", "for=127.0.0.1")]
    [InlineData("Via", "1.1 proxy")]
    public async Task It_is_there_only_for_this_machine_and_never_through_a_proxy(string header, string value)
    {
        foreach (var (method, path) in new[] { (HttpMethod.Get, "/sandbox"), (HttpMethod.Post, "/sandbox/clock"), (HttpMethod.Post, "/sandbox/outcome"), (HttpMethod.Post, "/sandbox/key") })
        {
            using var request = new HttpRequestMessage(method, path) { Content = method == HttpMethod.Post ? JsonContent.Create(new { advance = "1.00:00:00", invoice = "X", code = "MD06" }) : null };
            request.Headers.TryAddWithoutValidation(header, value);
            using var answer = await app.EngineHttp.SendAsync(request);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("/sandbox/clock", "application/x-www-form-urlencoded", "advance=1.00:00:00", 415)]
    [InlineData("/sandbox/clock", "text/plain", "{\"advance\":\"1.00:00:00\"}", 415)]
    [InlineData("/sandbox/clock", "application/json", "{\"advance\":\"-1.00:00:00\"}", 400)]
    [InlineData("/sandbox/clock", "application/json", "{\"advance\":1}", 400)]
    [InlineData("/sandbox/clock", "application/json", "{\"advance\":\"24:00:00\"}", 400)] // nobody means 24 days
    [InlineData("/sandbox/key", "application/json", "{}", 400)]
    [InlineData("/sandbox/key", "application/json", "{\"webhookUrl\":\"http://192.0.2.1/hook\"}", 400)]
    [InlineData("/sandbox/key", "application/json", "{\"webhookUrl\":\"file:///etc/passwd\"}", 400)]
    [InlineData("/sandbox/key", "application/json", "{\"webhookUrl\":\"https://name:secret@example.org/hook\"}", 400)]
    [InlineData("/sandbox/clock", "application/json", "{\"advance\":\"\\ud800\"}", 400)]
    [InlineData("/sandbox/clock", "application/json", "{\"advance\":", 400)]
    [InlineData("/sandbox/clock", "application/json", "[]", 400)]
    [InlineData("/sandbox/outcome", "application/x-www-form-urlencoded", "invoice=1&code=MD06", 415)]
    [InlineData("/sandbox/outcome", "application/json", "{\"invoice\":\"1\"}", 400)]
    [InlineData("/sandbox/outcome", "application/json", "{\"invoice\":\"1\",\"code\":\"not a code\"}", 400)]
    [InlineData("/sandbox/outcome", "application/json", "{\"invoice\":\"unknown\",\"code\":\"paid\"}", 400)]
    [InlineData("/sandbox/outcome", "application/json", "{\"invoice\":\"unknown\",\"code\":\"XX99\"}", 400)]
    [InlineData("/sandbox/outcome", "application/json", "{\"invoice\":\"\\ud800\",\"code\":\"MD06\"}", 400)]
    [InlineData("/sandbox/outcome", "application/json", "{\"invoice\":\"\\u0000\",\"code\":\"MD06\"}", 400)]
    [InlineData("/sandbox/outcome", "application/json", "{\"invoice\":\"unknown\",\"code\":\"MD06\"}", 404)]
    public async Task Only_json_that_says_what_is_wanted_is_taken(string path, string type, string body, int status)
    {
        using var answer = await app.EngineHttp.PostAsync(path, new StringContent(body, Encoding.UTF8, type));

        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("/sandbox/clock")]
    [InlineData("/sandbox/outcome")]
    public async Task A_body_that_is_larger_than_any_is_no_json(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(new string(' ', (12 * 1024 * 1024) + 1), Encoding.UTF8, "application/json"), Headers = { ExpectContinue = true } };
        using var answer = await app.EngineHttp.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task A_refund_claimed_weeks_later_opens_the_invoice_again()
    {
        await client.GivenASignedMandate("SBX");
        await client.BookAsync(EngineClient.Invoice("SBX-1", 100m, "SBX", due: "2026-03-20"));
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(40));
        var paid = (await client.GetAsync("/invoice/SBX-1")).GetProperty("state").GetString();

        using var answer = await app.EngineHttp.PostAsync("/sandbox/outcome", JsonContent.Create(new { invoice = "SBX-1", code = "md06" }));

        Assert.Equal((HttpStatusCode.OK, "PAID"), (answer.StatusCode, paid));
        Assert.Equal("EXPIRED", (await client.GetAsync("/invoice/SBX-1")).GetProperty("state").GetString());
        Assert.Equal(["Payment", "Failure MD06 True"], await app.ReadEngineAsync(db => db.InvoicePayments.OrderBy(p => p.OccurredAt)
            .Select(p => p.Kind == PaymentKind.Payment ? "Payment" : $"{p.Kind} {p.ReasonCode} {p.Reverses}").ToListAsync()));
    }
}

/// <summary>Two creditors on one engine: the sandbox is the first one's.</summary>
public sealed class SandboxOfOneCreditorTests(ForeignCreditorTests.Fixture app) : IClassFixture<ForeignCreditorTests.Fixture>
{
    private readonly EngineClient other = new(app, app.Other);

    [Fact]
    public async Task The_bank_of_the_sandbox_takes_back_nothing_of_another_creditor()
    {
        const long number = 900_000_001;
        await other.GivenASignedMandate("SBX");
        await other.BookAsync(EngineClient.Invoice("SBX-1", 100m, "SBX"));
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(60));
        await app.ReadEngineAsync(db => db.DirectDebits.Where(d => d.CreditorId == app.Other.CreditorId && d.Ref == "SBX-1").ExecuteUpdateAsync(d => d.SetProperty(x => x.Number, number))); // which nobody else has

        foreach (var body in new object[] { new { invoice = "SBX-1", code = "MD06" }, new { transaction = $"{number}", code = "MD06" } })
        {
            using var answer = await app.EngineHttp.PostAsJsonAsync("/sandbox/outcome", body);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        Assert.Equal("PAID", (await other.GetAsync("/invoice/SBX-1")).GetProperty("state").GetString());
    }
}
