using System.Text.Json;
using System.Text.Json.Nodes;
using Domi.Engine.Creditors;
using Domi.Engine.Customers;
using Domi.Engine.Feeds;
using Domi.Engine.Mails;
using Domi.Engine.Mandates;
using Domi.Engine.Profiles;
using Domi.Engine.Wire;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Invoices;

/// <summary><c>POST /creditor/invoice</c>: books an invoice; an active mandate collects it, else it is payable by its page.</summary>
/// <remarks>
/// Identity: a known number answers the existing invoice, 200, whoever's it is; a known id with another number makes a new invoice under
/// a new id; both are unique by index, and the loser of a race reads and returns the winner's row.
/// Refuses with <c>err_missing_params</c> (number, amount, date, duedate), <c>err_invalid_amount</c>, <c>err_invalid_date</c>,
/// <c>err_no_such_ct</c>, <c>err_debtor_not_found</c>, <c>err_no_contract</c>, <c>err_invalid_params</c>.
/// </remarks>
internal static class CreateInvoice
{
    // The busiest call: these are prepared once, not looked up by their expression every time.
    private static readonly Func<EngineDb, Guid, string, Guid?, IAsyncEnumerable<Invoice>> WithNumberOrId = EF.CompileAsyncQuery(
        // Not one condition with an "or": PostgreSQL answers that with all invoices of the creditor, one after the other.
        (EngineDb db, Guid creditorId, string number, Guid? id) => db.Invoices.AsNoTracking().Where(i => i.CreditorId == creditorId && i.Number == number)
            .Concat(db.Invoices.AsNoTracking().Where(i => i.CreditorId == creditorId && i.PublicId == id && i.Number != number)));

    public static void Map(IEndpointRouteBuilder creditor) => creditor.MapPost("invoice", HandleAsync);

    internal sealed record Wanted(
        Guid? Id, string Number, string? Title, string? Remittance, string? Ref, long? Profile, decimal Amount, decimal Paid, DateOnly Date, DateOnly DueOn,
        string? Locale, bool IsManual, string? RedirectUrl, string? Email, string? Cc, string? Delivery, string? Related, string? Partner,
        string? Lines, byte[]? Pdf, byte[]? Ubl, Uri? PdfUrl, bool IsForced, CustomerBlock? Customer, string? CustomerByRef, string? CustomerByDocument)
    {
        public string? Campaign { get; init; }

        /// <summary>Values of the client's own, by name; JSON.</summary>
        public string? Attributes { get; init; }
    }

    private static async Task<IResult> HandleAsync(
        Call call, EngineDb db, InvoiceView view, Settlement settlement, CreditorKeys keys, DebtorMail mail, IHttpClientFactory sockets, BusinessClock clock, CancellationToken ct)
    {
        var wanted = Read(call);
        if (wanted.PdfUrl is { } url && !await db.Invoices.AnyAsync(i => i.CreditorId == call.CreditorId && i.Number == wanted.Number, ct))
            wanted = wanted with { Pdf = await FetchPdf.ReadAsync(sockets, url, ct) };
        await db.Database.OpenConnectionAsync(ct); // once for all that is read and written here; the context closes it
        return Json.Answer(await db.RepeatWhenBeatenAsync(token => BookAsync(call, wanted, db, view, settlement, keys, mail, clock, token), ct));
    }

    /// <summary>Books it, or answers the one that has its number.</summary>
    internal static async Task<JsonObject> BookAsync(
        Call call, Wanted wanted, EngineDb db, InvoiceView view, Settlement settlement, CreditorKeys keys, DebtorMail mail, BusinessClock clock, CancellationToken ct)
    {
        var facts = await CreditorFacts.ReadAsync(db, call.CreditorId, ct);
        var known = await WithNumberOrId(db, call.CreditorId, wanted.Number, wanted.Id).ToListAsync(ct);
        if (known.SingleOrDefault(i => i.Number == wanted.Number) is { } same)
            return view.Of(same, facts.Creditor, facts.ProfileOf(same.ProfileId).Number);

        // Everything that is refused is refused before anything is made.
        if (wanted.Profile is { } ctWanted && facts.Profiles.All(p => p.Number != ctWanted)) throw new RefusedException("err_no_such_ct", $"No profile {ctWanted}.") { Field = "ct" };
        Mandate? named = null;
        Customer customer;
        if (wanted.CustomerByDocument is { } document)
        {
            named = await db.Mandates.SingleOrDefaultAsync(m => m.CreditorId == call.CreditorId && m.Reference == document, ct)
                ?? throw new RefusedException("err_no_contract", $"No mandate {document}.") { Field = "customerByDocument" };
            customer = await db.Customers.SingleAsync(c => c.Id == named.CustomerId, ct);
        }
        else if (wanted.CustomerByRef is { } number)
        {
            customer = await db.Customers.SingleOrDefaultAsync(c => c.CreditorId == call.CreditorId && c.CustomerNumber == number, ct)
                ?? throw new RefusedException("err_debtor_not_found", $"No customer {number}.") { Field = "customerByRef" };
        }
        else
        {
            customer = await FindOrCreate.CustomerAsync(db, call.CreditorId, wanted.Customer!, ct);
        }

        var profile = (wanted.Profile is { } ct1
            ? facts.Profiles.SingleOrDefault(p => p.Number == ct1)
            : named is not null ? facts.ProfileOf(named.ProfileId)
            : facts.Profiles.Where(p => p.IsActive).OrderByDescending(p => p.IsDefault).FirstOrDefault())
            ?? throw new RefusedException("err_no_such_ct", $"No profile {wanted.Profile}.") { Field = "ct" };

        var now = clock.GetUtcNow();
        var publicId = known.Count == 0 && wanted.Id is { } id ? id : Guid.CreateVersion7();
        var invoiceId = Guid.CreateVersion7();
        var invoice = new Invoice(call.CreditorId, publicId, wanted.Number, wanted.Amount, wanted.Date, wanted.DueOn, now, invoiceId)
        {
            CustomerId = customer.Id,
            ProfileId = profile.Id,
            Title = wanted.Title ?? wanted.Number,
            Remittance = wanted.Remittance ?? Shorten.To(140, wanted.Title ?? wanted.Number),
            Ref = wanted.Ref,
            Locale = wanted.Locale,
            IsManual = wanted.IsManual,
            RedirectUrl = wanted.RedirectUrl,
            Email = wanted.Email,
            Cc = wanted.Cc,
            Delivery = wanted.Delivery,
            RelatedInvoiceNumber = wanted.Related,
            Partner = wanted.Partner,
            Campaign = wanted.Campaign,
            LinesJson = wanted.Lines,
            AnnouncedAt = now,
            PageTokenHash = Secrets.HashOf(keys.InvoiceToken(facts.Creditor, invoiceId)),
            DocumentHash = wanted.Pdf is { } pdf ? await Blob.KeepAsync(db, pdf, "application/pdf", now, ct) : null,
            UblHash = wanted.Ubl is { } ubl ? await Blob.KeepAsync(db, ubl, "application/xml", now, ct) : null,
        };
        invoice.Describe(wanted.Attributes);
        if (wanted.Paid > 0 && invoice.Amount > 0)
        {
            var amount = wanted.Paid;
            invoice.Receive(amount, now);
            db.InvoicePayments.Add(new()
            {
                CreditorId = invoice.CreditorId,
                InvoiceId = invoice.Id,
                Kind = PaymentKind.Payment,
                Amount = amount,
                SourceKey = $"given:{invoice.Id:n}",
                Method = "manual",
                OccurredAt = now,
            });
        }

        invoice.Expire(now);
        var mandate = await Booking.MandateOfAsync(db, invoice, named, wanted.IsForced, ct);
        db.Invoices.Add(invoice);
        // What is not collected enters the feed as it stands here: written out before others have to wait for it.
        var entry = mandate is null ? Feed.Written(await view.FeedEntryAsync(db, invoice, ct)) : null;
        await db.WriteAsync(async token =>
        {
            if (mandate is not null) await Booking.CollectOrOfferAsync(db, invoice, profile, mandate, wanted.IsForced, clock, token);
            if (profile.SendsInvoices && wanted.Delivery is not "disabled" && invoice.Amount > 0 && (invoice.DocumentHash is not null || profile.InvoicePdf is not InvoicePdf.Needed))
                await mail.InvoiceAsync(db, invoice, customer, "invoice", now, token);
            if (entry is not null) Feed.Append(db, invoice.CreditorId, FeedName.Invoices, entry, now);
            else await settlement.BookedAsync(invoice, token);
        }, ct);
        return view.Of(invoice, facts.Creditor, profile.Number);
    }

    internal static Wanted Read(Call call)
    {
        var number = Call.AsName(call.Required("number", 70), "number")!;
        var amount = call.Amount("amount") ?? throw Call.Missing("amount");
        var date = call.Day("date") ?? throw Call.Missing("date");
        var due = call.Day("duedate") ?? throw Call.Missing("duedate");
        var byRef = call.Text("customerByRef", 50);
        var byDocument = call.Text("customerByDocument", 35)?.ToUpperInvariant();
        var block = call.Part("customer") is { ValueKind: JsonValueKind.Object } customer ? CustomerBlock.Of(customer) : null;
        if (byRef is null && byDocument is null && block is not { CustomerNumber: not null } and not { Email: not null })
            throw Call.Missing("customer");

        return new(
            IdOf(call.Text("id", 40) ?? call.Header("X-INVOICE-ID")), number, call.Text("title", 200), RemittanceOf(call.Text("remittance", 140)),
            call.Text("ref", 200), call.Number("ct") is { } ct and not 0 ? ct : null, amount, PaidOf(call, amount), date, due,
            call.Text("locale", 8), call.Flag("manual") || Says(call, "X-MANUAL"),
            AddressOf(call.Text("redirectUrl", 1000)), EmailOf(call.Text("email", 254)), CopiesOf(call, block is null ? null : call.Part("customer")), call.Text("delivery", 32)?.ToLowerInvariant(),
            call.Text("relatedInvoiceNumber", 70), call.Header("X-PARTNER") is { Length: <= 70 } partner ? partner : null, LinesOf(call, amount),
            PdfOf(call.Text("pdf", 14_000_000)), null, PdfUrlOf(call), Says(call, "X-FORCE-TRANSACTION"), block, byRef, byDocument)
        {
            Campaign = call.Text("campaign", 250),
            Attributes = InvoiceAttributes.Read(call),
        };
    }

    private static bool Says(Call call, string header) => call.Header(header)?.ToLowerInvariant() is "true" or "1";

    private static Uri? PdfUrlOf(Call call)
    {
        if (call.Text("pdfUrl", 2000) is not { } text) return null;
        if (call.Text("pdf", 14_000_000) is not null) throw Call.Invalid("pdfUrl", "Send pdf or pdfUrl, not both.");
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && OutgoingCalls.StaysPrivate(url)
            ? url
            : throw Call.Invalid("pdfUrl", "pdfUrl is not an https address.");
    }

    internal static Guid? IdOf(string? text) => text is null
        ? null
        : Guid.TryParse(text, out var id) ? id : throw Call.Invalid("id", "id is not a UUID.");

    // Twelve digits that hold their check digits are a structured communication, however they are printed.
    internal static string? RemittanceOf(string? text) =>
        text is not null && StructuredCommunication.TryParse(text, out var communication) ? communication.Value : text;

    private static decimal PaidOf(Call call, decimal amount) => call.Amount("paidamount") switch
    {
        null => 0m,
        { } paid when paid < 0 || paid > Math.Max(0m, amount) => throw new RefusedException("err_invalid_amount", $"paidamount is not between 0 and {amount}: {paid}.", ("amount", paid)) { Field = "paidamount" },
        { } paid => paid,
    };

    internal static string? AddressOf(string? text) => text is null || (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
        ? text
        : throw Call.Invalid("redirectUrl", "redirectUrl is not an http or https address.");

    private static string? EmailOf(string? text) => text is null || SendMails.IsAddress(text)
        ? text
        : throw new RefusedException("err_invalid_email", $"Not an e-mail address: {text}", ("email", text)) { Field = "email" };

    // "cc" comes as a text with commas, as an array, as an object of numbers, and in the customer's block.
    private static string? CopiesOf(Call call, JsonElement? customer)
    {
        var list = call.Part("cc") is { } own ? Listed(own) : [.. call.All("cc")];
        if (customer is { } block && Json.Property(block, "cc") is { } theirs) list.AddRange(Listed(theirs));
        if (list.Count == 0) return null;

        var joined = string.Join(',', list.Distinct(StringComparer.OrdinalIgnoreCase));
        if (list.Count > 20 || joined.Length > 1000 || list.Any(address => !SendMails.IsAddress(address)))
            throw new RefusedException("err_invalid_email", "cc has an address that is none, or more than 20, or than 1,000 characters.", ("email", "cc")) { Field = "cc" };
        return joined;

        static List<string> Listed(JsonElement json) => json.ValueKind switch
        {
            JsonValueKind.Array => [.. json.EnumerateArray().SelectMany(Listed)],
            JsonValueKind.Object => [.. json.EnumerateObject().SelectMany(p => Listed(p.Value))], // {"0":…}
            JsonValueKind.String => [.. json.GetString()!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(a => a != "null")],
            JsonValueKind.Null => [],
            _ => [json.GetRawText()],
        };
    }

    internal static byte[]? PdfOf(string? base64, string field = "pdf")
    {
        if (base64 is null) return null;

        var buffer = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, buffer, out var length) || length < 5 || !buffer.AsSpan(0, 5).SequenceEqual("%PDF-"u8))
            throw new RefusedException("invalid_file", $"{field} is not a PDF in base64.") { Field = field };
        return buffer[..length];
    }

    private static string? LinesOf(Call call, decimal amount)
    {
        if (call.Part("lines") is not { } lines) return null;
        if (lines.ValueKind is JsonValueKind.String)
        {
            // One client sends the lines as JSON inside a text.
            var text = lines.GetString()!;
            if (string.IsNullOrWhiteSpace(text) || text == "null") return null;
            try
            {
                using var document = JsonDocument.Parse(text, new() { MaxDepth = 8 });
                Json.EnsureReadable(document.RootElement); // a text within a text: nobody has looked into it
                lines = document.RootElement.Clone();
            }
            catch (JsonException)
            {
                throw Call.Invalid("lines", "lines is not JSON.");
            }
        }

        var items = lines.ValueKind switch
        {
            JsonValueKind.Array => lines.EnumerateArray().ToList(),
            JsonValueKind.Object => lines.EnumerateObject().Select(p => p.Value).ToList(), // {"0":{…}}
            JsonValueKind.Null => [],
            _ => throw Call.Invalid("lines", "lines is not a list."),
        };
        if (items.Count == 0) return null;
        if (items.Count > 5_000 || items.Any(i => i.ValueKind is not JsonValueKind.Object)) throw Call.Invalid("lines", "lines is not a list of at most 5,000 objects.");

        var sum = 0m;
        foreach (var line in items)
        {
            var price = Number(line, "unitprice") ?? 0m;
            var net = price * (Number(line, "quantity") ?? 1m) - (Number(line, "discount") ?? 0m);
            sum += net + (Number(line, "vatsum") ?? Math.Round(net * (Number(line, "vatrate") ?? 0m) / 100m, 2, MidpointRounding.AwayFromZero));
        }

        sum = Math.Round(sum, 2, MidpointRounding.AwayFromZero);
        if (sum != amount)
            throw new RefusedException("err_invalid_amount", $"The lines add up to {sum}, the amount is {amount}.", ("amount", FormattableString.Invariant($"{sum} ≠ {amount}"))) { Field = "lines" };
        return lines.GetRawText();

        static decimal? Number(JsonElement line, string name)
        {
            if (Json.Text(line, name, 40) is not { } text) return null;
            return decimal.TryParse(text.Replace(',', '.'), System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var value)
                && Math.Abs(value) < 1_000_000_000m
                ? value
                : throw Call.Invalid("lines", $"{name} is not a number: {text}");
        }
    }
}
