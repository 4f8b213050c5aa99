using System.IO.Compression;
using System.Text;
using System.Xml.Linq;

namespace Domi.Rendering.Tests;

/// <summary>Small Word files written by hand, and what can be read in filled ones.</summary>
internal static class Docx
{
    public static readonly XNamespace W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    private const string OfficeRelations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    private const string Namespaces =
        "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:r=\"" + OfficeRelations + "\" "
        + "xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" "
        + "xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\" xmlns:v=\"urn:schemas-microsoft-com:vml\"";

    /// <summary>A document with the body given as XML; extra parts replace the standard ones of the same name.</summary>
    public static byte[] File(string body, string? header = null, string? footer = null, string relations = "", params (string Name, byte[] Bytes)[] extra)
    {
        var parts = new Dictionary<string, byte[]>
        {
            ["[Content_Types].xml"] = Bytes($"""
                <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
                <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>
                <Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>
                {(header is null ? "" : "<Override PartName=\"/word/header1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml\"/>")}
                {(footer is null ? "" : "<Override PartName=\"/word/footer1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml\"/>")}
                </Types>
                """),
            ["_rels/.rels"] = Relations($"""<Relationship Id="rId1" Type="{OfficeRelations}/officeDocument" Target="word/document.xml"/>"""),
            ["word/document.xml"] = Bytes($"""
                <w:document {Namespaces}><w:body>{body}<w:sectPr>
                {(header is null ? "" : "<w:headerReference w:type=\"default\" r:id=\"rIdH\"/>")}{(footer is null ? "" : "<w:footerReference w:type=\"default\" r:id=\"rIdF\"/>")}
                <w:pgSz w:w="11906" w:h="16838"/></w:sectPr></w:body></w:document>
                """),
            ["word/_rels/document.xml.rels"] = Relations(relations
                + (header is null ? "" : $"""<Relationship Id="rIdH" Type="{OfficeRelations}/header" Target="header1.xml"/>""")
                + (footer is null ? "" : $"""<Relationship Id="rIdF" Type="{OfficeRelations}/footer" Target="footer1.xml"/>""")),
        };
        if (header is not null) parts["word/header1.xml"] = Bytes($"<w:hdr {Namespaces}>{header}</w:hdr>");
        if (footer is not null) parts["word/footer1.xml"] = Bytes($"<w:ftr {Namespaces}>{footer}</w:ftr>");
        foreach (var (name, bytes) in extra) parts[name] = bytes;
        return Zip([.. parts.Select(part => (part.Key, part.Value))]);
    }

    public static byte[] Zip(params (string Name, byte[] Bytes)[] entries)
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in entries)
            {
                using var stream = zip.CreateEntry(name, CompressionLevel.Optimal).Open();
                stream.Write(bytes);
            }
        }

        return memory.ToArray();
    }

    public static byte[] Bytes(string xml) => Encoding.UTF8.GetBytes(xml);

    public static byte[] Relations(string relations) =>
        Bytes($"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{relations}</Relationships>");

    public static string Relation(string id, string kind, string target, bool external) =>
        $"""<Relationship Id="{id}" Type="{OfficeRelations}/{kind}" Target="{target}" {(external ? "TargetMode=\"External\"" : "")}/>""";

    public static string P(params string[] runs) => $"<w:p>{string.Concat(runs.Select(R))}</w:p>";

    public static string R(string text) => $"<w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r>";

    public static string Table(params string[][] rows) =>
        "<w:tbl>" + string.Concat(rows.Select(cells => $"<w:tr>{string.Concat(cells.Select(cell => $"<w:tc>{(cell.StartsWith('<') ? cell : P(cell))}</w:tc>"))}</w:tr>")) + "</w:tbl>";

    public static XElement Part(byte[] docx, string name = "word/document.xml") => XElement.Parse(Entry(docx, name));

    public static string Entry(byte[] docx, string name)
    {
        using var zip = new ZipArchive(new MemoryStream(docx));
        using var reader = new StreamReader(zip.GetEntry(name)!.Open());
        return reader.ReadToEnd();
    }

    /// <summary>The paragraphs outside text boxes, each as its text; breaks as new lines, pictures as [picture].</summary>
    public static string[] Lines(byte[] docx, string part = "word/document.xml") =>
        [.. Part(docx, part).Descendants(W + "p").Where(p => !p.Ancestors(W + "txbxContent").Any()).Select(Line)];

    public static string Line(XElement paragraph) => string.Concat(paragraph.Descendants().Select(element =>
        element.Name == W + "t" ? element.Value : element.Name == W + "br" ? "\n" : element.Name == W + "drawing" ? "[picture]" : ""));
}
