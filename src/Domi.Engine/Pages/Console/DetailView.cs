namespace Domi.Engine.Pages.Console;

internal sealed record Fact(string Label, Cell Value);

/// <summary>A field of an act: what it needs to be told.</summary>
/// <param name="Options">One of these is chosen.</param>
internal sealed record ActField(string Name, string Label, string? Value = null, string Type = "text", bool IsNeeded = true, int Longest = 140, IReadOnlyList<(string Value, string Words)>? Options = null);

/// <summary>What can be done with an object now; its name is the page's handler.</summary>
internal sealed record Act(string Handler, string Words, bool IsDanger = false, IReadOnlyList<ActField>? Fields = null);

/// <summary>One object: what is known of it, what can be done, what belongs to it.</summary>
internal sealed record DetailView(string Title, StateView? State, string? Sub, IReadOnlyList<Fact> Facts, IReadOnlyList<Act> Acts, IReadOnlyList<ListView> Related)
{
    /// <summary>Documents and pages of it.</summary>
    public IReadOnlyList<(string Href, string Words)> Links { get; init; } = [];
}
