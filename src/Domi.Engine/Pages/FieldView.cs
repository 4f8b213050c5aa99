namespace Domi.Engine.Pages;

/// <summary>One line of a form: label, input, and below it what is wrong or what helps.</summary>
internal sealed record FieldView(string Name, string Label, string? Value, string? Error)
{
    public string Type { get; init; } = "text";

    public string? Autocomplete { get; init; }

    public string? InputMode { get; init; }

    public string? Help { get; init; }

    public int? MaxLength { get; init; }

    /// <summary>Bounds of a date, as <c>yyyy-MM-dd</c>.</summary>
    public string? Least { get; init; }

    public string? Most { get; init; }

    /// <summary>Lines of a longer text; none for one line.</summary>
    public int Lines { get; init; }

    public bool IsNeeded { get; init; } = true;

    /// <summary>Digits that are read one by one.</summary>
    public bool IsCode { get; init; }
}
