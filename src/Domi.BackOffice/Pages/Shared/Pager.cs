using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Domi.BackOffice.Pages.Shared;

/// <summary>The foot of a list that pages by key: how many are shown, the next page, and back to the first.</summary>
public sealed record Pager(int Shown, string? Next, string? First)
{
    /// <summary>Cuts one row too many off a page, and makes the address of what follows it.</summary>
    /// <param name="rows">At most <paramref name="size"/> + 1 rows, in the order of the key.</param>
    /// <param name="keyOf">The key of a row: what the next page comes after.</param>
    public static Pager Of<T>(List<T> rows, int size, HttpRequest request, Func<T, string[]> keyOf)
    {
        string? next = null;
        if (rows.Count > size)
        {
            rows.RemoveRange(size, rows.Count - size);
            next = request.With("after", PageKey.Write(keyOf(rows[^1])));
        }

        return new(rows.Count, next, request.Query.ContainsKey("after") ? request.With("after", null) : null);
    }
}

/// <summary>The key of the last row of a page, as one word of an address.</summary>
public static class PageKey
{
    public static string Write(params string[] parts) => WebEncoders.Base64UrlEncode(JsonSerializer.SerializeToUtf8Bytes(parts));

    /// <returns>Null for anything that is no key of that many parts: the list then begins at its beginning.</returns>
    public static string[]? Read(string? text, int parts)
    {
        if (string.IsNullOrEmpty(text) || text.Length > 2000) return null;
        try
        {
            return JsonSerializer.Deserialize<string[]>(Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(text))) is { } key && key.Length == parts && key.All(k => k is not null) ? key : null;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    /// <summary>This page's address with one value of its query replaced, or taken out.</summary>
    public static string With(this HttpRequest request, string name, string? value)
    {
        var query = request.Query.Where(q => q.Key != name && !(name != "after" && q.Key == "after")).ToDictionary(q => q.Key, q => (string?)q.Value.ToString());
        if (value is not null) query[name] = value;
        return QueryHelpers.AddQueryString(request.Path, query.Where(q => !string.IsNullOrEmpty(q.Value)));
    }
}
