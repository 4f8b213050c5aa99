using System.Text.Json;
using System.Text.Json.Nodes;
using static Domi.Twikey.Tests.ScriptedTwikey;

namespace Domi.Twikey.Tests;

/// <summary>Calls and answers as they stand in <c>tests/data/wire</c>.</summary>
public sealed class ExchangeTests : IAsyncLifetime
{
    private static readonly Guid InvoiceId = new("0192f0c1-2f6e-7c3a-9b1e-5d2f4a6b8c01");
    private static readonly byte[] Document = "%PDF-1.7"u8.ToArray();

    private ScriptedTwikey twikey = null!; // set before each test

    public async ValueTask InitializeAsync() => twikey = await StartAsync();

    public ValueTask DisposeAsync() => twikey.DisposeAsync();

    [Fact]
    public async Task An_invoice_is_created()
    {
        var invoice = await Play("create-invoice", client => client.CreateInvoiceAsync(
            new(InvoiceId, "2026-0007", 121.00m, new(2026, 3, 2), new(2026, 4, 1), new("C-12", "ap@bakery.example")
            {
                FirstName = "An",
                LastName = "Peeters",
                CompanyName = "Bakery & Sons",
                Coc = "0403170701",
                Address = "Veldstraat 11",
                Zip = "9000",
                City = "Gent",
                Country = "BE",
                Language = "nl",
                Mobile = "+32499123445",
            })
            {
                Title = "Accounting, March",
                Remittance = "090933755493",
                Ref = "7",
                Ct = 1047,
                Locale = "nl_BE",
                Manual = false,
                Pdf = Document,
                RedirectUrl = new("https://office.example/thanks?i=7"),
                Email = "invoices@bakery.example",
                Cc = ["one@bakery.example", "two@bakery.example"],
                RelatedInvoiceNumber = "2026-0001",
                Delivery = "disabled",
                Lines = [new("ACC", "Accounting", 1, "mon", 100.00m, "S", 21, 21.00m)],
                Extra = new Dictionary<string, string> { ["branch"] = "North" },
                Purpose = "redirect",
                Partner = "Domi",
                ForceTransaction = true,
            }));

        Assert.Equal((InvoiceId, "2026-0007", "Accounting, March", "090933755493"),
            (invoice.Id, invoice.Number, invoice.Title, invoice.Remittance));
        Assert.Equal(("BOOKED", 121.00m, new DateOnly(2026, 3, 2), new DateOnly(2026, 4, 1)),
            (invoice.State, invoice.Amount, invoice.IssuedOn, invoice.DueOn));
        Assert.Equal((1047L, "7", false, new Uri("https://app.example/4242/0192f0c1-2f6e-7c3a-9b1e-5d2f4a6b8c01")),
            (invoice.Ct, invoice.Ref, invoice.Manual, invoice.Url));
    }

    [Fact]
    public async Task An_invoice_is_changed()
    {
        var invoice = await Play("update-invoice", client => client.UpdateInvoiceAsync(InvoiceId, new()
        {
            Title = "Accounting",
            IssuedOn = new(2026, 3, 2),
            DueOn = new(2026, 4, 2),
            Pdf = Document,
            Ref = "8",
            State = "archived",
            Extra = new Dictionary<string, string> { ["branch"] = "South" },
        }));

        Assert.Equal(("ARCHIVED", 121m), (invoice.State, invoice.Amount));
    }

    [Fact]
    public Task An_invoice_is_refunded() => Play("refund-invoice", client => client.InvoiceActionAsync(
        InvoiceId, "refund", new Dictionary<string, string> { ["message"] = "Paid twice", ["amount"] = "12.50" }));

    [Fact]
    public Task An_invoice_is_deleted() => Play("delete-invoice", client => client.DeleteInvoiceAsync(InvoiceId));

    [Fact]
    public async Task A_customer_is_invited()
    {
        var invitation = await Play("invite", client => client.InviteAsync(new(1047)
        {
            Language = "nl",
            CustomerNumber = "C-12",
            Email = "ap@bakery.example",
            FirstName = "An",
            LastName = "Peeters",
            CompanyName = "Bakery & Sons",
            VatNumber = "BE0403170701",
            Mobile = "+32499123445",
            Address = "Veldstraat 11",
            Zip = "9000",
            City = "Gent",
            Country = "BE",
            Iban = "BE68539007547034",
            Bic = "GKCCBEBB",
            MandateReference = "CORE-1",
            ContractReference = "K1",
            Check = true,
            ExpiresAt = new(2026, 4, 1, 0, 0, 0, TimeSpan.Zero),
            SendInvite = true,
            Token = "tok",
            RequireValidation = true,
            Attributes = new Dictionary<string, string> { ["branch"] = "North" },
        }));

        Assert.Equal(new Invitation("CORE-1", new("http://twikey.to/bakery/xlBF"), "xlBF"), invitation);
    }

    [Fact]
    public async Task An_invitation_may_find_a_signed_mandate_and_have_no_address()
    {
        twikey.On("POST /creditor/invite", Json("""{"mndtId":"CORE-1"}"""));

        Assert.Equal(new Invitation("CORE-1", null, null), await twikey.Client.InviteAsync(new(1047) { Check = true, Email = "a@b.example" }));
    }

    [Fact]
    public Task A_mandate_is_cancelled() =>
        Play("cancel-mandate", client => client.CancelMandateAsync("CORE/1", "moved & gone", notify: true));

    [Fact]
    public async Task Profiles_are_read()
    {
        var profiles = await Play("profiles", client => client.ReadProfilesAsync());

        Assert.Equal(
            [new(1047, "Monthly", true, "CORE"), new(1048, "Companies", false, "B2B"), new Profile(1049, "", true, null)], profiles);
    }

    [Fact]
    public async Task Mandates_are_searched()
    {
        var found = await Play("query-mandates", client => client.QueryMandatesAsync(customerNumber: "C-12", state: "PREPARED", page: 2));

        Assert.Equal(
            [
                new("CORE-1", "CORE", "PREPARED", null, null, "BE68539007547034", "GKCCBEBB"),
                new FoundMandate("B2B-9", "B2B", "SIGNED", "K9", new(2026, 1, 5), null, null),
            ],
            found);
    }

    [Fact]
    public async Task A_search_without_a_result_is_an_empty_list()
    {
        twikey.On("GET /creditor/mandate/query", Json("""{"Contracts":[],"_links":{}}"""));

        Assert.Empty(await twikey.Client.QueryMandatesAsync(email: "nobody@bakery.example"));
    }

    [Fact]
    public async Task A_mandate_is_read_with_its_state()
    {
        var mandate = await Play("mandate-detail", client => client.ReadMandateAsync("core/1"));

        Assert.NotNull(mandate);
        Assert.Equal(("CORE/1", "SIGNED", true, "CORE"), (mandate.Reference, mandate.State, mandate.Collectable, mandate.Scheme));
        Assert.Equal(("Bakery & Sons", "BE68539007547034", "GKCCBEBB"), (mandate.DebtorName, mandate.Iban, mandate.Bic));
        Assert.Equal(("12", "ap@bakery.example", "+32499123445"), (mandate.CustomerNumber, mandate.Email, mandate.Mobile));
        // Half past eleven at night in Greenwich is the next day in Belgium.
        Assert.Equal((new DateOnly(2026, 1, 6), 1047L, "K1"), (mandate.SignedOn, mandate.Ct, mandate.ContractReference));
        Assert.Equal("North", mandate.SupplementaryData["branch"]);
        Assert.Equal((null, null, null), (mandate.OriginalReference, mandate.AmendmentReason, mandate.CancelReason));
    }

    [Fact]
    public async Task A_cancelled_mandate_tells_why()
    {
        twikey.On("GET /creditor/mandate/detail", Json(
            """{"OrgnlMndtId":"CORE-0","CxlRsn":{"Rsn":"moved"},"AmdmntRsn":"_T52","Mndt":{"MndtId":"CORE-1","DbtrAcct":{"Id":{"IBAN":"BE68539007547034"}},"Ocrncs":{"Drtn":{"FrDt":"2026-01-04"}}}}""",
            ("X-STATE", "CANCELLED"), ("X-COLLECTABLE", "false")));

        var mandate = await twikey.Client.ReadMandateAsync("CORE-1");

        Assert.NotNull(mandate);
        Assert.Equal(("CANCELLED", false, "moved", "_T52", "CORE-0"),
            (mandate.State, mandate.Collectable, mandate.CancelReason, mandate.AmendmentReason, mandate.OriginalReference));
        Assert.Equal(("BE68539007547034", new DateOnly(2026, 1, 4)), (mandate.Iban, mandate.SignedOn));
    }

    [Theory]
    [InlineData("err_not_found")]
    [InlineData("err_no_contract")]
    public async Task An_unknown_mandate_is_null(string code)
    {
        twikey.On("GET /creditor/mandate/detail", Refuse(code));

        Assert.Null(await twikey.Client.ReadMandateAsync("CORE-404"));
    }

    [Fact]
    public async Task Changes_of_mandates_are_read_from_the_beginning()
    {
        var page = await Play("feed-mandates", client => client.ReadMandatesAsync(after: null));

        Assert.Equal("33", page.Last);
        Assert.Equal([31L, 32L, 33L], page.Items.Select(item => item.Sequence!.Value));
        Assert.Equal([0, 1, 2], page.Items.Select(item => item.Position));
        Assert.Equal([("CORE-1", MandateChangeKind.New, null), ("CORE-1", MandateChangeKind.Amended, "_T50,_T53"), ("CORE-1", MandateChangeKind.Cancelled, "moved")],
            page.Items.Select(item => (item.Value!.Reference, item.Value.Kind, item.Value.Reason)));
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 11, 0, 0, TimeSpan.Zero), page.Items[2].Value!.OccurredAt);
        Assert.Equal((1047L, "BE68539007547034"), (page.Items[0].Value!.Mandate!.Ct, page.Items[0].Value!.Mandate!.Iban));
        Assert.Equal("CORE-2", page.Items[1].Value!.Mandate!.Reference);
        Assert.Null(page.Items[2].Value!.Mandate);
    }

    [Fact]
    public async Task Changes_of_invoices_are_read_whatever_their_form()
    {
        var page = await Play("feed-invoices", client => client.ReadInvoicesAsync("700"));

        Assert.Equal("705", page.Last);
        Assert.Equal([701L, 702L, 703L, 704L, null], page.Items.Select(item => item.Sequence));
        Assert.Equal([("BOOKED", 121.0m), ("SETTLING", 1250.5m), ("PAID", -10m)],
            page.Items.Take(3).Select(item => (item.Value!.State, item.Value.Amount)));
        Assert.Equal(("20260008", new DateOnly(2026, 3, 3)), (page.Items[1].Value!.Number, page.Items[1].Value!.IssuedOn));

        var first = page.Items[0].Value!;
        Assert.Equal(("12", 2L, "AM04"), (first.CustomerNumber, first.ReminderLevel, first.LastError));
        Assert.Equal(
            new LastPayment("sdd", "payment_fail", "812589", "E2E-1", "BATCH-1", "BE68539007547034", "GKCCBEBB", "AM04", null,
                "Insufficient funds", "CORE-1", new(2026, 3, 9, 4, 0, 0, TimeSpan.Zero), false),
            first.LastPayments[0]);
        Assert.True(first.LastPayments[1].IsDouble);
        Assert.Equal("transfer", Assert.Single(page.Items[2].Value!.LastPayments).Method);
    }

    [Fact]
    public async Task An_entry_that_cannot_be_read_stands_between_the_others_with_its_text()
    {
        var page = await Play("feed-invoices", client => client.ReadInvoicesAsync("700"));

        Assert.Equal((null, "amount is not an amount."), (page.Items[3].Value, page.Items[3].Problem));
        Assert.Equal(
            """{"amount":"1.250,50","id":"0192f0c1-2f6e-7c3a-9b1e-5d2f4a6b8c04","number":"2026-0010","seq":704,"state":"PAID"}""",
            page.Items[3].Json);
        Assert.Equal((null, "\"not an invoice\""), (page.Items[4].Value, page.Items[4].Json));
        Assert.NotNull(page.Items[4].Problem);
    }

    [Fact]
    public async Task Payments_are_read_whatever_their_form()
    {
        var page = await Play("feed-payments", client => client.ReadPaymentsAsync("12"));

        Assert.All(page.Items, item => Assert.Null(item.Problem));
        Assert.Equal(
            new TwikeyPayment("evt_1", "payment", new(2026, 3, 5, 4, 0, 0, 123, TimeSpan.Zero), 121.00m, "EUR",
                new("invoice", InvoiceId, "2026-0007", "7"), new("847", "Belfius", "bank", "BE68539007547034"),
                new("direct_debit", "31", "E2E-1", "CORE-1", null, null, null, null), null),
            page.Items[0].Value);
        Assert.Equal(
            new PaymentError("not_routable", "Bank not reachable", "other", "PY01", "send_payment_link", 1), page.Items[1].Value!.Error);
        Assert.Equal((5.25m, "EUR", "812589", "mastercard"),
            (page.Items[2].Value!.Amount, page.Items[2].Value!.Currency, page.Items[2].Value!.Details.LinkId, page.Items[2].Value!.Details.LinkMethod));
    }

    private async Task<T> Play<T>(string exchange, Func<TwikeyClient, Task<T>> act)
    {
        T? result = default;
        await Play(exchange, async client => { result = await act(client); });
        return result!;
    }

    private async Task Play(string exchange, Func<TwikeyClient, Task> act)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "wire", $"{exchange}.json"));
        using var document = JsonDocument.Parse(text);
        var (call, answer) = (document.RootElement.GetProperty("call"), document.RootElement.GetProperty("answer"));
        var (method, target) = (call.GetProperty("method").GetString()!, call.GetProperty("target").GetString()!);
        var headers = answer.TryGetProperty("headers", out var given)
            ? given.EnumerateObject().Select(header => (header.Name, header.Value.GetString()!)).ToArray()
            : [];
        var body = answer.TryGetProperty("json", out var json) ? json.GetRawText() : "";
        twikey.On($"{method} {target.Split('?')[0]}", Json(answer.GetProperty("status").GetInt32(), body, headers));

        await act(twikey.Client);

        var sent = twikey.Calls.Last();
        Assert.Equal((method, target), (sent.Method, sent.Target));
        if (call.TryGetProperty("headers", out var expected))
            Assert.All(expected.EnumerateObject(), header => Assert.Equal(header.Value.GetString(), sent.Headers[header.Name]));
        if (call.TryGetProperty("json", out var content))
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(content.GetRawText()), JsonNode.Parse(sent.Body)), sent.Body);
        else
            Assert.Equal(call.TryGetProperty("body", out var form) ? form.GetString() : "", sent.Body);
    }
}
