namespace Domi.Rendering;

/// <summary>An error keeps the template from being used; a warning is shown and lived with.</summary>
public enum FindingSeverity
{
    /// <summary>The template works; something in it is probably not meant.</summary>
    Warning,

    /// <summary>The template would give a wrong document, or cannot be used at all.</summary>
    Error,
}

/// <summary>Where in a template a finding lies.</summary>
public enum TemplatePlace
{
    File,
    Body,
    Header,
    Footer,
    Table,
    TextBox,
    Note,
}

/// <summary>One thing found in a template.</summary>
/// <param name="Code">Stable, for translation: <c>template.unknown_field</c> …; all codes are in docs/reference/templates.md.</param>
/// <param name="Subject">The placeholder as it stands in the template, or the part of the file.</param>
/// <param name="Nearest">The known name that was probably meant.</param>
public sealed record TemplateFinding(
    string Code, FindingSeverity Severity, string Subject, string? Nearest = null, TemplatePlace Place = TemplatePlace.Body);

/// <summary>What a check found, in reading order. The same finding in the same place is listed once.</summary>
public sealed record TemplateReport(IReadOnlyList<TemplateFinding> Findings)
{
    /// <summary>Whether the template may be used: warnings do not stand in the way.</summary>
    public bool IsUsable => Findings.All(finding => finding.Severity is not FindingSeverity.Error);
}

/// <summary>A file cannot serve as a template at all: no Word file, too large, unsafe.</summary>
public sealed class TemplateException(string code, string message) : Exception(message)
{
    /// <summary>Stable, machine-readable, listed in docs/reference/templates.md.</summary>
    public string Code { get; } = code;
}
