using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Domi.Twikey;

/// <summary>
/// Calls the Twikey API for one connection: logs in when needed, once more when the session has ended, and never logs out.
/// Every method throws <see cref="TwikeyException"/> when the call does not succeed.
/// </summary>
/// <remarks>
/// What reads is repeated for a few seconds when the network or the service fails; what changes something never is, because a lost
/// answer does not tell whether it was carried out. Source: Twikey API 1.0.3.
/// </remarks>
public sealed class TwikeyClient
{
    private readonly Wire wire;

    internal TwikeyClient(Wire wire) => this.wire = wire;

    /// <summary>Logs in, even when a session is open: to test a connection, or to read the merchant's number.</summary>
    public Task<Login> LoginAsync(CancellationToken ct = default) => wire.RenewAsync(ct);

    /// <summary>The profiles of the merchant, inactive ones included.</summary>
    public async Task<IReadOnlyList<Profile>> ReadProfilesAsync(CancellationToken ct = default)
    {
        var answer = await GetAsync("/template", ct);
        return answer.Read(json => (json.Entries() ?? throw new FormatException("the list of profiles is missing"))
            .Select(WireRecords.Profile).ToList());
    }

    /// <summary>Creates an invoice. The answer may be another, older invoice with the same number: compare before believing it.</summary>
    public async Task<TwikeyInvoice> CreateInvoiceAsync(NewInvoice invoice, CancellationToken ct = default)
    {
        var body = WireRecords.Body(invoice);
        var answer = await wire.SendAsync(HttpMethod.Post, "/invoice", request =>
        {
            Ask(request);
            if (invoice.Purpose is not null) request.Headers.Add(HeaderNames.Purpose, invoice.Purpose);
            if (invoice.Partner is not null) request.Headers.Add(HeaderNames.Partner, invoice.Partner);
            if (invoice.ForceTransaction) request.Headers.Add(HeaderNames.ForceTransaction, "true");
            request.Content = Json(body);
        }, ct);
        return answer.Read(WireRecords.Invoice);
    }

    /// <summary>Reads an invoice; <c>null</c> when there is none with this id or number. Rate limited by the service.</summary>
    public async Task<TwikeyInvoice?> FindInvoiceAsync(string idOrNumber, CancellationToken ct = default)
    {
        var answer = await FindAsync($"/invoice/{Segment(idOrNumber)}?include=lastpayment&include=customer&include=meta", Ask, ct);
        // A number with characters that need escaping is answered with nothing when it is not known.
        if (answer is null || (answer.Body.Length == 0 && Uri.EscapeDataString(idOrNumber) != idOrNumber)) return null;

        var invoice = answer.Read(WireRecords.Invoice);
        var asked = invoice.Number.Equals(idOrNumber.Trim(), StringComparison.OrdinalIgnoreCase)
            || (Guid.TryParse(idOrNumber, out var id) && id == invoice.Id);
        return asked ? invoice : throw answer.Fault(TwikeyFault.Unreadable, "Twikey answered with another invoice than the one asked for.");
    }

    /// <inheritdoc cref="FindInvoiceAsync(string, CancellationToken)"/>
    public Task<TwikeyInvoice?> FindInvoiceAsync(Guid id, CancellationToken ct = default) => FindInvoiceAsync(id.ToString(), ct);

    /// <summary>Changes an invoice, adds its document, or books, archives or marks it paid.</summary>
    public async Task<TwikeyInvoice> UpdateInvoiceAsync(Guid id, InvoiceChanges changes, CancellationToken ct = default)
    {
        var body = WireRecords.Body(changes);
        var answer = await wire.SendAsync(HttpMethod.Put, $"/invoice/{id}", request =>
        {
            Ask(request);
            request.Content = Json(body);
        }, ct);
        if (answer.Body.Length > 0) return answer.Read(WireRecords.Invoice);

        // Some answer a change with nothing; then the invoice itself tells.
        return await FindInvoiceAsync(id, ct) ?? throw answer.Fault(TwikeyFault.NotFound, "The changed invoice cannot be found.");
    }

    /// <summary>Deletes an invoice. One that is being collected cannot be.</summary>
    public Task DeleteInvoiceAsync(Guid id, CancellationToken ct = default) =>
        wire.SendAsync(HttpMethod.Delete, $"/invoice/{id}", Ask, ct);

    /// <summary>Makes the service do something with an invoice: send it, remind, refund…</summary>
    /// <param name="type"><c>send email sms peppol letter reminder smsreminder reoffer refund paymentplan</c>; an open list.</param>
    /// <param name="parameters">What the action needs, by wire name: a refund takes <c>message</c> and <c>amount</c>.</param>
    public Task InvoiceActionAsync(
        Guid id, string type, IReadOnlyDictionary<string, string>? parameters = null, CancellationToken ct = default) =>
        wire.SendAsync(HttpMethod.Post, $"/invoice/{id}/action", request =>
        {
            Ask(request);
            request.Content = new FormUrlEncodedContent([KeyValuePair.Create("type", type), .. parameters ?? new Dictionary<string, string>()]);
        }, ct);

    /// <summary>The document of an invoice; <c>null</c> when there is none.</summary>
    public Task<byte[]?> ReadInvoicePdfAsync(string idOrNumber, CancellationToken ct = default) =>
        ReadPdfAsync($"/invoice/{Segment(idOrNumber)}/pdf", ct);

    /// <summary>Reads changes of invoices: snapshots of what they are now, with their last payment, customer and reminders.</summary>
    /// <param name="after">Position of the last entry seen; <c>null</c> for the beginning.</param>
    /// <remarks>Fails with <see cref="TwikeyFault.InProgress"/> while somebody else reads this feed with this key.</remarks>
    public Task<FeedPage<TwikeyInvoice>> ReadInvoicesAsync(string? after, CancellationToken ct = default) => FeedAsync(
        "/invoice?include=seq&include=lastpayment&include=customer&include=meta", "Invoices", "seq", WireRecords.Invoice, after, ct);

    /// <summary>Reads payments, failures and refunds of invoices.</summary>
    /// <inheritdoc cref="ReadInvoicesAsync"/>
    public Task<FeedPage<TwikeyPayment>> ReadPaymentsAsync(string? after, CancellationToken ct = default) => FeedAsync(
        "/invoice/payment/feed?include=seq", "Payments", "seq", WireRecords.Payment, after, ct);

    /// <summary>Reads which mandates were signed, amended or cancelled. Prepared ones never appear.</summary>
    /// <inheritdoc cref="ReadInvoicesAsync"/>
    public Task<FeedPage<MandateChange>> ReadMandatesAsync(string? after, CancellationToken ct = default) => FeedAsync(
        "/mandate?include=seq", "Messages", "EvtId", WireRecords.MandateChange, after, ct);

    /// <summary>Reads a mandate in whatever state; <c>null</c> when there is none. Rate limited by the service.</summary>
    public async Task<MandateDetail?> ReadMandateAsync(string reference, CancellationToken ct = default)
    {
        var answer = await FindAsync($"/mandate/detail?mndtId={Value(reference)}&force=true", Ask, ct);
        return answer?.Read(json => WireRecords.Mandate(json) with
        {
            State = answer.Header(HeaderNames.State)?.Trim().ToUpperInvariant(),
            Collectable = Reading.Flag(answer.Header(HeaderNames.Collectable)),
        });
    }

    /// <summary>The signed document of a mandate; <c>null</c> when there is none.</summary>
    public Task<byte[]?> ReadMandatePdfAsync(string reference, CancellationToken ct = default) =>
        ReadPdfAsync($"/mandate/pdf?mndtId={Value(reference)}", ct);

    /// <summary>Prepares a mandate and answers the address where the customer signs it. Not idempotent.</summary>
    public async Task<Invitation> InviteAsync(NewInvitation invitation, CancellationToken ct = default)
    {
        var form = WireRecords.Form(invitation);
        var answer = await wire.SendAsync(HttpMethod.Post, "/invite", request =>
        {
            Ask(request);
            request.Content = new FormUrlEncodedContent(form);
        }, ct);
        return answer.Read(json => new Invitation(json.RequiredText("mndtId"), json.Address("url"), json.Text("key")));
    }

    /// <summary>Searches mandates, 500 at most per page; none found is an empty list. Rate limited by the service.</summary>
    /// <param name="state"><c>SIGNED</c>, <c>PREPARED</c> or <c>CANCELLED</c>; all when absent.</param>
    public async Task<IReadOnlyList<FoundMandate>> QueryMandatesAsync(
        string? customerNumber = null, string? email = null, string? iban = null, string? state = null, int? page = null,
        CancellationToken ct = default)
    {
        (string Name, string? Value)[] filters =
        [
            ("customerNumber", customerNumber), ("email", email), ("iban", iban), ("state", state),
            ("page", page?.ToString(CultureInfo.InvariantCulture)),
        ];
        var query = string.Join('&', filters.Where(f => !string.IsNullOrWhiteSpace(f.Value)).Select(f => $"{f.Name}={Value(f.Value!)}"));
        var answer = await GetAsync($"/mandate/query?{query}", ct);
        return answer.Read(json => (json.List("Contracts") ?? throw new FormatException("the list Contracts is missing"))
            .Select(WireRecords.FoundMandate).ToList());
    }

    /// <summary>The collections that are under way, on one mandate or with one reference. Rate limited by the service.</summary>
    public async Task<IReadOnlyList<TwikeyTransaction>> ReadOpenTransactionsAsync(string? mandateReference, string? reference, CancellationToken ct = default)
    {
        var query = string.Join('&', new[] { ("mndtId", mandateReference), ("ref", reference), ("state", "OPEN") }
            .Where(f => !string.IsNullOrWhiteSpace(f.Item2)).Select(f => $"{f.Item1}={Value(f.Item2!)}"));
        var answer = await GetAsync($"/transaction/detail?{query}", ct);
        return answer.Read(json => (json.List("Entries") ?? throw new FormatException("the list Entries is missing"))
            .Select(WireRecords.Transaction).ToList());
    }

    /// <summary>Cancels a mandate, signed or prepared.</summary>
    /// <param name="reason">Required.</param>
    /// <param name="notify">Let the service mail the debtor.</param>
    public Task CancelMandateAsync(string reference, string reason, bool notify, CancellationToken ct = default) => wire.SendAsync(
        HttpMethod.Delete, $"/mandate?mndtId={Value(reference)}&rsn={Value(reason)}&notify={(notify ? "true" : "false")}", Ask, ct);

    private Task<Wire.Answer> GetAsync(string path, CancellationToken ct) => wire.SendAsync(HttpMethod.Get, path, Ask, ct);

    private async Task<Wire.Answer?> FindAsync(string path, Action<HttpRequestMessage> fill, CancellationToken ct)
    {
        try
        {
            return await wire.SendAsync(HttpMethod.Get, path, fill, ct);
        }
        catch (TwikeyException e) when (e.Fault == TwikeyFault.NotFound)
        {
            return null;
        }
    }

    private async Task<FeedPage<T>> FeedAsync<T>(
        string path, string list, string sequence, Func<JsonElement, T> read, string? after, CancellationToken ct)
        where T : class
    {
        var answer = await wire.SendAsync(HttpMethod.Get, path, request =>
        {
            Ask(request);
            // Without it the service moves a cursor of its own on every read, and a repeated GET would skip a page.
            request.Headers.Add(HeaderNames.ResumeAfter, string.IsNullOrWhiteSpace(after) ? "0" : after);
        }, ct);
        var entries = answer.Read(json => (json.ValueKind == JsonValueKind.Array ? json.Entries() : json.List(list))
            ?? throw new FormatException($"the list {list} is missing"));
        var items = entries.Select((entry, position) => WireRecords.Item(entry, sequence, position, read)).ToList();
        var last = answer.Header(HeaderNames.Last)
            ?? items.LastOrDefault()?.Sequence?.ToString(CultureInfo.InvariantCulture);
        return new(items, last);
    }

    private async Task<byte[]?> ReadPdfAsync(string path, CancellationToken ct)
    {
        Wire.Answer? answer;
        try
        {
            answer = await FindAsync(
                path, request => request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/pdf")), ct);
        }
        catch (TwikeyException e) when (e.Status == HttpStatusCode.NotFound)
        {
            return null; // in whatever form: of the documents alone, the service says 404 when there is none
        }

        if (answer is null || answer.Body.Length == 0) return null;

        // PDF 1.7, appendix H: readers take a header within the first 1024 bytes and an end within the last 1024.
        if (answer.Body.AsSpan(0, Math.Min(1024, answer.Body.Length)).IndexOf("%PDF-"u8) < 0)
            throw answer.Fault(TwikeyFault.NotTwikey, "The answer is not a PDF.");
        if (answer.Body.AsSpan(Math.Max(0, answer.Body.Length - 1024)).IndexOf("%%EOF"u8) < 0)
            throw answer.Fault(TwikeyFault.Unreadable, "The PDF was cut off.");
        return answer.Body;
    }

    private static void Ask(HttpRequestMessage request) =>
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));

    private static StringContent Json(JsonObject body) => new(body.ToJsonString(), Encoding.UTF8, "application/json");

    private static string Value(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        return Uri.EscapeDataString(text);
    }

    // Dots alone would climb: "invoice/.." is the address that logs out, and "invoice/" the feed without a position.
    private static string Segment(string text) => text.Trim() is "." or ".."
        ? throw new ArgumentException("Dots are no id or number.", nameof(text))
        : Value(text);
}
