namespace Domi.Rendering;

/// <summary>A field's value that becomes a clickable link.</summary>
/// <param name="Url">Only <c>http</c>, <c>https</c> and <c>mailto</c> become links; anything else is written as text.</param>
/// <param name="Text">What the reader sees; the address itself when absent.</param>
public sealed record LinkValue(string Url, string? Text = null);

/// <summary>A field's value that becomes a picture.</summary>
/// <param name="Png">The file's bytes: PNG, or JPEG. Anything else is left out of the document.</param>
public sealed record ImageValue(byte[] Png);

/// <summary>What is filled into one document or mail.</summary>
/// <remarks>
/// Values may be <see cref="string"/>, <see cref="decimal"/> (an amount of money, unless the catalog says quantity or percent),
/// <see cref="int"/>, <see cref="DateOnly"/>, <see cref="bool"/> (a condition), <see cref="LinkValue"/>,
/// <see cref="ImageValue"/> or null. Any other type is a bug of the caller and throws <see cref="ArgumentException"/> when used.
/// </remarks>
public sealed class TemplateData
{
    public required DocumentLanguage Language { get; init; }

    /// <summary>ISO 4217 code in which amounts are written.</summary>
    public string Currency { get; init; } = "EUR";

    /// <summary>Values by name; letter case does not matter. Pictures are found with and without <c>Image:</c>.</summary>
    public Dictionary<string, object?> Fields { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Rows by table name. A row's keys are column names (<c>Description</c>), or whole names (<c>invoice.number</c>) where
    /// a mail repeats a block.
    /// </summary>
    public Dictionary<string, IReadOnlyList<IReadOnlyDictionary<string, object?>>> Tables { get; } =
        new(StringComparer.OrdinalIgnoreCase);
}
