namespace Domi.Platform;

/// <summary>
/// The request was understood and a rule declined it. Shown to the caller, never logged as a fault. People see the resource
/// <c>refused.&lt;code&gt;</c> with <see cref="Values"/>; the message is for logs.
/// </summary>
public sealed class RefusedException(string code, string message, params (string Name, object? Value)[] values) : Exception(message)
{
    /// <summary>Stable, machine-readable, documented in docs/reference/errors.md.</summary>
    public string Code { get; } = code;

    public IReadOnlyList<(string Name, object? Value)> Values { get; } = values;

    /// <summary>Name of the parameter or field at fault, if it is one.</summary>
    public string? Field { get; init; }
}
