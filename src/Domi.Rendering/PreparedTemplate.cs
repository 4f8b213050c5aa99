using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Domi.Rendering;

/// <summary>A template that was read and found to be a Word document. Immutable: may be kept and filled by many threads.</summary>
public sealed class PreparedTemplate
{
    private static readonly (string Kind, TemplatePlace Place)[] TextParts =
    [
        ("/header", TemplatePlace.Header), ("/footer", TemplatePlace.Footer),
        ("/footnotes", TemplatePlace.Note), ("/endnotes", TemplatePlace.Note),
    ];

    private readonly DocxPackage package;
    private readonly List<TextPart> parts = [];
    private readonly Dictionary<string, byte[]> replaced = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<TemplateFinding> unsafeFindings = [];

    internal PreparedTemplate(DocxPackage package)
    {
        this.package = package;
        AddPart(package.MainPart, TemplatePlace.Body);
        foreach (var relation in parts[0].Relationships.Elements(DocxPackage.RelationshipsNs + "Relationship").ToList())
        {
            var kind = (string?)relation.Attribute("Type") ?? "";
            if (TemplateSafety.IsExternal(relation)) continue;
            foreach (var (suffix, place) in TextParts)
                if (kind.EndsWith(suffix, StringComparison.Ordinal)) AddPart(Resolve((string?)relation.Attribute("Target") ?? ""), place);
        }

        foreach (var (name, bytes) in package.Entries)
        {
            if (!name.EndsWith(".rels", StringComparison.OrdinalIgnoreCase)) continue;
            var relationships = DocxPackage.ReadXml(bytes).Root!;
            var found = TemplateSafety.InRelationships(relationships).ToList();
            unsafeFindings.AddRange(found);
            if (found.Count > 0) CutOff(name, relationships);
        }

        foreach (var part in parts)
        {
            unsafeFindings.AddRange(TemplateSafety.InFields(part.Root, part.Place));
            LinkStyle.ApplyTo(part.Root);
        }

        AddLinkStyle();
    }

    /// <summary>Says what is wrong with the template.</summary>
    public TemplateReport Check(FieldCatalog catalog) =>
        new([.. unsafeFindings.Concat(parts.SelectMany(part => new TemplateCheck(catalog, part.Place).Run(part.Root)
            .Concat(new TemplateCheck(catalog, part.Place).Run(PartLinks.Addresses(part.Relationships))))).Distinct()]);

    /// <summary>Fills the template. The same template and data give the same bytes.</summary>
    /// <exception cref="TemplateException">The template refers to something outside, or carries embedded objects.</exception>
    public byte[] Fill(TemplateData data, FieldCatalog catalog)
    {
        if (unsafeFindings.Find(finding => finding.Severity is FindingSeverity.Error) is { } refused)
            throw new TemplateException(refused.Code, $"The template is not used because of {refused.Subject}.");

        var values = new FieldValues(data, catalog);
        var media = new Media();
        var written = new Dictionary<string, byte[]>(replaced, StringComparer.OrdinalIgnoreCase);
        var pictureId = 1;
        foreach (var part in parts)
        {
            var root = new XElement(part.Root);
            var links = new PartLinks(part.Relationships, media, values);
            new StoryFilling(values, links).Fill(root);
            foreach (var properties in root.Descendants().Where(element => element.Name.LocalName is "docPr"))
                properties.SetAttributeValue("id", pictureId++); // copies of rows have copied the ids as well
            written[part.Name] = Bytes(root);
            if (links.Changed is { } relationships) written[DocxPackage.RelationshipsName(part.Name)] = Bytes(relationships);
        }

        foreach (var (name, file) in media.Files) written[name] = file;
        if (media.Files.Count > 0) written[DocxPackage.ContentTypesName] = Bytes(WithPictureTypes());
        return Zip(written);
    }

    private void AddPart(string name, TemplatePlace place)
    {
        if (!package.Entries.TryGetValue(name, out var bytes) || parts.Exists(part => part.Name == name)) return;

        var root = DocxPackage.ReadXml(bytes).Root!;
        AcceptRevisions(root);
        var relationships = package.Entries.TryGetValue(DocxPackage.RelationshipsName(name), out var rels)
            ? DocxPackage.ReadXml(rels).Root!
            : new XElement(DocxPackage.RelationshipsNs + "Relationships");
        parts.Add(new(name, place, root, relationships));
    }

    private string Resolve(string target)
    {
        if (target.StartsWith('/')) return target[1..];
        var folder = package.MainPart[..(package.MainPart.LastIndexOf('/') + 1)];
        return folder + target;
    }

    // Tracked changes would be printed as such: a document for a customer shows the result.
    private static void AcceptRevisions(XElement root)
    {
        var w = root.Name.Namespace;
        foreach (var row in root.Descendants(w + "tr").Where(row => row.Element(w + "trPr")?.Element(w + "del") is not null).ToList()) row.Remove();
        foreach (var removed in root.Descendants().Where(e => e.Name == w + "del" || e.Name == w + "moveFrom").ToList())
            if (removed.Parent is not null) removed.Remove();
        foreach (var added in root.Descendants().Where(e => e.Name == w + "ins" || e.Name == w + "moveTo").Reverse().ToList())
            added.ReplaceWith(added.Nodes());
    }

    // What is only a warning (the template Word started from) must not be fetched either.
    private void CutOff(string relationshipsName, XElement relationships)
    {
        var cut = relationships.Elements(DocxPackage.RelationshipsNs + "Relationship")
            .Where(relation => ((string?)relation.Attribute("Type") ?? "").EndsWith("/attachedTemplate", StringComparison.Ordinal)).ToList();
        if (cut.Count == 0) return;

        var ids = cut.Select(relation => (string?)relation.Attribute("Id")).ToHashSet();
        cut.Remove();
        replaced[relationshipsName] = Bytes(relationships);

        var part = relationshipsName.Replace("_rels/", "", StringComparison.Ordinal)[..^".rels".Length];
        if (!package.Entries.TryGetValue(part, out var bytes)) return;
        var owner = DocxPackage.ReadXml(bytes).Root!;
        owner.Descendants(owner.Name.Namespace + "attachedTemplate")
            .Where(element => element.Attributes().Any(a => a.Name.LocalName is "id" && ids.Contains(a.Value))).Remove();
        replaced[part] = Bytes(owner);
    }

    // Into the styles the template has; a file without any (some programs write such) gets a part for it.
    private void AddLinkStyle()
    {
        var main = parts[0];
        var relation = main.Relationships.Elements(DocxPackage.RelationshipsNs + "Relationship")
            .FirstOrDefault(item => ((string?)item.Attribute("Type") ?? "").EndsWith("/styles", StringComparison.Ordinal));
        var name = relation is null ? Resolve("filled-styles.xml") : Resolve((string?)relation.Attribute("Target") ?? "");
        var styles = package.Entries.TryGetValue(name, out var bytes)
            ? DocxPackage.ReadXml(bytes).Root!
            : new XElement(main.Root.Name.Namespace + "styles");
        LinkStyle.AddTo(styles);
        replaced[name] = Bytes(styles);
        if (relation is not null) return;

        main.Relationships.Add(new XElement(DocxPackage.RelationshipsNs + "Relationship",
            new XAttribute("Id", "rIdFilledStyles"), new XAttribute("Type", PartLinks.TypePrefix + "styles"), new XAttribute("Target", "/" + name)));
        replaced[DocxPackage.RelationshipsName(main.Name)] = Bytes(main.Relationships);
        var types = DocxPackage.ReadXml(package.Entries[DocxPackage.ContentTypesName]).Root!;
        types.Add(new XElement(DocxPackage.ContentTypesNs + "Override",
            new XAttribute("PartName", "/" + name), new XAttribute("ContentType", LinkStyle.StylesContentType)));
        replaced[DocxPackage.ContentTypesName] = Bytes(types);
    }

    private XElement WithPictureTypes()
    {
        var types = DocxPackage.ReadXml(replaced.GetValueOrDefault(DocxPackage.ContentTypesName) ?? package.Entries[DocxPackage.ContentTypesName]).Root!;
        foreach (var (extension, type) in new[] { ("png", "image/png"), ("jpeg", "image/jpeg") })
            if (!types.Elements(DocxPackage.ContentTypesNs + "Default")
                .Any(item => extension.Equals((string?)item.Attribute("Extension"), StringComparison.OrdinalIgnoreCase)))
                types.AddFirst(new XElement(DocxPackage.ContentTypesNs + "Default",
                    new XAttribute("Extension", extension), new XAttribute("ContentType", type)));
        return types;
    }

    private byte[] Zip(Dictionary<string, byte[]> written)
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, original) in package.Entries)
                Add(zip, name, written.Remove(name, out var changed) ? changed : original);
            foreach (var (name, bytes) in written) Add(zip, name, bytes);
        }

        return memory.ToArray();
    }

    private static void Add(ZipArchive zip, string name, byte[] bytes)
    {
        var packs = name.EndsWith(".xml", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".rels", StringComparison.OrdinalIgnoreCase);
        var entry = zip.CreateEntry(name, packs ? CompressionLevel.Fastest : CompressionLevel.NoCompression);
        entry.LastWriteTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero); // the zip format's first day: equal input, equal bytes
        using var stream = entry.Open();
        stream.Write(bytes);
    }

    private static byte[] Bytes(XElement root)
    {
        using var memory = new MemoryStream();
        using (var writer = XmlWriter.Create(memory, new() { Encoding = new UTF8Encoding(false), CheckCharacters = true }))
        {
            writer.WriteStartDocument(standalone: true);
            root.WriteTo(writer);
        }

        return memory.ToArray();
    }

    private sealed record TextPart(string Name, TemplatePlace Place, XElement Root, XElement Relationships);
}

/// <summary>Picture files added to a document; the same picture is stored once.</summary>
internal sealed class Media
{
    private readonly Dictionary<string, string> names = [];

    public Dictionary<string, byte[]> Files { get; } = [];

    /// <summary>Adds a file and answers its name in the package.</summary>
    public string Add(byte[] file)
    {
        var hash = Convert.ToHexString(SHA256.HashData(file));
        if (names.TryGetValue(hash, out var name)) return name;

        name = $"word/media/filled{names.Count + 1}.{(file[0] == 0xFF ? "jpeg" : "png")}";
        Files[name] = file;
        return names[hash] = name;
    }
}

/// <summary>The relationships of one part while it is filled.</summary>
internal sealed class PartLinks
{
    public const string TypePrefix = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";
    private readonly XElement relationships;
    private readonly Media media;
    private readonly Dictionary<string, string> ids = [];

    public PartLinks(XElement original, Media media, FieldValues values)
    {
        this.media = media;
        relationships = new(original);
        foreach (var relation in relationships.Elements().Where(TemplateSafety.IsExternal)) FillTarget(relation, values);
    }

    /// <summary>The relationships, when they differ from the template's.</summary>
    public XElement? Changed { get; private set; }

    /// <summary>Where links lead, with the braces that Word escapes put back.</summary>
    public static IEnumerable<string> Addresses(XElement relationships) =>
        relationships.Elements().Where(TemplateSafety.IsExternal).Select(Address);

    private static string Address(XElement relation) => ((string?)relation.Attribute("Target") ?? "")
        .Replace("%7B", "{", StringComparison.OrdinalIgnoreCase).Replace("%7D", "}", StringComparison.OrdinalIgnoreCase);

    public string AddLink(string url) => Add("hyperlink", url, external: true);

    public string AddPicture(ImageValue image) => Add("image", "/" + media.Add(image.Png), external: false);

    // Word lets people type a placeholder as the address of a link; it stores the braces escaped.
    private void FillTarget(XElement relation, FieldValues values)
    {
        var target = Address(relation);
        var found = Placeholders.InWord(target);
        if (found.Count == 0) return;

        foreach (var placeholder in Enumerable.Reverse(found))
        {
            var value = values.Value(placeholder.Name);
            target = target.Remove(placeholder.Start, placeholder.Length)
                .Insert(placeholder.Start, value is LinkValue link ? link.Url : values.Text(value, FieldKind.Text));
        }

        // Word puts "http:///" or a folder before an address it does not know.
        var at = target.LastIndexOf("http", StringComparison.OrdinalIgnoreCase);
        var url = at > 0 ? target[at..] : target;
        relation.SetAttributeValue("Target", FieldValues.Address(url, FieldKind.Link) ?? "about:blank");
        Changed = relationships;
    }

    private string Add(string kind, string target, bool external)
    {
        if (ids.TryGetValue(target, out var id)) return id;

        id = $"rIdFilled{ids.Count + 1}";
        relationships.Add(new XElement(DocxPackage.RelationshipsNs + "Relationship",
            new XAttribute("Id", id), new XAttribute("Type", TypePrefix + kind), new XAttribute("Target", target),
            external ? new XAttribute("TargetMode", "External") : null));
        Changed = relationships;
        return ids[target] = id;
    }
}
