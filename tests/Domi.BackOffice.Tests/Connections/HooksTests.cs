using Domi.Testing;
using Domi.Twikey;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Tests.Connections;

/// <summary>A webhook wakes the reader and nothing else; a forged one does not even that.</summary>
public sealed class HooksTests(OfficeFixture app) : IClassFixture<OfficeFixture>
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("55261CBC12BF62000DE1371412EF78C874DBC46F513B078FB9FF8643B2FD4FC2")]
    [InlineData("not hex at all")]
    public async Task A_forged_hint_is_refused_and_wakes_nobody(string? signature)
    {
        var before = await PollDueAsync();

        using var answer = await CallAsync(await TokenAsync(), "type=payment", signature);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal(before, await PollDueAsync());
    }

    [Fact]
    public async Task A_signed_hint_brings_the_next_read_forward_however_its_hex_is_written()
    {
        foreach (var signature in new[] { WebhookSignature.Compute(app.Access.ApiKey, "type=payment"), WebhookSignature.Compute(app.Access.ApiKey, "type=payment").ToLowerInvariant() })
        {
            using var answer = await CallAsync(await TokenAsync(), "type=payment", signature);

            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
            Assert.True(await PollDueAsync() <= TimeProvider.System.GetUtcNow().AddSeconds(1));
        }
    }

    [Fact]
    public async Task An_address_that_is_nobodys_does_not_exist()
    {
        using var answer = await CallAsync("abcdefghabcdefghabcdefghabcdefgh", "type=payment", WebhookSignature.Compute(app.Access.ApiKey, "type=payment"));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private async Task<HttpResponseMessage> CallAsync(string token, string query, string? signature)
    {
        using var client = AppFixture.Client(app.Office!);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/hooks/twikey/{token}?{query}");
        if (signature is not null) request.Headers.TryAddWithoutValidation("X-SIGNATURE", signature);
        return await client.SendAsync(request);
    }

    private Task<string> TokenAsync() => app.ReadAsync((OfficeDb db) => db.Connections.Select(c => c.HookToken).SingleAsync());

    private Task<DateTimeOffset?> PollDueAsync() => app.ReadAsync((OfficeDb db) => db.Connections.AsNoTracking().Select(c => c.PollDueAt).SingleAsync());
}
