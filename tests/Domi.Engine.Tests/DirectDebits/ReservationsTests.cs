using System.Globalization;
using Domi.Testing;

namespace Domi.Engine.Tests.DirectDebits;

public sealed class ReservationsTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);

    [Fact]
    public async Task A_transaction_uses_it_up_once_and_for_no_more_than_it_holds()
    {
        var mandate = await client.GivenASignedMandate("R1");
        var made = await client.TakenAsync(HttpMethod.Post, "/reservation", ("mndtId", mandate.ToLowerInvariant()), ("amount", "50"));
        var id = made.GetProperty("id").GetString()!;

        Assert.Equal((mandate, 50m), (made.GetProperty("mndtId").GetString(), made.GetProperty("reservedAmount").GetDecimal()));
        Assert.InRange(made.GetProperty("expires").GetDateTimeOffset() - app.Now(), TimeSpan.FromHours(23.9), TimeSpan.FromHours(24.1));
        Assert.Equal("err_invalid_amount", await EngineClient.RefusalAsync(TransactAsync(mandate, "50.01", id)));
        Assert.Equal("err_not_found", await EngineClient.RefusalAsync(TransactAsync(await client.GivenASignedMandate("R1-2"), "50", id)));
        using (var taken = await TransactAsync(mandate, "50", id)) Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        Assert.Equal("err_not_found", await EngineClient.RefusalAsync(TransactAsync(mandate, "50", id)));
    }

    [Fact]
    public async Task A_second_one_on_a_mandate_needs_force_and_replaces_the_first()
    {
        var mandate = await client.GivenASignedMandate("R2");
        var first = await ReserveAsync(mandate);

        Assert.Equal("err_invalid_state", await EngineClient.RefusalAsync(client.FormAsync("/reservation", ("mndtId", mandate), ("amount", "20"))));
        var second = (await client.TakenAsync(HttpMethod.Post, "/transaction", ("reservation", "true"), ("force", "true"), ("mndtId", mandate), ("reservationMinimum", "20"))).GetProperty("id").GetString()!;

        Assert.Equal("err_not_found", await EngineClient.RefusalAsync(TransactAsync(mandate, "20", first)));
        using var taken = await TransactAsync(mandate, "20", second);
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
    }

    [Theory]
    [InlineData("/reservation")]
    [InlineData("/transaction")]
    public async Task A_removed_one_makes_room_and_is_gone(string path)
    {
        var mandate = await client.GivenASignedMandate("R3" + path.Length);
        var id = await ReserveAsync(mandate);

        using (var answer = await client.SendAsync(HttpMethod.Delete, path, null, ("X-RESERVATION", id))) Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        foreach (var gone in new[] { id, "7", Guid.CreateVersion7().ToString() })
            Assert.Equal("err_not_found", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Delete, path, null, ("X-RESERVATION", gone))));
        await ReserveAsync(mandate);
    }

    [Fact]
    public async Task One_that_ran_out_holds_nothing()
    {
        var mandate = await client.GivenASignedMandate("R4");
        var id = (await client.TakenAsync(HttpMethod.Post, "/reservation", ("mndtId", mandate), ("amount", "50"), ("reservationExpiration", app.Now().AddHours(2).ToString("O", CultureInfo.InvariantCulture)))).GetProperty("id").GetString()!;
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromHours(3));

        Assert.Equal("err_not_found", await EngineClient.RefusalAsync(TransactAsync(mandate, "50", id)));
        await ReserveAsync(mandate);
    }

    [Fact]
    public async Task What_cannot_be_reserved_is_refused()
    {
        var mandate = await client.GivenASignedMandate("R5");
        var (prepared, _) = await client.InviteAsync("R5-2");

        foreach (var (form, code) in new (string, string)[]
        {
            ("mndtId=NONE&amount=5", "err_no_contract"), ("amount=5", "err_missing_params"), ($"mndtId={mandate}", "err_missing_params"), ($"mndtId={prepared}&amount=5", "err_invalid_state"),
            ($"mndtId={mandate}&amount=0", "err_invalid_amount"), ($"mndtId={mandate}&amount=-1", "err_invalid_amount"), ($"mndtId={mandate}&amount=x", "err_invalid_amount"), ($"mndtId={mandate}&amount=5&reservationMinimum=6", "err_invalid_amount"),
            ($"mndtId={mandate}&amount=5&reservationExpiration=later", "err_invalid_date"), ($"mndtId={mandate}&amount=5&reservationExpiration=2020-01-01T00:00:00Z", "err_invalid_date"),
            ($"mndtId={mandate}&amount=5&reservationExpiration=9999-12-31T23:59:59-14:00", "err_invalid_date"),
        })
            Assert.Equal(code, await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Post, "/reservation?" + form)));
        Assert.Equal("err_missing_params", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Delete, "/reservation")));
    }

    private async Task<string> ReserveAsync(string mandate) => (await client.TakenAsync(HttpMethod.Post, "/reservation", ("mndtId", mandate), ("amount", "50"))).GetProperty("id").GetString()!;

    private Task<HttpResponseMessage> TransactAsync(string mandate, string amount, string reservation) =>
        client.SendAsync(HttpMethod.Post, $"/transaction?mndtId={mandate}&amount={amount}&message=Fee", null, ("X-RESERVATION", reservation));
}
