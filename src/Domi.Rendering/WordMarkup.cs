using System.Globalization;
using System.Xml.Linq;

namespace Domi.Rendering;

/// <summary>The few Word elements that the example templates are made of. Lengths in millimetres, sizes in points.</summary>
internal static class WordMarkup
{
    public static readonly XNamespace W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    public static readonly XNamespace R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    public static XElement E(string name, params object?[] content) => new(W + name, content);

    public static XAttribute A(string name, object value) => new(W + name, value);

    /// <summary>Twentieths of a point, Word's unit of length.</summary>
    public static int Twips(double millimetres) => (int)Math.Round(millimetres * 1440 / 25.4);

    public static XElement Run(string text, double size = 0, bool bold = false, string? color = null) =>
        E("r", RunLook(size, bold, color), E("t", new XAttribute(XNamespace.Xml + "space", "preserve"), text));

    /// <summary>A field that Word computes: <c>PAGE</c>, <c>NUMPAGES</c>.</summary>
    public static IEnumerable<XElement> Computed(string code, double size, string color) =>
    [
        E("r", RunLook(size, false, color), E("fldChar", A("fldCharType", "begin"))),
        E("r", RunLook(size, false, color), E("instrText", code)),
        E("r", RunLook(size, false, color), E("fldChar", A("fldCharType", "separate"))),
        E("r", RunLook(size, false, color), E("t", "1")),
        E("r", RunLook(size, false, color), E("fldChar", A("fldCharType", "end"))),
    ];

    public static XElement Paragraph(ParagraphLook look, params IEnumerable<XElement> runs) =>
        E("p", E("pPr",
            look.Style is null ? null : E("pStyle", A("val", look.Style)),
            look.KeepNext ? E("keepNext") : null,
            look.TopBorder is null ? null : E("pBdr", E("top", A("val", "single"), A("sz", 4), A("space", 6), A("color", look.TopBorder))),
            look.RightTab > 0 ? E("tabs", E("tab", A("val", "right"), A("pos", Twips(look.RightTab)))) : null,
            E("spacing", A("before", Twips(look.Before)), A("after", Twips(look.After))),
            look.Align is null ? null : E("jc", A("val", look.Align))), runs);

    /// <summary>A table of fixed columns. LibreOffice takes the widths from the grid, Word from the cells: both are written.</summary>
    public static XElement Table(double[] columns, IEnumerable<XElement> rows, string? boxColor = null, double indent = 0) =>
        E("tbl",
            E("tblPr",
                E("tblW", A("w", columns.Sum(Twips)), A("type", "dxa")),
                E("tblInd", A("w", Twips(indent)), A("type", "dxa")),
                boxColor is null ? null : E("tblBorders",
                    new[] { "top", "left", "bottom", "right" }.Select(side => Line(side, 6, boxColor))),
                E("tblLayout", A("type", "fixed")),
                E("tblCellMar", E("left", A("w", 0), A("type", "dxa")), E("right", A("w", 0), A("type", "dxa")))),
            E("tblGrid", columns.Select(width => E("gridCol", A("w", Twips(width))))),
            rows);

    public static XElement Row(RowLook look, params IEnumerable<XElement> cells) =>
        E("tr", E("trPr",
            E("cantSplit"),
            look.MinHeight > 0 ? E("trHeight", A("val", Twips(look.MinHeight)), A("hRule", "atLeast")) : null,
            look.IsHeader ? E("tblHeader") : null), cells);

    public static XElement Cell(double width, CellLook look, params IEnumerable<XElement> content) =>
        E("tc", E("tcPr",
            E("tcW", A("w", Twips(width)), A("type", "dxa")),
            look.Top is null && look.Bottom is null ? null : E("tcBorders",
                look.Top is null ? null : Line("top", look.TopWeight, look.Top),
                look.Bottom is null ? null : Line("bottom", look.BottomWeight, look.Bottom)),
            E("tcMar",
                E("top", A("w", Twips(look.Padding)), A("type", "dxa")),
                E("left", A("w", Twips(look.Left)), A("type", "dxa")),
                E("bottom", A("w", Twips(look.Padding)), A("type", "dxa")),
                E("right", A("w", Twips(look.Right)), A("type", "dxa")))), content);

    private static XElement Line(string side, int eighths, string color) =>
        E(side, A("val", "single"), A("sz", eighths), A("space", 0), A("color", color));

    private static XElement RunLook(double size, bool bold, string? color) =>
        E("rPr",
            bold ? E("b") : null,
            color is null ? null : E("color", A("val", color)),
            size > 0 ? E("sz", A("val", (size * 2).ToString(CultureInfo.InvariantCulture))) : null);
}

internal sealed record ParagraphLook(
    double Before = 0, double After = 0, string? Align = null, string? Style = null, string? TopBorder = null, double RightTab = 0, bool KeepNext = false);

/// <summary>Border weights in eighths of a point.</summary>
internal sealed record CellLook(
    double Padding = 0, double Left = 0, double Right = 0, string? Top = null, int TopWeight = 6, string? Bottom = null, int BottomWeight = 4);

internal sealed record RowLook(bool IsHeader = false, double MinHeight = 0);
