using System.Globalization;
using System.Text.Json;
using Domi.Platform;
using Domi.Standards;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Transfers;

public sealed class TransfersTests(AppFixture app) : IClassFixture<AppFixture>
{
    private const string Account = "BE91001732641076";

    private readonly EngineClient client = new(app);

    [Fact]
    public async Task A_beneficiary_is_registered_listed_and_removed()
    {
        await client.InviteAsync("B1", ("firstname", "An"), ("lastname", "Peeters"));
        var known = await client.TakenAsync(HttpMethod.Post, "/transfers/beneficiaries", ("customerNumber", "B1"), ("iban", "BE31 7982 5891 5655"));
        var stranger = await client.TakenAsync(HttpMethod.Post, "/transfers/beneficiaries", ("name", "Stranger"), ("iban", "BE16645348971174"), ("address", "Visserij 44"), ("zip", "9000"), ("city", "Gent"), ("country", "BE"));

        Assert.Equal(("An Peeters", "BE31798258915655", true), (Text(known, "name"), Text(known, "iban"), known.GetProperty("available").GetBoolean()));
        Assert.Equal(("Stranger", "Visserij 44", "Gent"), (Text(stranger, "name"), Text(stranger.GetProperty("address"), "street"), Text(stranger.GetProperty("address"), "city")));
        var list = (await client.GetAsync("/transfers/beneficiaries")).GetProperty("beneficiaries").EnumerateArray().Where(b => Text(b, "iban") is "BE31798258915655" or "BE16645348971174").ToList();
        Assert.Equal(2, list.Count);
        Assert.All(list, b => Assert.False(b.TryGetProperty("address", out _)));
        Assert.True((await client.GetAsync("/transfer/beneficiaries?withAddress=true")).GetProperty("beneficiaries")[0].TryGetProperty("address", out _));

        Assert.Equal("err_not_found", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Delete, "/transfers/beneficiaries/BE31798258915655?customerNumber=OTHER"), HttpStatusCode.NotFound));
        await client.DoneAsync(HttpMethod.Delete, "/transfers/beneficiaries/BE31798258915655", ("customerNumber", "B1"));
        await client.DoneAsync(HttpMethod.Delete, "/transfer/beneficiaries", ("iban", "BE16645348971174"));
        Assert.Equal("err_not_found", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Delete, "/transfers/beneficiaries/BE16645348971174"), HttpStatusCode.NotFound));
    }

    [Theory]
    [InlineData("err_invalid_iban", "iban=BE00", "name=X")]
    [InlineData("err_missing_params", "name=X")]
    [InlineData("err_invalid_bic", "iban=BE16645348971174", "name=X", "bic=nobank")]
    [InlineData("err_name_required", "iban=BE16645348971174")]
    [InlineData("register_address_missing", "iban=BE16645348971174", "name=X", "zip=9000", "city=Gent")]
    [InlineData("err_invalid_email", "iban=BE16645348971174", "name=X", "email=no")]
    [InlineData("err_invalid_country", "iban=BE16645348971174", "name=X", "country=Belgium")]
    public async Task Who_cannot_be_a_beneficiary_is_refused(string code, params string[] form) =>
        Assert.Equal(code, await EngineClient.RefusalAsync(client.FormAsync("/transfers/beneficiaries", [.. form.Select(f => f.Split('=')).Select(f => (f[0], f[1]))])));

    [Fact]
    public async Task The_longest_names_fit()
    {
        var made = await client.TakenAsync(HttpMethod.Post, "/transfers/beneficiaries", ("firstname", new string('a', 70)), ("lastname", new string('b', 70)), ("customerNumber", "B3"), ("iban", "BE49473211985171"), ("address", "Visserij 44"), ("zip", "9000"), ("city", "Gent"));

        Assert.Equal(140, Text(made, "name").Length);
        await client.DoneAsync(HttpMethod.Delete, "/transfers/beneficiaries/BE49473211985171");
    }

    [Fact]
    public async Task A_transfer_is_made_handed_over_booked_and_told_once()
    {
        await BeneficiaryAsync();
        await app.ChangeCreditorAsync(c => c.Account = Iban.Parse("BE68539007547034"));
        var made = await TransferAsync("12.50", ("message", "Thank you"), ("ref", "X-1"), ("place", "Gent"));
        var later = await TransferAsync("13", ("date", "2031-01-01"));
        var id = Text(made, "id");

        Assert.Equal((Account, 12.5m, "Thank you", "X-1", "Gent", "OPEN"), (Text(made, "iban"), made.GetProperty("amount").GetDecimal(), Text(made, "msg"), Text(made, "ref"), Text(made, "place"), Text(made, "state")));
        Assert.Equal("2031-01-01", Text(later, "date"));
        var run = (await client.TakenAsync(HttpMethod.Post, "/transfer/complete", ("ct", "1"))).GetProperty("CreditTransfers")[0];
        Assert.Equal(("sent", 1), (Text(run, "progress"), run.GetProperty("entries").GetInt32()));
        Assert.Equal("err_invalid_state", await EngineClient.RefusalAsync(client.FormAsync(HttpMethod.Delete, "/transfer", ("id", id))));
        Assert.Equal(("empty", 0), (await client.TakenAsync(HttpMethod.Post, "/transfer/complete", ("iban", "BE68539007547034"))).GetProperty("CreditTransfers")[0] is var none ? (Text(none, "progress"), none.GetProperty("entries").GetInt32()) : default);
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(5));

        var booked = await client.GetAsync("/transfer/detail?id=" + id);
        Assert.Equal(("PAID", "PAID", id), (Text(booked, "state"), Text(booked.GetProperty("Entries")[0], "state"), Text(booked, "id")));
        Assert.Equal(await app.ReadEngineAsync(db => db.Transfers.Where(t => t.EndToEndId == id).Select(t => t.BookedOn).SingleAsync()), DateOnly.FromDateTime(booked.GetProperty("bkdate").GetDateTimeOffset().UtcDateTime));
        var told = Assert.Single(await client.FeedAsync("/transfer", "Entries"), e => Text(e, "id") == id);
        Assert.Equal(("PAID", "X-1", 12.5m), (Text(told, "state"), Text(told, "ref"), told.GetProperty("amount").GetDecimal()));
        Assert.Equal("done", Text((await client.GetAsync("/transfer/complete?pmtinfid=" + Text(run, "pmtinfid"))).GetProperty("CreditTransfers").EnumerateArray().Single(), "progress"));
        Assert.Equal(1, (await client.GetAsync("/transfer/complete?id=" + run.GetProperty("id"))).GetProperty("CreditTransfers").GetArrayLength());
        await client.DoneAsync(HttpMethod.Delete, "/transfer", ("id", Text(later, "id")));
        Assert.Equal("err_not_found", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, "/transfer/detail?id=" + Text(later, "id"))));
        await app.ChangeCreditorAsync(c => c.Account = null);
    }

    [Fact]
    public async Task What_cannot_be_sent_is_refused()
    {
        await BeneficiaryAsync();
        await client.InviteAsync("X2");
        foreach (var (name, value, code) in new[]
        {
            ("iban", "", "err_missing_params"), ("iban", "BE00", "err_invalid_iban"), ("iban", new string('1', 61), "err_invalid_params"), ("iban", "BE49473211985171", "err_not_found"), ("message", "", "err_missing_params"), ("message", new string('m', 141), "err_invalid_params"), ("message", "漢字", "err_invalid_sepachars"),
            ("amount", "", "err_missing_params"), ("amount", "0", "err_invalid_amount"), ("amount", "-1", "err_invalid_amount"), ("amount", "x", "err_invalid_amount"), ("date", "soon", "err_invalid_date"), ("customerNumber", "NOBODY", "err_debtor_not_found"), ("ref", new string('r', 201), "err_invalid_params"), ("place", new string('p', 141), "err_invalid_params"),
        })
        {
            (string, string)[] form = [.. new[] { ("iban", Account), ("amount", "5"), ("message", "M") }.Where(f => f.Item1 != name), (name, value)];
            var answered = await EngineClient.RefusalAsync(client.FormAsync("/transfer", form));
            Assert.True(code == answered, $"{name}={value}: {answered}");
        }

        Assert.Equal("err_provide_account", await EngineClient.RefusalAsync(client.FormAsync("/transfer/complete")));
        Assert.Equal("err_invalid_iban", await EngineClient.RefusalAsync(client.FormAsync("/transfer/complete", ("iban", "x"))));
        Assert.Equal("err_no_such_ct", await EngineClient.RefusalAsync(client.FormAsync("/transfer/complete", ("iban", Account), ("ct", "999"))));
        foreach (var (method, path) in new[] { ("GET", "/transfer/detail"), ("DELETE", "/transfer") })
        {
            Assert.Equal("err_missing_params", await EngineClient.RefusalAsync(client.FormAsync(new(method), path)));
            Assert.Equal("err_not_found", await EngineClient.RefusalAsync(client.FormAsync(new(method), path, ("id", "none"))));
            Assert.Equal("err_invalid_params", await EngineClient.RefusalAsync(client.FormAsync(new(method), path, ("id", new string('i', 36)))));
        }
    }

    [Fact]
    public async Task A_suspended_beneficiary_gets_nothing()
    {
        await BeneficiaryAsync();
        await app.ChangeCreditorAsync(c => c.Account = Iban.Parse("BE68539007547034"));
        var held = await TransferAsync("14");
        await app.ReadEngineAsync(db => db.Beneficiaries.ExecuteUpdateAsync(set => set.SetProperty(b => b.IsAvailable, false)));

        Assert.Equal("err_not_found", await EngineClient.RefusalAsync(client.FormAsync("/transfer", ("iban", Account), ("amount", "5"), ("message", "M"))));
        await client.TakenAsync(HttpMethod.Post, "/transfer/complete");
        Assert.Equal("OPEN", Text(await client.GetAsync("/transfer/detail?id=" + Text(held, "id")), "state"));
        await client.DoneAsync(HttpMethod.Delete, "/transfer", ("id", Text(held, "id")));
        await app.ChangeCreditorAsync(c => c.Account = null);
    }

    [Fact]
    public async Task A_collection_of_an_invoice_is_given_back_in_parts_to_the_debtors_account_and_the_invoice_is_open_again()
    {
        await app.ChangeCreditorAsync(c => c.Account = Iban.Parse("BE68539007547034"));
        await client.GivenASignedMandate("X3", ("iban", "BE16645348971174"));
        await client.BookAsync(EngineClient.Invoice("X-INV", 100m, "X3", due: "2026-03-17"));
        var debit = (await client.GetAsync("/transaction/detail?ref=X-INV")).GetProperty("Entries")[0];
        Assert.Equal("err_invalid_state", await EngineClient.RefusalAsync(RefundAsync(debit, "40")));
        await AppFixture.AdvanceAsync(app.Engine, DateOnly.ParseExact(Text(debit, "reqcolldt"), "yyyy-MM-dd", CultureInfo.InvariantCulture).At(9) - app.Now());

        var refund = (await client.TakenAsync(HttpMethod.Post, "/transaction/refund", ("id", debit.GetProperty("id").ToString()), ("message", "Sorry"), ("amount", "40"), ("ref", "R-1"), ("place", "Gent"))).GetProperty("Entries")[0];
        Assert.Equal(("BE16645348971174", 40m, "R-1", "OPEN"), (Text(refund, "iban"), refund.GetProperty("amount").GetDecimal(), Text(refund, "ref"), Text(refund, "state")));
        Assert.Equal("err_fail_refund", await EngineClient.RefusalAsync(RefundAsync(debit, "40")));
        Assert.Equal("err_invalid_amount", await EngineClient.RefusalAsync(RefundAsync(debit, "60.01")));
        foreach (var (form, code) in new[] { ("amount=5", "err_msg_missing"), ("message=M", "err_missing_params"), ("message=M&amount=0", "err_invalid_amount"), ("message=M&amount=5&iban=no", "err_invalid_iban"), ("message=M&amount=5&bic=no", "err_invalid_bic") })
            Assert.Equal(code, await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Post, $"/transaction/refund?id={debit.GetProperty("id")}&{form}")));
        Assert.Equal("err_no_transaction", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Post, "/transaction/refund?id=999999999&message=M&amount=5")));
        var other = (await client.TakenAsync(HttpMethod.Post, "/transaction/refund", ("id", debit.GetProperty("id").ToString()), ("message", "Sorry"), ("amount", "10"), ("iban", "BE31798258915655"))).GetProperty("Entries")[0];
        Assert.Equal("BE31798258915655", Text(other, "iban"));

        Assert.Equal(2, (await client.TakenAsync(HttpMethod.Post, "/transfer/complete")).GetProperty("CreditTransfers")[0].GetProperty("entries").GetInt32());
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(6));
        Assert.Equal("PAID", Text(await client.GetAsync("/transfer/detail?id=" + Text(refund, "id")), "state"));
        Assert.Equal(50m, await app.ReadEngineAsync(async db => (await db.Invoices.SingleAsync(i => i.Number == "X-INV")).Open));
        Assert.NotEqual("PAID", Text(await client.GetAsync("/invoice/X-INV"), "state"));
        await app.ChangeCreditorAsync(c => c.Account = null);
    }

    private async Task BeneficiaryAsync() =>
        await client.TakenAsync(HttpMethod.Post, "/transfers/beneficiaries", ("name", "Somebody"), ("iban", Account), ("address", "Visserij 44"), ("zip", "9000"), ("city", "Gent"));

    private async Task<JsonElement> TransferAsync(string amount, params (string, string)[] more) =>
        (await client.TakenAsync(HttpMethod.Post, "/transfer", [("iban", Account), ("amount", amount), .. more.Any(m => m.Item1 == "message") ? [] : new[] { ("message", "M") }, .. more])).GetProperty("Entries")[0];

    private Task<HttpResponseMessage> RefundAsync(JsonElement debit, string amount) => client.FormAsync("/transaction/refund", ("id", debit.GetProperty("id").ToString()), ("message", "Sorry"), ("amount", amount));

    private static string Text(JsonElement entry, string name) => entry.GetProperty(name).GetString()!;
}
