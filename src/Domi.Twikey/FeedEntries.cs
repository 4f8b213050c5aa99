using System.Text.Json;

namespace Domi.Twikey;

/// <summary>Reads one entry of a feed again from the text that <see cref="FeedItem{T}.Json"/> kept of it.</summary>
/// <remarks>A text that is no entry gives an item without value, with its problem; nothing is thrown.</remarks>
public static class FeedEntries
{
    /// <summary>An entry of the payment feed.</summary>
    public static FeedItem<TwikeyPayment> Payment(string json) => Read(json, "seq", WireRecords.Payment);

    /// <summary>An entry of the invoice feed.</summary>
    public static FeedItem<TwikeyInvoice> Invoice(string json) => Read(json, "seq", WireRecords.Invoice);

    /// <summary>An entry of the mandate feed.</summary>
    public static FeedItem<MandateChange> Mandate(string json) => Read(json, "EvtId", WireRecords.MandateChange);

    private static FeedItem<T> Read<T>(string json, string sequence, Func<JsonElement, T> read)
        where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return WireRecords.Item(document.RootElement.Clone(), sequence, 0, read);
        }
        catch (JsonException e)
        {
            return new(null, json, null, 0, e.Message);
        }
    }
}
