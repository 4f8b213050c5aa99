using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Domi.Twikey;

/// <summary>Our records to and from the wire's names. Readers throw <see cref="FormatException"/>.</summary>
internal static class WireRecords
{
    /// <summary>Reads a success; what it lacks makes the whole answer unreadable, never half a result.</summary>
    public static T Read<T>(this Wire.Answer answer, Func<JsonElement, T> read)
    {
        var json = answer.Json();
        try
        {
            return read(json);
        }
        catch (FormatException e)
        {
            throw answer.Fault(TwikeyFault.Unreadable, $"The answer of Twikey cannot be read: {e.Message}");
        }
    }

    public static FeedItem<T> Item<T>(JsonElement entry, string sequence, int position, Func<JsonElement, T> read)
        where T : class
    {
        var canonical = entry.Canonical();
        try
        {
            var number = entry.Number(sequence) ?? entry.Number("seq");
            try
            {
                return new(read(entry), canonical, number, position);
            }
            catch (FormatException e)
            {
                return new(null, canonical, number, position, e.Message);
            }
        }
        catch (FormatException e)
        {
            return new(null, canonical, null, position, e.Message);
        }
    }

    public static Profile Profile(JsonElement json) => new(
        json.Number("id") ?? throw new FormatException("id is missing."),
        json.Text("name") ?? "",
        json.Flag("active") ?? true,
        json.Text("type"));

    public static TwikeyInvoice Invoice(JsonElement json) => new(
        json.Id("id") ?? throw new FormatException("id is missing or no UUID."),
        json.RequiredText("number"),
        json.Text("title"),
        json.Text("remittance"),
        (json.Text("state") ?? json.Text("status") ?? "").ToUpperInvariant(),
        json.RequiredAmount("amount"),
        json.Address("url"),
        json.Day("date"),
        json.Day("duedate"),
        json.Number("ct"),
        json.Text("ref"))
    {
        Manual = json.Flag("manual"),
        CustomerNumber = json.Path("customer")?.Text("customerNumber"),
        LastPayments = [.. LastPayments(json).Select(LastPayment)],
        ReminderLevel = json.Path("meta")?.Number("reminderLevel"),
        LastError = json.Path("meta")?.Text("lastError"),
    };

    public static JsonObject Body(NewInvoice invoice)
    {
        var body = new JsonObject { ["id"] = invoice.Id.ToString(), ["number"] = invoice.Number };
        body.Add("title", invoice.Title);
        body.Add("remittance", invoice.Remittance);
        body.Add("ref", invoice.Ref);
        if (invoice.Ct is { } ct) body["ct"] = ct;
        body["amount"] = invoice.Amount;
        body["date"] = Iso(invoice.IssuedOn);
        body["duedate"] = Iso(invoice.DueOn);
        body.Add("locale", invoice.Locale);
        body["customer"] = Body(invoice.Customer);
        if (invoice.Manual is { } manual) body["manual"] = manual;
        if (invoice.Pdf is { } pdf) body["pdf"] = Convert.ToBase64String(pdf);
        body.Add("redirectUrl", invoice.RedirectUrl?.AbsoluteUri);
        body.Add("email", invoice.Email);
        // An array: the description asks for a text with commas, which the service refuses.
        if (invoice.Cc.Count > 0) body["cc"] = new JsonArray([.. invoice.Cc.Select(address => JsonValue.Create(address))]);
        body.Add("relatedInvoiceNumber", invoice.RelatedInvoiceNumber);
        if (invoice.Lines.Count > 0) body["lines"] = new JsonArray([.. invoice.Lines.Select(Body)]);
        body.Add("delivery", invoice.Delivery);
        if (invoice.Extra.Count > 0) body["extra"] = Body(invoice.Extra);
        return body;
    }

    public static JsonObject Body(InvoiceChanges changes)
    {
        var body = new JsonObject();
        body.Add("title", changes.Title);
        if (changes.IssuedOn is { } issued) body["date"] = Iso(issued);
        if (changes.DueOn is { } due) body["duedate"] = Iso(due);
        if (changes.Pdf is { } pdf) body["pdf"] = Convert.ToBase64String(pdf);
        body.Add("ref", changes.Ref);
        body.Add("state", changes.State);
        if (changes.Extra.Count > 0) body["extra"] = Body(changes.Extra);
        return body;
    }

    public static TwikeyPayment Payment(JsonElement json)
    {
        var origin = json.Member("origin");
        var gateway = json.Member("gateway");
        var error = json.Member("error");
        return new(
            json.RequiredText("eventId"),
            json.RequiredText("eventType"),
            json.Moment("occurredAt") ?? throw new FormatException("occurredAt is missing or no moment."),
            json.RequiredAmount("amount"),
            json.Text("currency") ?? "EUR",
            new(origin?.Text("object"), origin?.Id("id"), origin?.Text("number"), origin?.Text("ref")),
            gateway is { } g ? new(g.Text("id"), g.Text("name"), g.Text("type"), g.Text("iban")) : null,
            Details(json.Member("details")),
            error is { } e
                ? new(e.Text("code"), e.Text("description"), e.Text("category"), e.Text("externalCode"), e.Text("action"), e.Number("actionStep"))
                : null);
    }

    public static MandateChange MandateChange(JsonElement json)
    {
        var mandate = json.Member("Mndt") is null ? null : Mandate(json);
        var (kind, reason) = (json.Member("CxlRsn"), json.Member("AmdmntRsn")) switch
        {
            ({ } cancelled, _) => (MandateChangeKind.Cancelled, Reason(cancelled)),
            (_, { } amended) => (MandateChangeKind.Amended, Reason(amended)),
            _ => (MandateChangeKind.New, null),
        };
        var reference = json.Text("OrgnlMndtId") ?? mandate?.Reference ?? throw new FormatException("MndtId is missing.");
        return new(reference, kind, reason, json.Moment("EvtTime"), mandate);
    }

    /// <summary>Reads a message with its <c>Mndt</c>, or a bare <c>Mndt</c>.</summary>
    public static MandateDetail Mandate(JsonElement message)
    {
        var mandate = message.Member("Mndt") ?? message;
        var contact = mandate.Path("Dbtr", "CtctDtls");
        var data = SupplementaryData(mandate);
        return new(mandate.RequiredText("MndtId"))
        {
            Scheme = mandate.Text("LclInstrm"),
            DebtorName = mandate.Path("Dbtr")?.Text("Nm"),
            Iban = mandate.Member("DbtrAcct") is { ValueKind: JsonValueKind.Object } account
                ? (account.Path("Id") ?? account).Text("IBAN")
                : mandate.Text("DbtrAcct"),
            Bic = mandate.Path("DbtrAgt", "FinInstnId")?.Text("BICFI"),
            CustomerNumber = contact?.Text("Othr"),
            Email = contact?.Text("EmailAdr"),
            Mobile = contact?.Text("MobNb"),
            SignedOn = Reading.Day(data.GetValueOrDefault("SignerDate#1") ?? data.GetValueOrDefault("SignerDate#0")) ?? mandate.Path("Ocrncs", "Drtn")?.Day("FrDt"),
            Ct = long.TryParse(data.GetValueOrDefault("TemplateId"), NumberStyles.None, CultureInfo.InvariantCulture, out var ct) ? ct : null,
            ContractReference = mandate.Text("RfrdDoc"),
            CreditorIdentifier = mandate.Text("CdtrSchmeId") ?? message.Text("CdtrSchmeId") ?? mandate.Path("Cdtr")?.Text("Id"),
            OriginalReference = message.Text("OrgnlMndtId"),
            AmendmentReason = message.Member("AmdmntRsn") is { } amended ? Reason(amended) : null,
            CancelReason = message.Member("CxlRsn") is { } cancelled ? Reason(cancelled) : null,
            SupplementaryData = data,
        };
    }

    public static FoundMandate FoundMandate(JsonElement json) => new(
        json.RequiredText("mandateNumber"),
        json.Text("type"),
        json.Text("state")?.ToUpperInvariant(),
        json.Text("contractNumber"),
        json.Day("signDate"),
        json.Text("iban"),
        json.Text("bic"));

    public static TwikeyTransaction Transaction(JsonElement json) => new(
        json.RequiredText("id"),
        json.Text("mndtId"),
        json.RequiredAmount("amount"),
        json.Text("ref"),
        json.Text("state")?.ToUpperInvariant(),
        json.Day("reqcolldt"));

    public static IReadOnlyList<KeyValuePair<string, string>> Form(NewInvitation invitation)
    {
        (string Name, string? Value)[] fields =
        [
            ("ct", invitation.Ct.ToString(CultureInfo.InvariantCulture)),
            ("l", invitation.Language),
            ("customerNumber", invitation.CustomerNumber),
            ("email", invitation.Email),
            ("firstname", invitation.FirstName),
            ("lastname", invitation.LastName),
            ("companyName", invitation.CompanyName),
            ("vatno", invitation.VatNumber),
            ("mobile", invitation.Mobile),
            ("address", invitation.Address),
            ("zip", invitation.Zip),
            ("city", invitation.City),
            ("country", invitation.Country),
            ("iban", invitation.Iban),
            ("bic", invitation.Bic),
            ("mandateNumber", invitation.MandateReference),
            ("contractNumber", invitation.ContractReference),
            ("check", invitation.Check ? "true" : null),
            ("ed", invitation.ExpiresAt?.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)),
            ("sendInvite", invitation.SendInvite ? "true" : null),
            ("token", invitation.Token),
            ("requireValidation", invitation.RequireValidation ? "true" : null),
            .. invitation.Attributes.Select(attribute => (attribute.Key, (string?)attribute.Value)),
        ];
        return [.. fields.Where(f => !string.IsNullOrWhiteSpace(f.Value)).Select(f => KeyValuePair.Create(f.Name, f.Value!))];
    }

    private static JsonObject Body(InvoiceCustomer customer)
    {
        var body = new JsonObject();
        body.Add("customerNumber", customer.CustomerNumber);
        body.Add("email", customer.Email);
        body.Add("firstname", customer.FirstName);
        body.Add("lastname", customer.LastName);
        body.Add("companyName", customer.CompanyName);
        body.Add("coc", customer.Coc);
        body.Add("address", customer.Address);
        body.Add("zip", customer.Zip);
        body.Add("city", customer.City);
        body.Add("country", customer.Country);
        body.Add("l", customer.Language);
        body.Add("mobile", customer.Mobile);
        return body;
    }

    private static JsonObject Body(NewInvoiceLine line)
    {
        var body = new JsonObject();
        body.Add("code", line.Code);
        body.Add("description", line.Description);
        body["quantity"] = line.Quantity;
        body.Add("uom", line.Unit);
        body["unitprice"] = line.UnitPrice;
        body.Add("vatcode", line.VatCode);
        if (line.VatRate is { } rate) body["vatrate"] = rate;
        if (line.VatSum is { } sum) body["vatsum"] = sum;
        if (line.Discount is { } discount) body["discount"] = discount;
        return body;
    }

    private static JsonObject Body(IReadOnlyDictionary<string, string> values) =>
        new(values.Select(value => KeyValuePair.Create<string, JsonNode?>(value.Key, JsonValue.Create(value.Value))));

    // A blank member overwrites on some calls and is ignored on others; absent is clear everywhere.
    private static void Add(this JsonObject body, string name, string? value)
    {
        if (!string.IsNullOrWhiteSpace(value)) body[name] = value;
    }

    private static string Iso(DateOnly date) => date.ToString("O", CultureInfo.InvariantCulture);

    // Older answers have the one payment itself instead of a list.
    private static IReadOnlyList<JsonElement> LastPayments(JsonElement invoice) => invoice.Member("lastpayment") switch
    {
        { ValueKind: JsonValueKind.Object } one when one.Member("action") is not null || one.Member("method") is not null => [one],
        { } list => list.Entries() ?? [],
        _ => [],
    };

    private static LastPayment LastPayment(JsonElement json) => new(
        json.Text("method"), json.Text("action"), json.Text("id"), json.Text("e2e"), json.Text("pmtinf"), json.Text("iban"),
        json.Text("bic"), json.Text("rc"), json.Text("link"), json.Text("msg"), json.Text("mndtId"), json.Moment("date"),
        json.Flag("double") ?? false);

    private static PaymentDetails Details(JsonElement? details)
    {
        var source = details?.Text("source");
        return new(
            source, details?.Text("paymentId"), details?.Text("transactionE2e"), details?.Text("mndtId"), details?.Text("linkId"),
            details?.Text("linkMethod"), details?.Text("customerIban"), details?.Text("refundE2e"));
    }

    private static string? Reason(JsonElement reason) =>
        reason.ValueKind == JsonValueKind.Object ? reason.Text("Rsn") : reason.Plain();

    private static Dictionary<string, string> SupplementaryData(JsonElement mandate)
    {
        var data = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in mandate.List("SplmtryData") ?? [])
        {
            if (entry.Text("Key") is { } key && entry.Text("Value") is { } value) data[key] = value;
        }

        return data;
    }
}
