using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Domi.Engine.Pages;

/// <summary>Addresses of stylesheets and scripts. They carry a hash of the content, so that browsers may keep them for a year.</summary>
internal static class Asset
{
    private static readonly ConcurrentDictionary<string, string> Addresses = new();

    public static string Address(string name) => Addresses.GetOrAdd(name, static file =>
    {
        using var stream = typeof(Asset).Assembly.GetManifestResourceStream("Domi.Engine.Assets." + file)
            ?? throw new FileNotFoundException("No such asset.", file);
        return $"/assets/{file}?v={Convert.ToHexStringLower(SHA256.HashData(stream))[..12]}";
    });
}
