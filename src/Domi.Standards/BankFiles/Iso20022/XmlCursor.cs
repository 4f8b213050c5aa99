using System.Globalization;
using System.Xml;

namespace Domi.Standards.BankFiles;

/// <summary>Walks through XML of unknown origin, forward only, by local names: banks change namespaces and prefixes, not names.</summary>
/// <remarks>No DTD, no entities of its own, nothing fetched; depth and text are limited, and names by the stream below.</remarks>
internal sealed class XmlCursor : IDisposable
{
    private readonly XmlReader reader;
    private readonly FileLimits limits;
    private readonly char[] chunk;

    public XmlCursor(Stream stream, FileLimits limits)
    {
        this.limits = limits;
        chunk = new char[limits.MaxTextLength + 1];
        reader = XmlReader.Create(stream, Settings());
    }

    /// <summary>What every reader of XML from outside is made with.</summary>
    public static XmlReaderSettings Settings() => new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        CheckCharacters = true,
        IgnoreWhitespace = true,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CloseInput = false,
    };

    public string Name => reader.LocalName;

    public string Namespace => reader.NamespaceURI;

    public int Depth => reader.Depth;

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
            switch (reader.NodeType)
            {
                case XmlNodeType.Text:
                    text = Joined(text, reader.Value);
                    break;
                case XmlNodeType.CDATA:
                    var length = 0;
                    for (int read; length < chunk.Length && (read = reader.ReadValueChunk(chunk, length, chunk.Length - length)) > 0;)
                        length += read;
                    text = Joined(text, new string(chunk, 0, length));
                    break;
                case XmlNodeType.EndElement when reader.Depth == level:
                    return text?.Trim() is { Length: > 0 } trimmed ? trimmed : null;
            }
        }

        return null;
    }

    /// <summary>The text of the element, or of the last of its children that has one of the names.</summary>
    public string? TextOrChild(string name, string orName)
    {
        if (reader.IsEmptyElement) return null;

        var level = reader.Depth;
        string? text = null;
        while (Read())
        {
            if (reader.NodeType is XmlNodeType.Text) text = Joined(null, reader.Value).Trim();
            else if (reader.NodeType is XmlNodeType.Element && (Name == name || Name == orName)) text = Text();
            else if (reader.NodeType is XmlNodeType.EndElement && reader.Depth == level) break;
        }

        return text;
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

    private string Joined(string? before, string text) =>
        (before?.Length ?? 0) + text.Length > limits.MaxTextLength
            ? throw new InvalidDataException($"The value at {Place} has more than {limits.MaxTextLength} characters.")
            : before is null ? text : before + text;

    private bool Read()
    {
        if (!reader.Read()) return false;
        if (reader.Depth > limits.MaxDepth) throw new InvalidDataException($"At {Place} elements are more than {limits.MaxDepth} deep.");
        return true;
    }
}
