using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Domi.BackOffice.Pages.Shared;

/// <summary>Addresses of the embedded stylesheet and scripts: they change with the content, so that they may be kept for ever.</summary>
public static class Assets
{
    private static readonly ConcurrentDictionary<string, string> Addresses = new(StringComparer.Ordinal);

    public static string Of(string file) => Addresses.GetOrAdd(file, name =>
    {
        using var content = typeof(Assets).Assembly.GetManifestResourceStream($"Domi.BackOffice.Assets.{name}") ?? throw new InvalidOperationException($"There is no asset {name}.");
        return $"/assets/{name}?v={Convert.ToHexStringLower(SHA256.HashData(content))[..12]}";
    });
}
