using System.Globalization;
using Domi.Engine.Tests.Pages;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Wire;

public sealed class IdempotencyTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);

    [Fact]
    public async Task A_key_counts_once_on_every_operation_that_takes_one_and_not_when_the_call_failed()
    {
        var mandate = await client.GivenASignedMandate("I1");
        await client.TakenAsync(HttpMethod.Post, "/transfers/beneficiaries", ("name", "B"), ("iban", "BE91001732641076"), ("address", "Visserij 44"), ("zip", "9000"), ("city", "Gent"));
        var collected = await client.TransactAsync(mandate, 100m);
        await AppFixture.AdvanceAsync(app.Engine, DateOnly.ParseExact(collected.GetProperty("reqcolldt").GetString()!, "yyyy-MM-dd", CultureInfo.InvariantCulture).At(9) - app.Now());
        var link = await client.TakenAsync(HttpMethod.Post, "/payment/link", ("title", "T"), ("amount", "50"));
        await new Debtor(app).PayLinkAsync(new Uri(link.GetProperty("url").GetString()!).AbsolutePath);

        foreach (var (path, bad, good, again) in new[]
        {
            ("/transaction", "mndtId=NONE&amount=40&message=M", $"mndtId={mandate}&amount=40&message=M", $"mndtId={mandate}&amount=41&message=M"),
            ("/transaction/refund", $"id={collected.GetProperty("id")}&amount=101&message=M", $"id={collected.GetProperty("id")}&amount=10&message=M", $"id={collected.GetProperty("id")}&amount=11&message=M"),
            ("/subscription", "mndtId=NONE&amount=40&message=M", $"mndtId={mandate}&amount=40&message=M", $"mndtId={mandate}&amount=41&message=M"),
            ("/payment/link", "title=T&amount=5&invoice=NONE", "title=T&amount=5", "title=T&amount=6"),
            ("/payment/link/refund", $"id={link.GetProperty("id")}&amount=51&message=M", $"id={link.GetProperty("id")}&amount=5&message=M", $"id={link.GetProperty("id")}&amount=6&message=M"),
            ("/transfer", "iban=BE49473211985171&amount=5&message=M", "iban=BE91001732641076&amount=5&message=M", "iban=BE91001732641076&amount=6&message=M"),
        })
        {
            var key = "key" + path;
            Assert.NotEqual("err_duplicate_ref", await EngineClient.RefusalAsync(SendAsync(path, bad, key)));
            using (var taken = await SendAsync(path, good, key)) Assert.True(taken.StatusCode is HttpStatusCode.OK, $"{path}: {await taken.Content.ReadAsStringAsync()}");
            Assert.Equal("err_duplicate_ref", await EngineClient.RefusalAsync(SendAsync(path, again, key), HttpStatusCode.Conflict));
            using (var other = await SendAsync(path, again, key + "2")) Assert.True(other.StatusCode is HttpStatusCode.OK, $"{path}: {await other.Content.ReadAsStringAsync()}");
            Assert.Equal("err_invalid_params", await EngineClient.RefusalAsync(SendAsync(path, again, new string('k', 65))));
        }
    }

    [Fact]
    public async Task After_a_day_a_key_is_taken_again()
    {
        using (var first = await SendAsync("/payment/link", "title=T&amount=5", "old")) Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        await app.ReadEngineAsync(db => db.IdempotencyKeys.Where(k => k.Key == "old").ExecuteUpdateAsync(set => set.SetProperty(k => k.UsedAt, TimeProvider.System.GetUtcNow().AddHours(-25))));

        using (var second = await SendAsync("/payment/link", "title=T&amount=5", "old")) Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal("err_duplicate_ref", await EngineClient.RefusalAsync(SendAsync("/payment/link", "title=T&amount=5", "old"), HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task Of_two_calls_with_one_key_at_the_same_moment_one_is_taken()
    {
        await client.LogInAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => SendAsync("/payment/link", "title=Race&amount=5", "race")));

        Assert.Equal([HttpStatusCode.OK, .. Enumerable.Repeat(HttpStatusCode.Conflict, 5)], answers.Select(a => a.StatusCode).Order());
        Assert.Equal(1, await app.ReadEngineAsync(db => db.PayLinks.CountAsync(l => l.Title == "Race")));
        foreach (var answer in answers) answer.Dispose();
    }

    private Task<HttpResponseMessage> SendAsync(string path, string query, string key) => client.SendAsync(HttpMethod.Post, $"{path}?{query}", null, ("Idempotency-Key", key));
}
