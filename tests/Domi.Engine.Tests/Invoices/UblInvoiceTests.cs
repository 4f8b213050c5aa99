using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Invoices;

public sealed class UblInvoiceTests(AppFixture app) : IClassFixture<AppFixture>
{
    private static readonly XNamespace Cac = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2";
    private static readonly XNamespace Cbc = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2";
    private static readonly byte[] Pdf = "%PDF-1.4 inside the invoice"u8.ToArray();

    private readonly EngineClient client = new(app);

    [Fact]
    public async Task An_invoice_is_booked_with_what_its_document_says_and_keeps_it()
    {
        var id = Guid.CreateVersion7();
        var document = Document("UB1");
        document.Element(Cac + "AccountingCustomerParty")!.AddBeforeSelf(new XElement(Cac + "AdditionalDocumentReference", new XElement(Cbc + "ID", "copy"),
            new XElement(Cac + "Attachment", new XElement(Cbc + "EmbeddedDocumentBinaryObject", new XAttribute("mimeCode", "application/pdf"), Convert.ToBase64String(Pdf).Insert(8, "\n  ")))));
        var bytes = Bytes(document);

        var booked = await BookAsync(bytes, ("X-INVOICE-ID", id.ToString()), ("X-Ref", "ref-1"), ("X-MANUAL", "true"), ("X-TEMPLATE", "1"), ("X-PARTNER", "Odoo"));

        Assert.Equal((id, "UB1", "Two chairs", "090933755493", "ref-1", "BOOKED", 121m, "2026-03-17", "2031-04-16", 1, true), (booked.GetProperty("id").GetGuid(), Text(booked, "number"), Text(booked, "title"), Text(booked, "remittance"), Text(booked, "ref"),
            Text(booked, "state"), booked.GetProperty("amount").GetDecimal(), Text(booked, "date"), Text(booked, "duedate"), booked.GetProperty("ct").GetInt32(), booked.GetProperty("manual").GetBoolean()));
        Assert.Contains("/pay/", Text(booked, "url"));
        var customer = (await client.GetAsync("/invoice/UB1?include=customer")).GetProperty("customer");
        Assert.Equal(("C-UB1", "ub1@example.org", "Goossens bv", "BE0712845377", "Visserij 44", "9000", "Gent", "BE", "fr", "+3292000000"), (Text(customer, "customerNumber"), Text(customer, "email"), Text(customer, "companyName"), Text(customer, "coc"),
            Text(customer, "address"), Text(customer, "zip"), Text(customer, "city"), Text(customer, "country"), Text(customer, "l"), Text(customer, "mobile")));
        Assert.Equal(bytes, await BytesAsync("/invoice/UB1/ubl", "application/xml"));
        Assert.Equal(Pdf, await BytesAsync($"/invoice/{id}/pdf", "application/pdf"));
    }

    [Fact]
    public async Task A_credit_note_is_booked_below_zero_and_names_what_it_corrects()
    {
        var document = Document("UB2", "CreditNote");
        document.Element(Cbc + "Note")!.AddAfterSelf(new XElement(Cac + "BillingReference", new XElement(Cac + "InvoiceDocumentReference", new XElement(Cbc + "ID", "UB1"))));

        Assert.Equal(-121m, (await BookAsync(Bytes(document))).GetProperty("amount").GetDecimal());
        Assert.Equal("UB1", await app.ReadEngineAsync(db => db.Invoices.Where(i => i.Number == "UB2").Select(i => i.RelatedInvoiceNumber).SingleAsync()));
    }

    [Fact]
    public async Task A_part_that_was_paid_before_is_paid()
    {
        var document = Document("UB3");
        document.Element(Cac + "LegalMonetaryTotal")!.Element(Cbc + "PayableAmount")!.Value = "21";
        document.Element(Cac + "LegalMonetaryTotal")!.Add(new XElement(Cbc + "PrepaidAmount", "100"));

        Assert.Equal(121m, (await BookAsync(Bytes(document))).GetProperty("amount").GetDecimal());
        Assert.Equal(21m, await app.ReadEngineAsync(async db => (await db.Invoices.SingleAsync(i => i.Number == "UB3")).Open));
    }

    [Fact]
    public async Task A_mandate_of_the_customer_collects_it_and_one_that_is_named_before_all()
    {
        await client.SignAsync("import", "C-UB4");
        var (named, _) = await client.SignAsync("import", "SOMEBODY");

        Assert.Equal("PENDING", Text(await BookAsync(Bytes(Document("UB4"))), "state"));
        Assert.Equal("PENDING", Text(await BookAsync(Bytes(Document("UB4-2")), ("X-CONTRACT", named.ToLowerInvariant())), "state"));
        Assert.Equal("SOMEBODY", Text((await client.GetAsync("/invoice/UB4-2?include=customer")).GetProperty("customer"), "customerNumber"));
        Assert.Equal("err_no_contract", await RefusedAsync(Bytes(Document("UB4-3")), ("X-CONTRACT", "NONE")));
    }

    [Fact]
    public async Task The_same_number_again_answers_the_invoice_there_is()
    {
        var first = await BookAsync(Bytes(Document("UB5")));
        var other = Document("UB5");
        other.Element(Cac + "LegalMonetaryTotal")!.Element(Cbc + "PayableAmount")!.Value = "7";
        var again = await BookAsync(Bytes(other));

        Assert.Equal((Text(first, "id"), 121m), (Text(again, "id"), again.GetProperty("amount").GetDecimal()));
        Assert.Equal(1, await app.ReadEngineAsync(db => db.Invoices.CountAsync(i => i.Number == "UB5")));
    }

    [Fact]
    public async Task The_customers_number_is_taken_where_it_stands_first()
    {
        var places = new (string Name, Action<XElement> Put)[]
        {
            ("supplier", a => a.AddFirst(new XElement(Cbc + "SupplierAssignedAccountID", "supplier"))), ("additional", a => a.AddFirst(new XElement(Cbc + "AdditionalAccountID", "additional"))),
            ("party", a => a.Element(Cac + "Party")!.AddFirst(new XElement(Cac + "PartyIdentification", new XElement(Cbc + "ID", "party")))), ("tax", a => a.Element(Cac + "Party")!.Add(new XElement(Cac + "PartyTaxScheme", new XElement(Cbc + "CompanyID", "tax")))),
            ("legal", a => a.Element(Cac + "Party")!.Add(new XElement(Cac + "PartyLegalEntity", new XElement(Cbc + "RegistrationName", "Legal nv"), new XElement(Cbc + "CompanyID", "legal")))), ("customer", a => a.AddFirst(new XElement(Cbc + "CustomerAssignedAccountID", "customer"))),
        };
        for (var first = 0; first < places.Length; first++)
        {
            var document = Document("UB6-" + first);
            var accounting = document.Element(Cac + "AccountingCustomerParty")!;
            accounting.Elements(Cbc + "SupplierAssignedAccountID").Remove();
            accounting.Element(Cac + "Party")!.Elements().Where(e => e.Name.LocalName is "PartyTaxScheme" or "PartyLegalEntity" or "Contact").Remove();
            foreach (var (_, put) in places[first..]) put(accounting);
            await BookAsync(Bytes(document));

            Assert.Equal(places[first].Name, Text((await client.GetAsync($"/invoice/UB6-{first}?include=customer")).GetProperty("customer"), "customerNumber"));
        }
    }

    [Theory]
    [InlineData("err_invalid_amount", "LegalMonetaryTotal/LineExtensionAmount", null)]
    [InlineData("err_invalid_amount", "LegalMonetaryTotal/TaxExclusiveAmount", null)]
    [InlineData("err_invalid_amount", "LegalMonetaryTotal/TaxInclusiveAmount", null)]
    [InlineData("err_invalid_amount", "LegalMonetaryTotal/PayableAmount", null)]
    [InlineData("err_invalid_amount", "LegalMonetaryTotal/PayableAmount", "much")]
    [InlineData("err_invalid_amount", "LegalMonetaryTotal/PayableAmount", "1e12")]
    [InlineData("err_invalid_amount", "LegalMonetaryTotal/PayableAmount/@currencyID", "USD")]
    [InlineData("err_invalid_amount", "LegalMonetaryTotal/+PrepaidAmount", "-5")]
    [InlineData("err_invalid_amount", "LegalMonetaryTotal/+PrepaidAmount", "999999999")]
    [InlineData("err_invalid_amount", "LegalMonetaryTotal", null)]
    [InlineData("err_missing_params", "ID", null)]
    [InlineData("err_missing_params", "ID", " ")]
    [InlineData("err_invalid_params", "ID", "0123456789012345678901234567890123456789012345678901234567890123456789X")]
    [InlineData("err_missing_params", "IssueDate", null)]
    [InlineData("err_invalid_date", "IssueDate", "17/03/2026")]
    [InlineData("err_invalid_date", "DueDate", "soon")]
    [InlineData("err_missing_params", "AccountingCustomerParty", null)]
    [InlineData("err_missing_params", "AccountingCustomerParty/Party", null)]
    [InlineData("err_missing_params", "AccountingCustomerParty/Party/PostalAddress", null)]
    [InlineData("err_invalid_country", "AccountingCustomerParty/Party/PostalAddress/Country/IdentificationCode", "Belgium")]
    [InlineData("err_invalid_email", "AccountingCustomerParty/Party/Contact/ElectronicMail", "no")]
    [InlineData("err_invalid_params", "PaymentMeans/PaymentID", "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789X")]
    public async Task What_is_missing_or_wrong_is_refused_and_books_nothing(string code, string path, string? value)
    {
        var document = Document("UB-NO");
        var steps = path.Split('/');
        var at = steps[..^1].Aggregate(document, (e, name) => e.Elements().Single(c => c.Name.LocalName == name));
        if (steps[^1][0] == '@') at.SetAttributeValue(steps[^1][1..], value);
        else if (steps[^1][0] == '+') at.Add(new XElement(Cbc + steps[^1][1..], value));
        else if (value is null) at.Elements().Single(c => c.Name.LocalName == steps[^1]).Remove();
        else at.Elements().Single(c => c.Name.LocalName == steps[^1]).Value = value;

        await AssertNothingAsync(code, Bytes(document));
    }

    [Fact]
    public async Task Without_number_and_address_nobody_is_the_customer()
    {
        var document = Document("UB-NO");
        document.Element(Cac + "AccountingCustomerParty")!.ReplaceNodes(new XElement(Cac + "Party", new XElement(Cac + "PartyName", new XElement(Cbc + "Name", "Somebody")), new XElement(Cac + "PostalAddress")));

        await AssertNothingAsync("err_missing_params", Bytes(document));
    }

    [Fact]
    public async Task A_campaign_and_values_of_the_clients_own_are_kept_and_given_back()
    {
        await BookAsync(Bytes(Document("UB7")), ("X-CAMPAIGN", "March"), ("X-ATTR-Cost-Centre", "42"), ("x-attr-site", "Gent"));
        var told = await client.GetAsync("/invoice/UB7");

        Assert.Equal(("March", "42", "Gent"), (Text(told, "campaign"), Text(told.GetProperty("extra"), "Cost-Centre"), Text(told.GetProperty("extra"), "site")));
        var invoice = EngineClient.Invoice("UB7-2", 10m, "UB7");
        (invoice["campaign"], invoice["extra"]) = ("April", new System.Text.Json.Nodes.JsonObject { ["a"] = 1, ["b"] = "x" });
        await client.BookAsync(invoice);
        using var changed = await client.SendAsync(HttpMethod.Put, "/invoice/UB7-2", System.Net.Http.Json.JsonContent.Create(new { extra = new { b = "y", a = "" } }));
        Assert.Equal(("April", "{\"b\":\"y\"}"), (Text(await client.GetAsync("/invoice/UB7-2"), "campaign"), (await client.GetAsync("/invoice/UB7-2")).GetProperty("extra").GetRawText().Replace(" ", "")));
    }

    [Fact]
    public async Task What_the_headers_say_must_hold()
    {
        await AssertNothingAsync("err_invalid_params", Bytes(Document("UB-NO")), ("X-CAMPAIGN", new string('c', 251)));
        await AssertNothingAsync("err_invalid_params", Bytes(Document("UB-NO")), ("X-ATTR-a", new string('v', 501)));
        await AssertNothingAsync("err_no_such_ct", Bytes(Document("UB-NO")), ("X-TEMPLATE", "999"));
        await AssertNothingAsync("err_invalid_params", Bytes(Document("UB-NO")), ("X-TEMPLATE", "one"));
        await AssertNothingAsync("err_invalid_params", Bytes(Document("UB-NO")), ("X-INVOICE-ID", "one"));
    }

    [Fact]
    public async Task What_is_no_ubl_is_refused()
    {
        var good = Encoding.UTF8.GetString(Bytes(Document("UB-NO")));
        var pdf = Document("UB-NO");
        pdf.Element(Cac + "AccountingCustomerParty")!.AddBeforeSelf(new XElement(Cac + "AdditionalDocumentReference", new XElement(Cac + "Attachment", new XElement(Cbc + "EmbeddedDocumentBinaryObject", new XAttribute("mimeCode", "application/pdf"), "bm8gcGRm"))));
        foreach (var (what, body) in new (string, byte[])[]
        {
            ("nothing", []), ("text", "no xml"u8.ToArray()), ("torn", Encoding.UTF8.GetBytes(good[..(good.Length / 2)])), ("another root", "<Invoice/>"u8.ToArray()), ("an order", Encoding.UTF8.GetBytes(good.Replace("Invoice", "Order"))),
            ("not UTF-8", Encoding.Latin1.GetBytes(good.Replace("Two chairs", "Été"))), ("an unknown encoding", Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"martian\"?>" + good)), ("control characters", Encoding.UTF8.GetBytes(good.Replace("Two chairs", "&#x7f;&#x1;"))),
            ("a copy that is no PDF", Bytes(pdf)),
        })
        {
            var answered = await RefusedAsync(body);
            Assert.True(answered == "invalid_file", $"{what}: {answered}");
        }

        await AssertNothingAsync("err_invalid_params", Encoding.UTF8.GetBytes(good.Replace("Two chairs", "Two&#x85;chairs")));
    }

    [Fact]
    public async Task Nothing_is_resolved_that_a_document_points_to()
    {
        var secret = Path.Combine(app.Folder, "secret.txt");
        await File.WriteAllTextAsync(secret, "a secret");
        var good = Encoding.UTF8.GetString(Bytes(Document("UB-XXE")));
        foreach (var dtd in new[]
        {
            $"<!DOCTYPE Invoice [<!ENTITY x SYSTEM \"file://{secret}\">]>", "<!DOCTYPE Invoice SYSTEM \"http://127.0.0.1:1/x.dtd\">", "<!DOCTYPE Invoice [<!ENTITY x \"lol\">]>", "<!DOCTYPE Invoice>",
            "<!DOCTYPE Invoice [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY x \"&b;&b;&b;&b;&b;&b;&b;&b;\">]>",
        })
            await AssertNothingAsync("invalid_file", Encoding.UTF8.GetBytes(dtd + good.Replace("Two chairs", dtd.Contains("ENTITY x") ? "&x;" : "chairs")));
    }

    [Fact]
    public async Task A_document_that_nests_without_end_is_refused()
    {
        var good = Encoding.UTF8.GetString(Bytes(Document("UB-NO")));

        await AssertNothingAsync("invalid_file", Encoding.UTF8.GetBytes(good.Replace("Two chairs", string.Concat(Enumerable.Repeat("<a>", 500_000)) + string.Concat(Enumerable.Repeat("</a>", 500_000)))));
    }

    [Fact]
    public async Task Twenty_megabytes_are_taken_and_more_are_refused()
    {
        var good = Bytes(Document("UB-BIG"));
        var whole = new byte[20 * 1024 * 1024];
        Array.Fill(whole, (byte)' ');
        good.CopyTo(whole, 0);

        Assert.Equal("UB-BIG", Text(await BookAsync(whole), "number"));
        using var answer = await SendAsync([.. whole, (byte)' '], ("Expect", "100-continue"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.True(answer.Headers.Contains("ApiError"));
    }

    [Fact]
    public async Task Where_there_is_no_document_there_is_none()
    {
        await client.BookAsync(EngineClient.Invoice("UB-NONE", 10m, "UB-NONE"));

        foreach (var part in new[] { "ubl", "pdf" }) Assert.Equal("err_not_found", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, $"/invoice/UB-NONE/{part}"), HttpStatusCode.NotFound));
        Assert.Equal("err_not_found", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, "/invoice/NOBODYS/ubl")));
    }

    private static XElement Document(string number, string root = "Invoice")
    {
        XNamespace ns = $"urn:oasis:names:specification:ubl:schema:xsd:{root}-2";
        XElement B(string name, string value) => new(Cbc + name, value);
        XElement A(string name, params object[] content) => new(Cac + name, content);
        XElement Money(string name, string value) => new(Cbc + name, new XAttribute("currencyID", "EUR"), value);
        return new(ns + root, new XAttribute(XNamespace.Xmlns + "cac", Cac), new XAttribute(XNamespace.Xmlns + "cbc", Cbc),
            B("ID", number), B("IssueDate", "2026-03-17"), B("DueDate", "2031-04-16"), B("Note", "Two chairs"), B("DocumentCurrencyCode", "EUR"),
            A("AccountingCustomerParty", B("SupplierAssignedAccountID", "C-" + number),
                A("Party", A("PartyName", B("Name", "Goossens")), A("Language", B("ID", "fr")), A("PostalAddress", B("StreetName", "Visserij 44"), B("CityName", "Gent"), B("PostalZone", "9000"), A("Country", B("IdentificationCode", "BE"))),
                    A("PartyTaxScheme", B("CompanyID", "BE0712845377")), A("PartyLegalEntity", B("RegistrationName", "Goossens bv")), A("Contact", B("Telephone", "+3292000000"), B("ElectronicMail", number.ToLowerInvariant() + "@example.org")))),
            A("PaymentMeans", B("PaymentID", "+++090/9337/55493+++")),
            A("LegalMonetaryTotal", Money("LineExtensionAmount", "100"), Money("TaxExclusiveAmount", "100"), Money("TaxInclusiveAmount", "121"), Money("PayableAmount", "121.00")));
    }

    private static byte[] Bytes(XElement document) => Encoding.UTF8.GetBytes(document.ToString());

    private Task<HttpResponseMessage> SendAsync(byte[] body, params (string, string)[] headers) =>
        client.SendAsync(HttpMethod.Post, "/invoice/ubl", new ByteArrayContent(body) { Headers = { ContentType = new("application/xml") } }, headers);

    private async Task<JsonElement> BookAsync(byte[] body, params (string, string)[] headers)
    {
        using var answer = await SendAsync(body, headers);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode is HttpStatusCode.OK, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private Task<string> RefusedAsync(byte[] body, params (string, string)[] headers) => EngineClient.RefusalAsync(SendAsync(body, headers));

    private async Task AssertNothingAsync(string code, byte[] body, params (string, string)[] headers)
    {
        var before = await CountsAsync();
        Assert.Equal(code, await RefusedAsync(body, headers));
        Assert.Equal(before, await CountsAsync());
    }

    private Task<string> CountsAsync() => app.ReadEngineAsync(async db => string.Join(' ', await db.Invoices.CountAsync(), await db.Customers.CountAsync(), await db.Blobs.CountAsync(), await db.FeedEvents.CountAsync()));

    private async Task<byte[]> BytesAsync(string path, string type)
    {
        using var answer = await client.SendAsync(HttpMethod.Get, path);
        Assert.Equal((HttpStatusCode.OK, type), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        return await answer.Content.ReadAsByteArrayAsync();
    }

    private static string Text(JsonElement entry, string name) => entry.GetProperty(name).GetString()!;
}
