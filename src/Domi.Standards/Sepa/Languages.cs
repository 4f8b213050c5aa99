namespace Domi.Standards;

internal static class Languages
{
    /// <summary>The language of a tag in lower case: <c>nl</c> of <c>nl</c>, <c>NL</c>, <c>nl-BE</c> and <c>nl_be</c>.</summary>
    public static string Main(string tag) => tag.Split('-', '_')[0].Trim().ToLowerInvariant();
}
