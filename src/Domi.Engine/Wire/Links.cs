using System.Globalization;
using System.Text.Json.Nodes;
using Domi.Platform;

namespace Domi.Engine.Wire;

/// <summary>The <c>_links</c> of a list with pages: to itself, the one before, and the next one when there is one.</summary>
internal static class Links
{
    public static JsonObject Of(Call call, PublicAddress address, string path, int page, bool hasMore)
    {
        var links = new JsonObject { ["self"] = At(page) };
        if (page > 0) links["previous"] = At(page - 1);
        if (hasMore) links["next"] = At(page + 1);
        return links;

        string At(int wanted) => address.Of(path) + "?" + string.Join('&', call.Http.Request.Query
            .Where(q => !q.Key.Equals("page", StringComparison.OrdinalIgnoreCase))
            .SelectMany(q => q.Value.Select(v => $"{Uri.EscapeDataString(q.Key)}={Uri.EscapeDataString(v ?? "")}"))
            .Append("page=" + wanted.ToString(CultureInfo.InvariantCulture)));
    }
}
