using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using static Domi.Twikey.Tests.ScriptedTwikey;

namespace Domi.Twikey.Tests;

/// <summary>What goes wrong between here and Twikey, each told apart from the others.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    private const string PrivateKey = "0123456789abcdef0123456789abcdef";

    private ScriptedTwikey twikey = null!; // set before each test

    public async ValueTask InitializeAsync() => twikey = await StartAsync();

    public ValueTask DisposeAsync() => twikey.DisposeAsync();

    [Fact]
    public async Task Nobody_listening_is_unreachable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = new Uri($"http://{listener.LocalEndpoint}/creditor");
        listener.Stop();

        var fault = await Refused(Elsewhere(address).LoginAsync());
        Assert.Equal((TwikeyFault.Unreachable, "TWK-UNREACHABLE"), (fault.Fault, fault.SupportCode));
    }

    [Fact]
    public async Task An_unknown_host_is_unreachable() => Assert.Equal(
        TwikeyFault.Unreachable, (await Refused(Elsewhere(new("http://twikey.invalid/creditor")).LoginAsync())).Fault);

    [Fact]
    public async Task No_answer_in_time_is_unreachable()
    {
        var arrived = new TaskCompletionSource();
        twikey.On("GET /creditor/template", async context =>
        {
            arrived.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });

        var call = twikey.Client.ReadProfilesAsync();
        await arrived.Task;
        twikey.Clock.Advance(TwikeyHttp.AttemptWait);

        Assert.Equal(TwikeyFault.Unreachable, (await Refused(call)).Fault);
        Assert.Single(twikey.Calls, call => call.Target == "/creditor/template");
    }

    [Fact]
    public async Task An_answer_that_stops_in_the_middle_is_given_up_in_time()
    {
        var arrived = new TaskCompletionSource();
        twikey.On("GET /creditor/template", async context =>
        {
            await context.Response.WriteAsync("[{\"id\":1,");
            await context.Response.Body.FlushAsync();
            arrived.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });

        var call = twikey.Client.ReadProfilesAsync();
        await arrived.Task;
        twikey.Clock.Advance(TwikeyHttp.AttemptWait);

        Assert.Equal(TwikeyFault.Unreachable, (await Refused(call)).Fault);
    }

    [Fact]
    public async Task A_caller_that_gives_up_gets_its_cancellation_and_no_fault()
    {
        using var patience = new CancellationTokenSource();
        twikey.On("GET /creditor/template", async context =>
        {
            await patience.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => twikey.Client.ReadProfilesAsync(patience.Token));
    }

    [Fact]
    public async Task A_connection_closed_before_an_answer_is_unreachable()
    {
        await using var server = RawServer.Start(RawServer.LoggedIn, "");

        Assert.Equal(TwikeyFault.Unreachable, (await Refused(Elsewhere(server.Address).ReadProfilesAsync())).Fault);
    }

    [Fact]
    public async Task Another_protocol_is_not_Twikey()
    {
        await using var server = RawServer.Start("SSH-2.0-OpenSSH_9.6\r\n");

        Assert.Equal(TwikeyFault.NotTwikey, (await Refused(Elsewhere(server.Address).LoginAsync())).Fault);
    }

    [Fact]
    public async Task Half_an_answer_is_unreadable_and_a_read_is_tried_again()
    {
        const string half = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n[{\"id\":1,\"name\":\"Core\"},";
        const string whole = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10\r\nConnection: close\r\n\r\n[{\"id\":1}]";
        await using var server = RawServer.Start(RawServer.LoggedIn, half, half, whole);

        Assert.Single(await Elsewhere(server.Address).ReadProfilesAsync());
        Assert.Equal(4, server.Served);
    }

    [Theory]
    [InlineData("Content-Length: 40\r\n\r\n{\"mndtId\":\"CORE-1\",\"url\":")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n8\r\n{\"mndtId\r\n")]
    [InlineData("Connection: close\r\n\r\n{\"mndtId\":\"CORE-1\",\"url\":")]
    public async Task Half_an_answer_to_a_change_is_unreadable_at_once(string rest)
    {
        await using var server = RawServer.Start(RawServer.LoggedIn, $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{rest}");

        var fault = await Refused(Elsewhere(server.Address).InviteAsync(new(1)));
        Assert.Equal((TwikeyFault.Unreadable, "TWK-UNREADABLE"), (fault.Fault, fault.SupportCode));
        Assert.Equal(2, server.Served);
    }

    [Fact]
    public async Task An_answer_larger_than_the_limit_is_unreadable()
    {
        twikey.On("GET /creditor/invoice/1/pdf", async context =>
        {
            var megabyte = new byte[1024 * 1024];
            for (var sent = 0; sent <= TwikeyHttp.AnswerLimitBytes && !context.RequestAborted.IsCancellationRequested; sent += megabyte.Length)
                await context.Response.Body.WriteAsync(megabyte, CancellationToken.None);
        });

        var fault = await Refused(twikey.Client.ReadInvoicePdfAsync("1"));
        Assert.Equal(TwikeyFault.Unreadable, fault.Fault);
        Assert.Contains("20 MB", fault.Message);
        Assert.Single(twikey.Calls, call => call.Method == "GET");
    }

    [Theory]
    [InlineData(200, "text/html", "<html>Welcome to the hotel's network</html>", TwikeyFault.NotTwikey)]
    [InlineData(200, "application/json", "<html>Welcome</html>", TwikeyFault.NotTwikey)]
    [InlineData(200, "text/plain", "OK", TwikeyFault.NotTwikey)]
    [InlineData(200, "application/json", "\"text\"", TwikeyFault.NotTwikey)]
    [InlineData(200, "application/json", "", TwikeyFault.Unreadable)]
    [InlineData(204, null, "", TwikeyFault.Unreadable)]
    [InlineData(200, "application/json", "[{\"id\":1},", TwikeyFault.Unreadable)]
    [InlineData(200, "application/json", "[{\"id\":1}]]", TwikeyFault.Unreadable)]
    [InlineData(200, "application/json", "{\"profiles\":[]}", TwikeyFault.Unreadable)]
    [InlineData(404, "text/html", "<html>Not found</html>", TwikeyFault.NotTwikey)]
    [InlineData(400, "text/html", "<html>Bad request</html>", TwikeyFault.NotTwikey)]
    [InlineData(403, "text/html", "<html>Blocked by the firewall</html>", TwikeyFault.NotTwikey)]
    [InlineData(500, "application/json", "{\"code\":\"err_contact_support\"}", TwikeyFault.ServerError)]
    [InlineData(502, "text/html", "<html>Bad gateway</html>", TwikeyFault.ServerError)]
    public async Task An_answer_of_another_form_is_never_a_result(int status, string? type, string body, TwikeyFault expected)
    {
        twikey.On("GET /creditor/template", Say(status, type, body));

        var fault = await Refused(twikey.Client.ReadProfilesAsync());
        Assert.Equal((expected, (HttpStatusCode)status), (fault.Fault, fault.Status));
    }

    [Fact]
    public async Task A_byte_order_mark_does_not_hide_an_answer()
    {
        twikey.On("GET /creditor/template", Json("\uFEFF[{\"id\":1}]"));

        Assert.Single(await twikey.Client.ReadProfilesAsync());
    }

    [Fact]
    public async Task A_redirect_is_not_followed_so_that_no_key_leaves_with_it()
    {
        await using var other = await StartAsync();
        var location = ("Location", $"{other.Connection.BaseAddress}/template");
        twikey.On("GET /creditor/template", Say(302, null, "", location));
        twikey.On("POST /creditor", twikey.GiveToken, Say(307, null, "", location));

        Assert.Equal(TwikeyFault.NotTwikey, (await Refused(twikey.Client.ReadProfilesAsync())).Fault);
        Assert.Equal(TwikeyFault.NotTwikey, (await Refused(twikey.Client.LoginAsync())).Fault);
        Assert.Empty(other.Calls);
    }

    [Fact]
    public async Task A_change_is_never_sent_twice()
    {
        twikey.On("POST /creditor/invite", Say(503, "text/html", "<html>Down</html>"));
        twikey.On("DELETE /creditor/mandate", Json(500, "{}"));

        Assert.Equal(TwikeyFault.ServerError, (await Refused(twikey.Client.InviteAsync(new(1)))).Fault);
        Assert.Equal(TwikeyFault.ServerError, (await Refused(twikey.Client.CancelMandateAsync("A", "moved", false))).Fault);

        Assert.Equal(["POST /creditor", "POST /creditor/invite", "DELETE /creditor/mandate?mndtId=A&rsn=moved&notify=false"],
            twikey.Calls.Select(call => $"{call.Method} {call.Target}"));
    }

    [Fact]
    public async Task A_log_in_is_not_repeated_when_the_service_is_down()
    {
        twikey.On("POST /creditor", Say(503, "text/html", "<html>Down</html>"));

        Assert.Equal(TwikeyFault.ServerError, (await Refused(twikey.Client.ReadProfilesAsync())).Fault);
        Assert.Equal(1, twikey.Logins);
    }

    [Fact]
    public async Task A_read_is_given_up_after_two_repeats()
    {
        twikey.On("GET /creditor/template", Say(503, null, ""));

        var fault = await Refused(twikey.Client.ReadProfilesAsync());

        Assert.Equal((TwikeyFault.ServerError, "TWK-SERVER"), (fault.Fault, fault.SupportCode));
        Assert.Equal(3, twikey.Calls.Count(call => call.Method == "GET"));
    }

    [Theory]
    [InlineData("X-Rate-Limit-Retry-After-Seconds", "30", 30)]
    [InlineData("Retry-After", "12", 12)]
    [InlineData("Retry-After", "soon", null)]
    public async Task Too_many_calls_are_told_with_the_wait_and_not_repeated(string header, string value, int? seconds)
    {
        twikey.On("GET /creditor/template", Say(429, null, "", (header, value)));

        var fault = await Refused(twikey.Client.ReadProfilesAsync());

        Assert.Equal((TwikeyFault.RateLimited, "TWK-RATE", (double?)seconds), (fault.Fault, fault.SupportCode, fault.RetryAfter?.TotalSeconds));
        Assert.Single(twikey.Calls, call => call.Method == "GET");
    }

    [Fact]
    public async Task A_refusal_tells_code_message_and_parameter()
    {
        twikey.On("POST /creditor/invite", Refuse("err_invalid_iban", "iban"));

        var fault = await Refused(twikey.Client.InviteAsync(new(1)));

        Assert.Equal((TwikeyFault.Declined, "TWK-DECLINED", "err_invalid_iban", "It is not possible", "iban", HttpStatusCode.BadRequest),
            (fault.Fault, fault.SupportCode, fault.Code, fault.Message, fault.Extra, fault.Status));
    }

    [Fact]
    public async Task The_code_may_stand_in_any_of_three_places()
    {
        twikey.On("POST /creditor/invite",
            Json(400, """{"message":"No"}""", ("ApiError", "err_invalid_bic")),
            Json(400, """{"message":"No"}""", ("ApiError", "This bank is not known"), ("ApiErrorCode", "err_invalid_bic")),
            Json(400, """{"code":"err_invalid_bic","message":"No","extra":{"field":"bic"}}"""),
            Json(409, """{"code":"err_invalid_bic"}"""));

        foreach (var _ in Enumerable.Range(0, 4))
            Assert.Equal("err_invalid_bic", (await Refused(twikey.Client.InviteAsync(new(1)))).Code);
    }

    [Fact]
    public async Task A_success_with_an_error_header_is_a_refusal()
    {
        twikey.On("POST /creditor/invite", Json("""{"mndtId":"CORE-1"}""", ("ApiErrorCode", "err_invalid_ct")));

        Assert.Equal("err_invalid_ct", (await Refused(twikey.Client.InviteAsync(new(1)))).Code);
    }

    [Fact]
    public async Task What_does_not_exist_is_told_apart_from_what_is_declined()
    {
        twikey.On("DELETE /creditor/mandate", Refuse("err_no_contract", "CORE-404"));

        var fault = await Refused(twikey.Client.CancelMandateAsync("CORE-404", "moved", false));
        Assert.Equal((TwikeyFault.NotFound, "TWK-DECLINED", "CORE-404"), (fault.Fault, fault.SupportCode, fault.Extra));
    }

    [Fact]
    public async Task A_key_refused_at_log_in_is_told()
    {
        twikey.On("POST /creditor", Refuse("err_no_login"), Json(200, """{"message":"No"}""", ("ApiErrorCode", "err_no_login")),
            NotLoggedIn, Json(403, "{}"), Say(401, null, ""));

        foreach (var _ in Enumerable.Range(0, 5))
        {
            var fault = await Refused(twikey.Client.LoginAsync());
            Assert.Equal((TwikeyFault.KeyRefused, "TWK-KEY-REFUSED"), (fault.Fault, fault.SupportCode));
        }
    }

    [Fact]
    public async Task A_log_in_refused_with_a_password_points_at_the_private_key()
    {
        twikey.On("POST /creditor", Refuse("err_no_login"), NotLoggedIn);

        foreach (var _ in Enumerable.Range(0, 2))
        {
            var fault = await Refused(WithPassword().LoginAsync());
            Assert.Equal((TwikeyFault.PrivateKeyWrong, "TWK-PRIVATE-KEY"), (fault.Fault, fault.SupportCode));
        }
    }

    [Fact]
    public async Task A_refusal_that_names_its_parameter_is_believed()
    {
        twikey.On("POST /creditor", Refuse("err_no_login", "apiToken"));
        Assert.Equal(TwikeyFault.KeyRefused, (await Refused(WithPassword().LoginAsync())).Fault);

        twikey.On("POST /creditor", Refuse("err_missing_params", "otp"));
        Assert.Equal(TwikeyFault.PrivateKeyWrong, (await Refused(twikey.Client.LoginAsync())).Fault);
    }

    [Fact]
    public async Task A_private_key_that_is_not_hexadecimal_is_refused_without_a_call()
    {
        var client = twikey.Clients.For(twikey.Connection with { PrivateKey = "not hex" });

        Assert.Equal(TwikeyFault.PrivateKeyWrong, (await Refused(client.LoginAsync())).Fault);
        Assert.Empty(twikey.Calls);
    }

    [Theory]
    [InlineData(45, TwikeyFault.PrivateKeyWrong)]
    [InlineData(-45, TwikeyFault.PrivateKeyWrong)]
    [InlineData(46, TwikeyFault.ClockSkew)]
    [InlineData(-46, TwikeyFault.ClockSkew)]
    [InlineData(7200, TwikeyFault.ClockSkew)]
    public async Task Clocks_that_differ_explain_a_refused_password(int seconds, TwikeyFault expected)
    {
        twikey.On("POST /creditor", context =>
        {
            context.Response.Headers.Date = twikey.Clock.GetUtcNow().AddSeconds(seconds).ToString("R");
            return Refuse("err_no_login")(context);
        });

        Assert.Equal(expected, (await Refused(WithPassword().LoginAsync())).Fault);
    }

    [Fact]
    public async Task Clocks_that_differ_do_not_explain_a_refused_key()
    {
        twikey.On("POST /creditor", context =>
        {
            context.Response.Headers.Date = twikey.Clock.GetUtcNow().AddHours(2).ToString("R");
            return Refuse("err_no_login")(context);
        });

        Assert.Equal(TwikeyFault.KeyRefused, (await Refused(twikey.Client.LoginAsync())).Fault);
    }

    [Theory]
    [InlineData(200, "text/html", "<html>Welcome</html>")]
    [InlineData(200, "application/json", "{}")]
    [InlineData(200, null, "")]
    [InlineData(404, "text/html", "<html>No such page</html>")]
    [InlineData(405, null, "")]
    public async Task A_log_in_without_a_token_is_not_Twikey(int status, string? type, string body)
    {
        twikey.On("POST /creditor", Say(status, type, body));

        var fault = await Refused(twikey.Client.LoginAsync());
        Assert.Equal((TwikeyFault.NotTwikey, "TWK-NOT-TWIKEY"), (fault.Fault, fault.SupportCode));
    }

    [Fact]
    public async Task No_fault_tells_a_secret()
    {
        twikey.On("POST /creditor", Refuse("err_no_login"));

        var text = (await Refused(WithPassword().LoginAsync())).ToString();

        Assert.DoesNotContain("key-1", text);
        Assert.DoesNotContain(PrivateKey, text);
    }

    private TwikeyClient WithPassword() => twikey.Clients.For(twikey.Connection with { PrivateKey = PrivateKey });

    private TwikeyClient Elsewhere(Uri address) => twikey.Clients.For(twikey.Connection with { BaseAddress = address });

    private static Task<TwikeyException> Refused(Task call) => Assert.ThrowsAsync<TwikeyException>(() => call);
}
