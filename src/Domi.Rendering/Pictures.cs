using System.Buffers.Binary;
using System.Xml.Linq;

namespace Domi.Rendering;

/// <summary>Pictures in Word documents: those that stand in for a field, and new ones.</summary>
internal static class Pictures
{
    /// <summary>English Metric Units: 360,000 to the centimetre. Source: ECMA-376 part 1, 20.1.2.1.</summary>
    private const long EmuPerCentimetre = 360_000;

    // A code stays readable for a phone at 3 cm; a logo is wider than high and may take twice that.
    private const long BoxHeight = 3 * EmuPerCentimetre;
    private const long BoxWidth = 6 * EmuPerCentimetre;

    private static readonly XNamespace Drawing = "http://schemas.openxmlformats.org/drawingml/2006/main";
    private static readonly XNamespace Placed = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing";
    private static readonly XNamespace Picture = "http://schemas.openxmlformats.org/drawingml/2006/picture";
    private static readonly XNamespace Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    /// <summary>The field named in a picture's alternative text or title (<c>wp:docPr</c>, <c>v:shape</c>), with its prefix.</summary>
    public static string? FieldOf(XElement properties)
    {
        foreach (var attribute in properties.Attributes())
        {
            if (attribute.Name.LocalName is not ("descr" or "title" or "alt") || !attribute.Value.Contains('{', StringComparison.Ordinal)) continue;
            if (Placeholders.InWord(attribute.Value).FirstOrDefault(found => found.IsImage) is { Text: not null } found) return found.Name;
        }

        return null;
    }

    /// <summary>Puts another picture into the frame of one that stands in the document; removes it when there is none.</summary>
    /// <param name="properties">The frame's <c>wp:docPr</c> or <c>v:shape</c>.</param>
    /// <param name="addPicture">Adds the file to the document and answers its relationship id.</param>
    public static void Swap(XElement properties, ImageValue? image, Func<ImageValue, string> addPicture)
    {
        var frame = properties.Name.LocalName is "docPr" ? properties.Parent! : properties;
        var holder = frame.Ancestors().FirstOrDefault(element => element.Name.LocalName is "drawing" or "pict") ?? frame;
        if (image is null || Size(image.Png) is not { } size)
        {
            holder.Remove();
            return;
        }

        foreach (var blip in frame.Descendants(Drawing + "blip"))
        {
            blip.SetAttributeValue(Relations + "embed", addPicture(image));
            blip.SetAttributeValue(Relations + "link", null);
            blip.Elements().Remove(); // a vector twin of the old picture, recolouring
            blip.Parent!.Element(Drawing + "srcRect")?.Remove(); // the crop was made for the old picture
        }

        foreach (var data in frame.Descendants().Where(element => element.Name.LocalName is "imagedata"))
            data.SetAttributeValue(Relations + "id", addPicture(image));

        KeepProportions(frame, size);
        foreach (var attribute in properties.Attributes().Where(a => a.Name.LocalName is "descr" or "title" or "alt").ToList())
            attribute.Value = attribute.Value.Contains('{', StringComparison.Ordinal) ? "" : attribute.Value;
    }

    /// <summary>A picture in the line of text: 3 cm high, at most 6 cm wide, never distorted.</summary>
    public static XElement Inline(XNamespace w, string relationshipId, (int Width, int Height) size, string name)
    {
        var (width, height) = Fit(size, BoxWidth, BoxHeight);
        var extent = new[] { new XAttribute("cx", width), new XAttribute("cy", height) };
        return new(w + "drawing",
            new XElement(Placed + "inline",
                new XAttribute("distT", 0), new XAttribute("distB", 0), new XAttribute("distL", 0), new XAttribute("distR", 0),
                new XElement(Placed + "extent", extent),
                new XElement(Placed + "docPr", new XAttribute("id", 0), new XAttribute("name", name)),
                new XElement(Placed + "cNvGraphicFramePr", new XElement(Drawing + "graphicFrameLocks", new XAttribute("noChangeAspect", 1))),
                new XElement(Drawing + "graphic",
                    new XElement(Drawing + "graphicData", new XAttribute("uri", Picture.NamespaceName),
                        new XElement(Picture + "pic",
                            new XElement(Picture + "nvPicPr",
                                new XElement(Picture + "cNvPr", new XAttribute("id", 0), new XAttribute("name", name)),
                                new XElement(Picture + "cNvPicPr")),
                            new XElement(Picture + "blipFill",
                                new XElement(Drawing + "blip", new XAttribute(Relations + "embed", relationshipId)),
                                new XElement(Drawing + "stretch", new XElement(Drawing + "fillRect"))),
                            new XElement(Picture + "spPr",
                                new XElement(Drawing + "xfrm",
                                    new XElement(Drawing + "off", new XAttribute("x", 0), new XAttribute("y", 0)),
                                    new XElement(Drawing + "ext", extent)),
                                new XElement(Drawing + "prstGeom", new XAttribute("prst", "rect"), new XElement(Drawing + "avLst"))))))));
    }

    /// <summary>Width and height in pixels of a PNG or JPEG; null for anything else.</summary>
    public static (int Width, int Height)? Size(byte[] file)
    {
        if (file is [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] && file.Length >= 24)
            return Sane(BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(20)));
        if (file is not [0xFF, 0xD8, ..]) return null;

        // JPEG: segments, each with its length; the first "start of frame" has the size.
        for (var at = 2; at + 9 < file.Length && file[at] == 0xFF;)
        {
            var marker = file[at + 1];
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
                return Sane(BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at + 7)), BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at + 5)));
            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at + 2));
        }

        return null;
    }

    private static (int, int)? Sane(int width, int height) => width > 0 && height > 0 ? (width, height) : null;

    // The frame's place and size are the designer's; a logo of another shape sits inside it.
    private static void KeepProportions(XElement frame, (int Width, int Height) size)
    {
        if (frame.Element(Placed + "extent") is not { } extent
            || !long.TryParse((string?)extent.Attribute("cx"), out var width)
            || !long.TryParse((string?)extent.Attribute("cy"), out var height)) return;

        var fitted = Fit(size, width, height);
        foreach (var element in frame.Descendants(Drawing + "ext").Where(e => e.Parent!.Name.LocalName is "xfrm").Prepend(extent))
        {
            element.SetAttributeValue("cx", fitted.Width);
            element.SetAttributeValue("cy", fitted.Height);
        }
    }

    private static (long Width, long Height) Fit((int Width, int Height) size, long boxWidth, long boxHeight) =>
        size.Width * boxHeight <= boxWidth * size.Height
            ? (Math.Max(1, boxHeight * size.Width / size.Height), boxHeight)
            : (boxWidth, Math.Max(1, boxWidth * size.Height / size.Width));
}
