using System.Globalization;
using System.Xml;

namespace Domi.Standards.BankFiles;

/// <summary>Walks through XML of unknown origin, forward only, by local names: banks change namespaces and prefixes, not names.</summary>
/// <remarks>No DTD, no entities of its own, nothing fetched; depth, names and text are limited here, and all else by the stream below.</remarks>
internal sealed class XmlCursor : IDisposable
{
    private readonly GuardedStream file;
    private readonly XmlReader reader;
    private readonly FileLimits limits;

    public XmlCursor(GuardedStream file, FileLimits limits)
    {
        (this.file, this.limits) = (file, limits);
        reader = XmlReader.Create(file, Settings(limits));
    }

    /// <summary>What every reader of XML from outside is made with.</summary>
    public static XmlReaderSettings Settings(FileLimits limits) => new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        CheckCharacters = true,
        IgnoreWhitespace = true,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CloseInput = false,
        NameTable = new BoundedNames(limits.MaxNames),
    };

    public FileLimits Limits => limits;

    public string Name => reader.LocalName;

    public string Namespace => reader.NamespaceURI;

    public int Line => ((IXmlLineInfo)reader).LineNumber;

    public string Place => string.Create(CultureInfo.InvariantCulture, $"line {Line}");

    public string? Attribute(string name) => reader.GetAttribute(name);

    /// <summary>The next start of an element, at whatever depth; false at the end of the file.</summary>
    public bool NextElement()
    {
        while (Read())
            if (reader.NodeType is XmlNodeType.Element) return true;
        return false;
    }

    /// <summary>The level of the children of the element that the cursor stands on, for <see cref="Next"/>; 0 when it is empty.</summary>
    public int Open() => reader.IsEmptyElement ? 0 : reader.Depth + 1;

    /// <summary>The next child on a level, past all that was not read of the one before; false at the end of the parent.</summary>
    public bool Next(int level)
    {
        if (level == 0) return false;
        while (Read())
        {
            if (reader.NodeType is XmlNodeType.Element)
            {
                if (reader.Depth == level) return true;
            }
            else if (reader.NodeType is XmlNodeType.EndElement && reader.Depth == level - 1)
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>The text of the element without blanks at its ends, or null when there is none. What is inside its children is no part of it.</summary>
    public string? Text()
    {
        if (reader.IsEmptyElement) return null;

        var level = reader.Depth;
        string? text = null;
        while (Read())
        {
            if (IsText && reader.Depth == level + 1) text = Appended(text);
            else if (reader.NodeType is XmlNodeType.EndElement && reader.Depth == level) break;
        }

        return Trimmed(text);
    }

    /// <summary>The text of the first of its children that has one of the names, else its own.</summary>
    public string? TextOrChild(string name, string orName)
    {
        if (reader.IsEmptyElement) return null;

        var level = reader.Depth;
        string? own = null, child = null;
        while (Read())
        {
            if (IsText && reader.Depth == level + 1) own = Appended(own);
            else if (reader.NodeType is XmlNodeType.Element && (Name == name || Name == orName)) child ??= Text();
            else if (reader.NodeType is XmlNodeType.EndElement && reader.Depth == level) break;
        }

        return child ?? Trimmed(own);
    }

    /// <summary>The text of a grandchild down a path of single children, such as the code in <c>Tp/CdOrPrtry/Cd</c>; the first of each name.</summary>
    public string? TextAt(params ReadOnlySpan<string> path)
    {
        if (path.Length == 0) return Text();

        string? found = null;
        var level = Open();
        while (Next(level))
            if (found is null && Name == path[0]) found = TextAt(path[1..]);
        return found;
    }

    public void Dispose() => reader.Dispose();

    private bool IsText => reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA;

    private string Appended(string? before)
    {
        var text = reader.Value;
        return (before?.Length ?? 0) + text.Length > limits.MaxTextLength
            ? throw new InvalidDataException($"The value at {Place} has more than {limits.MaxTextLength} characters.")
            : before + text;
    }

    private static string? Trimmed(string? text) => text?.Trim() is { Length: > 0 } trimmed ? trimmed : null;

    private bool Read()
    {
        if (!reader.Read()) return false;
        file.GotFurther();
        if (reader.Depth > limits.MaxDepth) throw new InvalidDataException($"At {Place} elements are more than {limits.MaxDepth} deep.");
        return true;
    }

    /// <summary>A reader keeps every name for as long as it lives, so that names that are all different would fill the memory.</summary>
    private sealed class BoundedNames(int max) : NameTable
    {
        private int count;

        public override string Add(char[] key, int start, int len) => Get(key, start, len) ?? Counted(base.Add(key, start, len));

        public override string Add(string key) => Get(key) ?? Counted(base.Add(key));

        private string Counted(string name) => ++count <= max ? name : throw new InvalidDataException($"The file has more than {max} names of elements and attributes.");
    }
}
