namespace Domi.Standards;

/// <summary>An identifier that travels as one string, its electronic form.</summary>
public interface IStandardText
{
    /// <summary>The electronic form: upper case, without separators. Empty for <c>default</c>.</summary>
    string Value { get; }
}
