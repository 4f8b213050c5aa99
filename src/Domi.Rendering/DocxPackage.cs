using System.IO.Compression;
using System.Xml;
using System.Xml.Linq;

namespace Domi.Rendering;

/// <summary>A Word file as its parts, unpacked under limits and found harmless.</summary>
/// <remarks>
/// Read as a plain zip and not through a package library: what is refused here must be refused before anything else opens the file.
/// </remarks>
internal sealed class DocxPackage
{
    private const int MaxEntries = 2_000;
    private const long MaxUnpackedBytes = 100L * 1024 * 1024;
    private const int MaxRatio = 100;

    // A small part may well shrink a hundredfold (a page of empty table cells does); a bomb is large as well.
    private const long RatioMattersFrom = 1024 * 1024;

    private const string MainContentType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
    internal const string ContentTypesName = "[Content_Types].xml";
    internal static readonly XNamespace ContentTypesNs = "http://schemas.openxmlformats.org/package/2006/content-types";
    internal static readonly XNamespace RelationshipsNs = "http://schemas.openxmlformats.org/package/2006/relationships";

    private readonly Dictionary<string, byte[]> entries;

    private DocxPackage(Dictionary<string, byte[]> entries, string mainPart)
    {
        this.entries = entries;
        MainPart = mainPart;
    }

    /// <summary>Parts by name without a leading slash, in the order of the file.</summary>
    public IReadOnlyDictionary<string, byte[]> Entries => entries;

    public string MainPart { get; }

    /// <exception cref="TemplateException">No Word file, too large, or unsafe.</exception>
    public static DocxPackage Read(byte[] file)
    {
        if (file.Length > WordTemplate.MaxFileBytes)
            throw new TemplateException("template.too_large", $"The file has {file.Length:N0} bytes; {WordTemplate.MaxFileBytes:N0} are allowed.");
        if (file is not [0x50, 0x4B, 0x03, 0x04, ..])
            throw new TemplateException("template.not_docx", "The file is no Word document (.docx).");

        try
        {
            using var zip = new ZipArchive(new MemoryStream(file), ZipArchiveMode.Read);
            RefuseBombs(zip, file.Length);
            return FromEntries(Unpack(zip));
        }
        catch (Exception e) when (e is InvalidDataException or XmlException or NotSupportedException or EndOfStreamException)
        {
            throw new TemplateException("template.not_docx", "The file is damaged or no Word document (.docx).");
        }
    }

    public static XDocument ReadXml(byte[] part)
    {
        using var reader = XmlReader.Create(new MemoryStream(part), new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        return XDocument.Load(reader, LoadOptions.PreserveWhitespace);
    }

    /// <summary>The name of the part that holds a part's relationships.</summary>
    public static string RelationshipsName(string part)
    {
        var slash = part.LastIndexOf('/');
        return $"{part[..(slash + 1)]}_rels/{part[(slash + 1)..]}.rels";
    }

    private static void RefuseBombs(ZipArchive zip, long packedBytes)
    {
        if (zip.Entries.Count > MaxEntries) throw Bomb();
        var total = 0L;
        foreach (var entry in zip.Entries)
        {
            total += entry.Length;
            if (entry.Length > RatioMattersFrom && entry.Length / Math.Max(1, entry.CompressedLength) > MaxRatio) throw Bomb();
        }

        if (total > MaxUnpackedBytes || (total > RatioMattersFrom && total / packedBytes > MaxRatio)) throw Bomb();
    }

    private static Dictionary<string, byte[]> Unpack(ZipArchive zip)
    {
        var parts = new Dictionary<string, byte[]>(StringComparer.OrdinalIgnoreCase);
        var left = MaxUnpackedBytes;
        foreach (var entry in zip.Entries)
        {
            var name = entry.FullName;
            if (name.EndsWith('/') && entry.Length == 0) continue;
            if (name.StartsWith('/') || name.Contains('\\', StringComparison.Ordinal) || name.Contains(':', StringComparison.Ordinal)
                || name.Contains('\0', StringComparison.Ordinal) || name.Split('/').Any(step => step is "" or "." or ".."))
                throw new TemplateException("template.not_docx", $"The file holds an entry with an unsafe name ({name}).");

            // The sizes in the directory may lie: what really comes out is counted too.
            using var stream = entry.Open();
            using var memory = new MemoryStream((int)Math.Min(entry.Length, left));
            var buffer = new byte[81920];
            for (int read; (read = stream.Read(buffer)) > 0;)
            {
                left -= read;
                if (left < 0 || memory.Length + read > entry.Length) throw Bomb();
                memory.Write(buffer, 0, read);
            }

            if (!parts.TryAdd(name, memory.ToArray()))
                throw new TemplateException("template.not_docx", $"The file holds {name} twice.");
        }

        return parts;
    }

    private static DocxPackage FromEntries(Dictionary<string, byte[]> parts)
    {
        if (parts.Keys.Any(name => name.EndsWith("vbaProject.bin", StringComparison.OrdinalIgnoreCase)))
            throw new TemplateException("template.macros", "The file holds macros.");
        foreach (var (name, part) in parts)
            if (IsXml(name)) RefuseDtd(name, part);

        if (!parts.TryGetValue(ContentTypesName, out var typesPart) || !parts.TryGetValue("_rels/.rels", out var rootPart))
            throw new TemplateException("template.not_docx", "The file is no Word document (.docx).");

        var main = ReadXml(rootPart).Root!.Elements(RelationshipsNs + "Relationship")
            .FirstOrDefault(relation => ((string?)relation.Attribute("Type") ?? "").EndsWith("/officeDocument", StringComparison.Ordinal));
        var mainName = ((string?)main?.Attribute("Target") ?? "").TrimStart('/');
        var contentType = ContentType(ReadXml(typesPart).Root!, mainName);
        if (contentType.Contains("macroEnabled", StringComparison.OrdinalIgnoreCase))
            throw new TemplateException("template.macros", "The file is a Word document with macros.");
        if (contentType != MainContentType || !parts.TryGetValue(mainName, out var mainPart))
            throw new TemplateException("template.not_docx", "The file is no Word document (.docx).");
        // Strict documents have another namespace: the names tell.
        if (ReadXml(mainPart).Root is not { Name.LocalName: "document" } root || !root.Elements().Any(e => e.Name.LocalName == "body"))
            throw new TemplateException("template.not_docx", "The file has no text.");

        return new(parts, mainName);
    }

    // A part's own type, else that of its extension.
    private static string ContentType(XElement types, string part)
    {
        var own = types.Elements(ContentTypesNs + "Override")
            .FirstOrDefault(item => part.Equals(((string?)item.Attribute("PartName"))?.TrimStart('/'), StringComparison.OrdinalIgnoreCase));
        var general = types.Elements(ContentTypesNs + "Default")
            .FirstOrDefault(item => Path.GetExtension(part).TrimStart('.').Equals((string?)item.Attribute("Extension"), StringComparison.OrdinalIgnoreCase));
        return (string?)(own ?? general)?.Attribute("ContentType") ?? "";
    }

    private static void RefuseDtd(string name, byte[] part)
    {
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(part), new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            while (reader.Read())
            {
            }
        }
        catch (XmlException)
        {
            throw new TemplateException("template.not_docx", $"The part {name} is not well-formed or carries a document type.");
        }
    }

    private static bool IsXml(string name) =>
        name.EndsWith(".xml", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".rels", StringComparison.OrdinalIgnoreCase);

    private static TemplateException Bomb() =>
        new("template.zip_bomb", "The file unpacks to far more than a Word document can need.");
}
