using static Domi.Twikey.Tests.ScriptedTwikey;

namespace Domi.Twikey.Tests;

public sealed class SessionTests : IAsyncLifetime
{
    private const string Profiles = """[{"id":1,"name":"Core","active":true,"type":"CORE"}]""";

    private ScriptedTwikey twikey = null!; // set before each test

    public async ValueTask InitializeAsync()
    {
        twikey = await StartAsync();
        twikey.On("GET /creditor/template", Json(Profiles));
    }

    public ValueTask DisposeAsync() => twikey.DisposeAsync();

    [Fact]
    public async Task A_log_in_tells_the_merchant_and_the_time()
    {
        var login = await twikey.Client.LoginAsync();

        Assert.Equal(new Login("4242", twikey.Clock.GetUtcNow()), login);
        var call = Assert.Single(twikey.Calls);
        Assert.Equal("apiToken=key-1", call.Body);
        Assert.StartsWith("Domi/", call.Headers["User-Agent"]);
    }

    [Fact]
    public async Task A_log_in_sends_the_password_of_the_moment()
    {
        var connection = twikey.Connection with { PrivateKey = "0123456789abcdef0123456789abcdef" };

        await twikey.Clients.For(connection).LoginAsync();

        var password = OneTimePassword.Compute("0123456789abcdef0123456789abcdef", "own", twikey.Clock.GetUtcNow());
        Assert.Equal($"apiToken=key-1&otp={password}", Assert.Single(twikey.Calls).Body);
    }

    [Fact]
    public async Task The_token_may_stand_in_the_header_or_in_the_body_alone()
    {
        twikey.On("POST /creditor", Json("{}", ("Authorization", "from-header")), Json("""{"Authorization":"from-body"}"""));

        await twikey.Client.ReadProfilesAsync();
        twikey.Clients.Forget(twikey.Connection.Id);
        await twikey.Client.ReadProfilesAsync();

        Assert.Equal(["from-header", "from-body"], TokensUsed());
    }

    [Fact]
    public async Task A_session_is_shared_by_the_clients_of_a_connection()
    {
        await twikey.Client.ReadProfilesAsync();
        await twikey.Client.ReadProfilesAsync();

        Assert.Equal(1, twikey.Logins);
    }

    [Fact]
    public async Task A_slash_at_the_end_of_the_address_does_not_matter()
    {
        var connection = twikey.Connection with { BaseAddress = new($"{twikey.Connection.BaseAddress}/") };

        await twikey.Clients.For(connection).ReadProfilesAsync();

        Assert.Equal(["/creditor", "/creditor/template"], twikey.Calls.Select(call => call.Target));
    }

    [Fact]
    public async Task Other_credentials_never_use_the_session_of_the_old_ones()
    {
        await twikey.Client.ReadProfilesAsync();
        await twikey.Clients.For(twikey.Connection with { ApiKey = "key-2" }).ReadProfilesAsync();

        Assert.Equal(["token-1", "token-2"], TokensUsed());
    }

    [Fact]
    public async Task A_forgotten_session_leads_to_a_new_log_in_and_never_to_a_log_out()
    {
        var client = twikey.Client;
        await client.ReadProfilesAsync();

        twikey.Clients.Forget(twikey.Connection.Id);
        await client.ReadProfilesAsync();

        Assert.Equal(["token-1", "token-2"], TokensUsed());
        Assert.DoesNotContain(twikey.Calls, call => call is { Method: "GET", Target: "/creditor" or "/creditor/" });
    }

    [Fact]
    public async Task A_session_is_renewed_when_it_is_23_hours_old()
    {
        await twikey.Client.ReadProfilesAsync();
        twikey.Clock.Advance(new TimeSpan(22, 59, 59));
        await twikey.Client.ReadProfilesAsync();
        Assert.Equal(1, twikey.Logins);

        twikey.Clock.Advance(TimeSpan.FromSeconds(1));
        await twikey.Client.ReadProfilesAsync();

        Assert.Equal(2, twikey.Logins);
    }

    [Fact]
    public async Task A_session_that_ends_in_the_middle_is_renewed_once_and_the_call_sent_again()
    {
        twikey.On("POST /creditor/invite", NotLoggedIn, Json("""{"mndtId":"TWIK1","url":"https://twikey.to/x/k","key":"k"}"""));

        var invitation = await twikey.Client.InviteAsync(new(1) { CustomerNumber = "C1" });

        Assert.Equal("TWIK1", invitation.Reference);
        Assert.Equal(["token-1", "token-2"], TokensUsed());
        Assert.Equal(["ct=1&customerNumber=C1", "ct=1&customerNumber=C1"], InvitesSent());
    }

    [Fact]
    public async Task The_code_of_an_ended_session_counts_whatever_the_status()
    {
        twikey.On("GET /creditor/template", Refuse("err_no_login"), Json(Profiles));

        await twikey.Client.ReadProfilesAsync();

        Assert.Equal(["token-1", "token-2"], TokensUsed());
    }

    [Fact]
    public async Task A_key_whose_new_token_is_refused_too_is_refused()
    {
        twikey.On("GET /creditor/template", NotLoggedIn);

        var refusal = await Assert.ThrowsAsync<TwikeyException>(() => twikey.Client.ReadProfilesAsync());

        Assert.Equal((TwikeyFault.KeyRefused, "TWK-KEY-REFUSED"), (refusal.Fault, refusal.SupportCode));
        Assert.Equal(2, twikey.Logins);
    }

    [Fact]
    public async Task Sixteen_calls_at_once_make_one_log_in()
    {
        var answerNow = new TaskCompletionSource();
        twikey.On("POST /creditor", async context =>
        {
            await answerNow.Task;
            await twikey.GiveToken(context);
        });

        var calls = Enumerable.Range(0, 16).Select(_ => twikey.Client.ReadProfilesAsync()).ToList();
        answerNow.SetResult();
        await Task.WhenAll(calls);

        Assert.Equal(1, twikey.Logins);
        Assert.Equal(16, twikey.Calls.Count(call => call.Target == "/creditor/template"));
    }

    [Fact]
    public async Task Sixteen_calls_that_lose_their_session_at_once_make_one_log_in()
    {
        await twikey.Client.LoginAsync();
        var arrived = 0;
        var all = new TaskCompletionSource();
        twikey.On("GET /creditor/template", async context =>
        {
            if (context.Request.Headers.Authorization != "token-1")
            {
                await Json(Profiles)(context);
                return;
            }

            if (Interlocked.Increment(ref arrived) == 16) all.SetResult();
            await all.Task;
            await NotLoggedIn(context);
        });

        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => twikey.Client.ReadProfilesAsync()));

        Assert.Equal(2, twikey.Logins);
    }

    [Fact]
    public async Task A_late_refusal_of_an_old_token_leaves_the_newer_one()
    {
        await twikey.Client.LoginAsync();
        var (arrived, answerNow) = (new TaskCompletionSource(), new TaskCompletionSource());
        twikey.On("GET /creditor/template", async context =>
        {
            arrived.SetResult();
            await answerNow.Task;
            await NotLoggedIn(context);
        }, Json(Profiles));

        var late = twikey.Client.ReadProfilesAsync();
        await arrived.Task;
        await twikey.Client.LoginAsync();
        answerNow.SetResult();
        await late;

        Assert.Equal(["token-1", "token-2"], TokensUsed());
        Assert.Equal(2, twikey.Logins);
    }

    [Fact]
    public async Task Sixteen_calls_at_once_share_one_refused_log_in()
    {
        var answerNow = new TaskCompletionSource();
        twikey.On("POST /creditor", async context =>
        {
            await answerNow.Task;
            await Refuse("err_no_login")(context);
        });

        var calls = Enumerable.Range(0, 16).Select(_ => twikey.Client.ReadProfilesAsync()).ToList();
        answerNow.SetResult();
        foreach (var call in calls)
            Assert.Equal(TwikeyFault.KeyRefused, (await Assert.ThrowsAsync<TwikeyException>(() => call)).Fault);

        Assert.Equal(1, twikey.Logins);
    }

    [Fact]
    public async Task A_caller_that_gives_up_leaves_the_log_in_to_the_others()
    {
        var answerNow = new TaskCompletionSource();
        twikey.On("POST /creditor", async context =>
        {
            await answerNow.Task;
            await twikey.GiveToken(context);
        });
        using var patience = new CancellationTokenSource();

        var first = twikey.Client.ReadProfilesAsync(patience.Token);
        var second = twikey.Client.ReadProfilesAsync();
        await patience.CancelAsync();
        answerNow.SetResult();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Single(await second);
        Assert.Equal(1, twikey.Logins);
    }

    [Fact]
    public async Task A_throttled_log_in_is_not_tried_again_before_its_time()
    {
        twikey.On("POST /creditor", Say(429, null, "", ("x-rate-limit-retry-after-seconds", "1009")), twikey.GiveToken);

        var refusal = await Assert.ThrowsAsync<TwikeyException>(() => twikey.Client.LoginAsync());
        Assert.Equal((TwikeyFault.RateLimited, TimeSpan.FromSeconds(1009)), (refusal.Fault, refusal.RetryAfter));

        twikey.Clock.Advance(TimeSpan.FromSeconds(1000));
        refusal = await Assert.ThrowsAsync<TwikeyException>(() => twikey.Client.LoginAsync());
        Assert.Equal((TwikeyFault.RateLimited, TimeSpan.FromSeconds(9)), (refusal.Fault, refusal.RetryAfter));
        Assert.Equal(1, twikey.Logins);

        twikey.Clock.Advance(TimeSpan.FromSeconds(9));
        await twikey.Client.LoginAsync();
        Assert.Equal(2, twikey.Logins);
    }

    [Fact]
    public void A_connection_printed_shows_no_secret()
    {
        var text = (twikey.Connection with { PrivateKey = "c0ffee" }).ToString();

        Assert.DoesNotContain("key-1", text);
        Assert.DoesNotContain("c0ffee", text);
    }

    private IEnumerable<string> TokensUsed() =>
        twikey.Calls.Where(call => call.Headers.ContainsKey("Authorization")).Select(call => call.Headers["Authorization"]);

    private IEnumerable<string> InvitesSent() => twikey.Calls.Where(call => call.Target == "/creditor/invite").Select(call => call.Body);
}
