using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Linq;
using Domi.Engine.Creditors;
using Domi.Engine.Customers;
using Domi.Engine.Mails;
using Domi.Engine.Wire;
using Domi.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace Domi.Engine.Invoices;

/// <summary><c>POST /creditor/invoice/ubl</c>: books an invoice or credit note from a UBL document, which is kept with it.</summary>
/// <remarks>
/// Read without DTD and resolver, at most 20 MB. Refuses with <c>invalid_file</c> (no UBL), <c>err_invalid_amount</c> (a total of
/// LegalMonetaryTotal is missing), <c>err_missing_params</c> (number, dates; customer number or e-mail; address), and as any invoice does.
/// Source: Twikey, UBL mapping; OASIS UBL 2.1.
/// </remarks>
internal static class UblInvoice
{
    private const int MostBytes = 20 * 1024 * 1024;

    // No document nests deeper than a dozen; what a reader of texts walks through is bounded.
    private const int MostDepth = 64;

    private static readonly XNamespace Cac = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2";
    private static readonly XNamespace Cbc = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2";

    public static void Map(IEndpointRouteBuilder creditor) => creditor.MapPost("invoice/ubl", HandleAsync).WithMetadata(new Limit(MostBytes));

    private static async Task<IResult> HandleAsync(
        Call call, EngineDb db, InvoiceView view, Settlement settlement, CreditorKeys keys, DebtorMail mail, BusinessClock clock, CancellationToken ct)
    {
        var bytes = await ReadBodyAsync(call, ct);
        var wanted = Read(call, bytes, Parse(bytes));
        var answer = await db.RepeatWhenBeatenAsync(token => CreateInvoice.BookAsync(call, wanted, db, view, settlement, keys, mail, clock, token), ct);
        return Json.Answer(answer);
    }

    /// <summary>Of the server; a document is larger than other calls.</summary>
    private sealed record Limit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;

    private static async Task<byte[]> ReadBodyAsync(Call call, CancellationToken ct)
    {
        using var buffer = new MemoryStream();
        await call.Http.Request.Body.CopyToAsync(buffer, ct);
        return buffer.Length is > 0 and <= MostBytes ? buffer.ToArray() : throw Bad("The body is empty, or larger than 20 MB.");
    }

    private static XElement Parse(byte[] bytes)
    {
        try
        {
            var rules = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MostBytes, Async = false };
            using (var depth = XmlReader.Create(new MemoryStream(bytes), rules))
                while (depth.Read())
                    if (depth.Depth > MostDepth) throw Bad("The body is nested too deep.");
            using var reader = XmlReader.Create(new MemoryStream(bytes), rules);
            var root = XDocument.Load(reader).Root!;
            return root.Name.LocalName is "Invoice" or "CreditNote" && root.Name.NamespaceName.StartsWith("urn:oasis:names:specification:ubl:schema:xsd:", StringComparison.Ordinal)
                ? root
                : throw Bad($"{root.Name.LocalName} is no invoice and no credit note of UBL 2.");
        }
        catch (XmlException e)
        {
            throw Bad($"The body is no XML: {e.Message}");
        }
    }

    private static CreateInvoice.Wanted Read(Call call, byte[] bytes, XElement root)
    {
        var isCredit = root.Name.LocalName == "CreditNote";
        var party = root.Element(Cac + "AccountingCustomerParty");
        var customer = CustomerOf(party);
        var total = root.Element(Cac + "LegalMonetaryTotal");
        foreach (var name in new[] { "LineExtensionAmount", "TaxExclusiveAmount", "TaxInclusiveAmount", "PayableAmount" })
            if (Text(total, Cbc + name) is null) throw new RefusedException("err_invalid_amount", $"LegalMonetaryTotal has no {name}.", ("amount", name)) { Field = name };

        var amount = Amount(total!, "PayableAmount");
        var paid = Text(total, Cbc + "PrepaidAmount") is null ? 0m : Amount(total!, "PrepaidAmount");
        if (paid < 0 || paid > Math.Max(0m, amount + paid) || amount + paid > 999_999_999.99m)
            throw new RefusedException("err_invalid_amount", $"PrepaidAmount is not between 0 and the whole: {paid}.", ("amount", paid)) { Field = "PrepaidAmount" };
        if (total!.Element(Cbc + "PayableAmount")!.Attribute("currencyID")?.Value is { } currency && currency.Trim() != "EUR")
            throw new RefusedException("err_invalid_amount", $"Only euro is collected, not {currency}.", ("amount", currency)) { Field = "PayableAmount" };
        var date = Day(root, "IssueDate") ?? throw Call.Missing("IssueDate");
        var due = Day(root, "DueDate") ?? Day(root.Elements(Cac + "PaymentMeans").FirstOrDefault(), "PaymentDueDate") ?? date;
        var number = Text(root, Cbc + "ID") ?? throw Call.Missing("ID");
        if (number.Length > 70) throw Call.Invalid("ID", "ID is longer than 70 characters.");
        var remittance = root.Elements(Cac + "PaymentMeans").Select(m => Text(m, Cbc + "PaymentID")).FirstOrDefault(p => p is not null);
        if (remittance?.Length > 140) throw Call.Invalid("PaymentID", "PaymentID is longer than 140 characters.");
        var document = call.Header("X-CONTRACT")?.ToUpperInvariant();
        // PayableAmount is what is left after what was paid before: the invoice is for both.
        return new(
            CreateInvoice.IdOf(call.Header("X-INVOICE-ID")), number, Shorten.To(200, Text(root, Cbc + "Note")), CreateInvoice.RemittanceOf(remittance), Shorten.To(200, call.Header("X-Ref")), ProfileOf(call), isCredit ? -amount : amount + paid,
            isCredit ? 0m : paid, date, due, customer.Language, Says(call, "X-MANUAL"), null, null, null, call.Header("X-Delivery")?.ToLowerInvariant() is { Length: <= 32 } delivery ? delivery : null,
            Shorten.To(70, Text(root.Element(Cac + "BillingReference")?.Element(Cac + "InvoiceDocumentReference"), Cbc + "ID")), call.Header("X-PARTNER") is { Length: <= 70 } partner ? partner : null,
            null, PdfOf(root), bytes, null, Says(call, "X-FORCE-TRANSACTION"), document is null ? customer : null, null, document)
        {
            Campaign = call.Header("X-CAMPAIGN") is not { } campaign ? null : campaign.Length <= 250 ? campaign : throw Call.Invalid("X-CAMPAIGN", "X-CAMPAIGN is longer than 250 characters."),
            Attributes = InvoiceAttributes.OfHeaders(call),
        };
    }

    // The number by which the seller knows the buyer, in the order in which systems write it.
    private static CustomerBlock CustomerOf(XElement? accounting)
    {
        var party = accounting?.Element(Cac + "Party") ?? throw Call.Missing("AccountingCustomerParty");
        var number = Text(accounting, Cbc + "SupplierAssignedAccountID") ?? Text(accounting, Cbc + "AdditionalAccountID") ?? Text(party.Element(Cac + "PartyIdentification"), Cbc + "ID")
            ?? Text(party.Element(Cac + "PartyTaxScheme"), Cbc + "CompanyID") ?? Text(party.Element(Cac + "PartyLegalEntity"), Cbc + "CompanyID") ?? Text(accounting, Cbc + "CustomerAssignedAccountID");
        var contact = party.Element(Cac + "Contact");
        var email = Text(contact, Cbc + "ElectronicMail");
        if (number is null && email is null) throw Call.Missing("customer");
        if (email is not null && !SendMails.IsAddress(email)) throw new RefusedException("err_invalid_email", $"Not an e-mail address: {email}", ("email", email)) { Field = "ElectronicMail" };

        var address = party.Element(Cac + "PostalAddress") ?? throw Call.Missing("PostalAddress");
        var country = Text(address.Element(Cac + "Country"), Cbc + "IdentificationCode")?.ToUpperInvariant();
        if (country is not null && !Standards.Countries.Codes.Contains(country)) throw new RefusedException("err_invalid_country", $"Not a country of two letters: {country}", ("country", country)) { Field = "country" };
        return new(
            Shorten.To(50, number), email, null, null, Shorten.To(140, Text(party.Element(Cac + "PartyLegalEntity"), Cbc + "RegistrationName") ?? Text(party.Element(Cac + "PartyName"), Cbc + "Name")),
            Shorten.To(50, Text(party.Element(Cac + "PartyTaxScheme"), Cbc + "CompanyID") ?? Text(party.Element(Cac + "PartyLegalEntity"), Cbc + "CompanyID")), Shorten.To(140, Text(address, Cbc + "StreetName")),
            Shorten.To(50, Text(address, Cbc + "PostalZone")), Shorten.To(70, Text(address, Cbc + "CityName")), country, Text(party.Element(Cac + "Language"), Cbc + "ID") is { Length: >= 2 } language ? language[..2].ToLowerInvariant() : null,
            Shorten.To(50, Text(contact, Cbc + "Telephone")));
    }

    private static long? ProfileOf(Call call) => call.Header("X-TEMPLATE") is not { } text
        ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Call.Invalid("X-TEMPLATE", "X-TEMPLATE is the number of a profile.");

    // The readable copy that the sender put into the document.
    private static byte[]? PdfOf(XElement root) => root.Elements(Cac + "AdditionalDocumentReference")
        .Select(r => r.Element(Cac + "Attachment")?.Element(Cbc + "EmbeddedDocumentBinaryObject")).FirstOrDefault(b => b?.Attribute("mimeCode")?.Value == "application/pdf") is { } embedded
        ? CreateInvoice.PdfOf(string.Concat(embedded.Value.Where(c => !char.IsWhiteSpace(c))))
        : null;

    private static bool Says(Call call, string header) => call.Header(header)?.ToLowerInvariant() is "true" or "1";

    private static string? Text(XElement? parent, XName name) => parent?.Element(name)?.Value.Trim() is { Length: > 0 } text
        ? text.Any(Call.IsUnseen) ? throw Call.Invalid(name.LocalName, "A text may not contain control characters.") : text
        : null;

    private static decimal Amount(XElement parent, string name) => Call.AmountOf(name, Text(parent, Cbc + name)!);

    private static DateOnly? Day(XElement? parent, string name) => Text(parent, Cbc + name) is { } text ? Call.DayOf(name, text) : null;


    private static RefusedException Bad(string why) => new("invalid_file", why) { Field = "body" };
}
