using System.Text;
using System.Xml.Linq;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using static Domi.Rendering.WordMarkup;

namespace Domi.Rendering;

/// <summary>Ready Word templates in four languages: to start with, and to copy from. They pass the check without a finding.</summary>
public static class ExampleTemplates
{
    private const string Ink = "1F1D1A", Soft = "57524A", Rule = "CFC9BF", Hair = "E7E3DC", Accent = "0B5567";

    /// <summary>Millimetres between the margins of A4.</summary>
    private const double PageWidth = 170;

    /// <summary>An invoice with lines, VAT summary and a payment block that follows the customer's way of paying.</summary>
    public static byte[] Invoice(DocumentLanguage language)
    {
        var words = ExampleWords.For(language);
        return Build(language, words, [
            .. Head(words, words.Invoice, [
                (words.Date, "{InvoiceDate}"), (words.DueDate, "{InvoiceExpiryDate}"),
                (words.CustomerNumber, "{RelationCode}"), (words.CustomerVat, "{RelationVatNumber}")]),
            .. Lines(words),
            Totals(words, words.TotalDue),
            Gap(6),
            PayByYourself(words),
            Gap(0.4),
            PayByDirectDebit(words),
            .. Closing()]);
    }

    /// <summary>A credit note: the same, with the invoice it corrects and without a request to pay.</summary>
    public static byte[] CreditNote(DocumentLanguage language)
    {
        var words = ExampleWords.For(language);
        return Build(language, words, [
            .. Head(words, words.CreditNote, [
                (words.Date, "{InvoiceDate}"), (words.CreditedInvoice, "{CreditedInvoiceNumber}"),
                (words.CustomerNumber, "{RelationCode}"), (words.CustomerVat, "{RelationVatNumber}")]),
            .. Lines(words),
            Totals(words, words.TotalCredited),
            Gap(6),
            Paragraph(new(), Run(words.CreditNotice)),
            .. Closing()]);
    }

    private static IEnumerable<XElement> Head(ExampleWords words, string title, (string Label, string Value)[] facts)
    {
        yield return Table([95, 75], [Row(new(),
            Cell(95, new(),
                Paragraph(new(), Run("{IF Image:CompanyLogo}{Image:CompanyLogo}{ENDIF Image:CompanyLogo}")),
                Paragraph(new(), Run("{IF NOT Image:CompanyLogo}{CompanyName}{ENDIF Image:CompanyLogo}", 19, true, Accent))),
            Cell(75, new(),
                Small("{CompanyStreet}"), Small("{CompanyZip} {CompanyCity}"),
                Small("{IF CompanyPhone}{CompanyPhone}{ENDIF CompanyPhone}"), Small("{IF CompanyEmail}{CompanyEmail}{ENDIF CompanyEmail}")))]);
        yield return Gap(12);
        // At the right, where the window of the usual Belgian envelope is.
        yield return Table([95, 75], [Row(new(MinHeight: 26),
            Cell(95, new(), Paragraph(new())),
            Cell(75, new(),
                Paragraph(new(), Run("{RelationName}", 11, true)),
                Paragraph(new(), Run("{IF RelationContact}{RelationContact}{ENDIF RelationContact}", 11)),
                Paragraph(new(), Run("{RelationStreet}", 11)),
                Paragraph(new(), Run("{RelationZip} {RelationCity}", 11)),
                Paragraph(new(), Run("{IF RelationCountry}{RelationCountry}{ENDIF RelationCountry}", 11))))]);
        yield return Paragraph(new(Before: 6, Style: "Heading1"), Run(title + " {InvoiceNumber}"));
        yield return Paragraph(new(Before: 0.5), Run("{IF InvoiceDescription}{InvoiceDescription}{ENDIF InvoiceDescription}", 11, color: Soft));
        yield return Paragraph(new(Before: 0.5), Run($"{{IF PoNumber}}{words.PoNumber}: {{PoNumber}}{{ENDIF PoNumber}}", 10, color: Soft));
        yield return Gap(4);
        double[] columns = [PageWidth / 4, PageWidth / 4, PageWidth / 4, PageWidth / 4];
        yield return Table(columns, [
            Row(new(), facts.Select(fact => Cell(columns[0], new(Padding: 0.6, Right: 3, Top: Ink), Paragraph(new(Before: 1), Run(fact.Label, 9, color: Soft))))),
            Row(new(), facts.Select(fact => Cell(columns[0], new(Right: 3, Bottom: Rule), Paragraph(new(After: 2), Run(fact.Value, 10.5)))))]);
        yield return Gap(5);
    }

    private static IEnumerable<XElement> Lines(ExampleWords words)
    {
        double[] columns = [84, 18, 24, 16, 28];
        var header = new[] { words.Description, words.Quantity, words.UnitPrice, words.Vat, words.AmountExclVat };
        var fields = new[] { "{Line.Description}", "{Line.Quantity}", "{Line.UnitPrice}", "{Line.VatRate}", "{Line.AmountExclVat}" };
        yield return Table(columns, [
            Row(new(IsHeader: true), header.Select((text, i) => Cell(columns[i], new(Padding: 0.8, Left: i == 0 ? 0 : 2, Bottom: Ink, BottomWeight: 6),
                Paragraph(new(Align: i == 0 ? null : "right"), Run(text, 9, color: Soft))))),
            Row(new(), fields.Select((text, i) => Cell(columns[i], new(Padding: 1.4, Left: i == 0 ? 0 : 2, Bottom: Hair),
                Paragraph(new(Align: i == 0 ? null : "right"), Run(text)))))]);
        yield return Gap(3);
    }

    private static XElement Totals(ExampleWords words, string totalLabel)
    {
        double[] vat = [26, 28, 24];
        var vatTable = Table(vat, [
            Row(new(), new[] { "{IF HasVat}" + words.VatRate, words.VatBase, words.VatAmount }.Select((text, i) =>
                Cell(vat[i], new(Padding: 0.5), Paragraph(new(Align: i == 0 ? null : "right", KeepNext: true), Run(text, 9, color: Soft))))),
            Row(new(), new[] { "{Vat.Rate}", "{Vat.Base}", "{Vat.Amount}" }.Select((text, i) =>
                Cell(vat[i], new(Padding: 0.5), Paragraph(new(Align: i == 0 ? null : "right", KeepNext: true), Run(text, 9, color: Soft))))),
            Row(new(), vat.Select((width, i) => Cell(width, new(), Paragraph(new(), Run(i == 0 ? "{ENDIF HasVat}" : "", 9))))),]);
        double[] sum = [38, 34];
        XElement Sum(string label, string value, double size, bool isTotal) => Row(new(),
            Cell(sum[0], new(Padding: isTotal ? 1.4 : 0.5, Top: isTotal ? Ink : null),
                Paragraph(new(KeepNext: true), Run(label, size, isTotal, isTotal ? Ink : Soft))),
            Cell(sum[1], new(Padding: isTotal ? 1.4 : 0.5, Top: isTotal ? Ink : null),
                Paragraph(new(Align: "right", KeepNext: true), Run(value, size, isTotal))));
        var sumTable = Table(sum, [
            Sum(words.TotalExclVat, "{TotalExclVat}", 10, false),
            Sum(words.TotalVat, "{TotalVat}", 10, false),
            Sum(totalLabel, "{TotalInclVat}", 13, true)]);
        return Table([98, 72], [Row(new(),
            Cell(98, new(), vatTable, Paragraph(new())),
            Cell(72, new(), sumTable, Paragraph(new())))]);
    }

    // The block is one row between its markers: when the condition does not hold, row and frame go with it.
    private static XElement PayByYourself(ExampleWords words)
    {
        double[] bank = [36, 82];
        XElement Bank(string label, string value, bool bold = false) => Row(new(),
            Cell(bank[0], new(Padding: 0.3), Paragraph(new(), Run(label, 9.5, color: Soft))),
            Cell(bank[1], new(Padding: 0.3), Paragraph(new(), Run(value, 11, bold))));
        return Table([130, 40], [Row(new(),
            Cell(130, new(Padding: 4, Left: 6),
                Paragraph(new(), Run("{IF RelationPaymentMethodManual}")),
                Paragraph(new(After: 1), Run(words.PayBefore + " {InvoiceExpiryDate}", 12, true, Accent)),
                Paragraph(new(), Run($"{{IF HasPaymentUrl}}{words.ScanOrOpen}")),
                Paragraph(new(), Run("{PaymentUrl}", color: Accent)),
                Paragraph(new(After: 2), Run($"{words.WaysToPay}{{ENDIF HasPaymentUrl}}")),
                Table(bank, [
                    Bank(words.ByTransfer, "{CompanyIban}"),
                    Bank("BIC", "{IF CompanyBic}{CompanyBic}{ENDIF CompanyBic}"),
                    Bank(words.Reference, "{PaymentReference}", true)]),
                Paragraph(new())),
            Cell(40, new(Padding: 4, Right: 4),
                Paragraph(new(Align: "center"), Run("{IF HasPaymentUrl}{Image:PaymentQrCode}{ENDIF HasPaymentUrl}")),
                Paragraph(new(Align: "center"), Run("{IF NOT HasPaymentUrl}{Image:EpcQrCode}{ENDIF HasPaymentUrl}")),
                Paragraph(new(Align: "center"), Run($"{words.Pay} {{AmountDue}}", 9, color: Soft)),
                Paragraph(new(), Run("{ENDIF RelationPaymentMethodManual}"))))], Accent);
    }

    private static XElement PayByDirectDebit(ExampleWords words)
    {
        double[] facts = [46, 112];
        XElement Fact(string label, string value) => Row(new(),
            Cell(facts[0], new(Padding: 0.3), Paragraph(new(), Run(label, 9.5, color: Soft))),
            Cell(facts[1], new(Padding: 0.3), Paragraph(new(), Run(value, 11))));
        return Table([PageWidth], [Row(new(),
            Cell(PageWidth, new(Padding: 4, Left: 6, Right: 6),
                Paragraph(new(), Run("{IF RelationPaymentMethodDirectDebit}")),
                Paragraph(new(After: 1), Run(words.DirectDebit, 12, true, Accent)),
                Paragraph(new(After: 2), Run(words.NothingToDoBefore), Run("{AmountDue}", bold: true), Run(words.NothingToDoOn),
                    Run("{CollectionDate}", bold: true), Run(words.NothingToDoAfter)),
                Table(facts, [
                    Fact(words.FromAccount, "{IF MandateIban}{MandateIban}{ENDIF MandateIban}"),
                    Fact(words.Mandate, "{MandateReference}"),
                    Fact(words.CreditorIdentifier, "{CreditorIdentifier}")]),
                Paragraph(new(), Run("{ENDIF RelationPaymentMethodDirectDebit}"))))], Accent);
    }

    private static IEnumerable<XElement> Closing() =>
        [Paragraph(new(Before: 6), Run("{IF HasText}{InvoiceText}{ENDIF HasText}", 8.5, color: Soft))];

    private static XElement Small(string text) => Paragraph(new(Align: "right"), Run(text, 9, color: Soft));

    private static XElement Gap(double millimetres) =>
        E("p", E("pPr", E("spacing", A("before", 0), A("after", 0), A("line", Twips(millimetres)), A("lineRule", "exact"))));

    private static byte[] Build(DocumentLanguage language, ExampleWords words, IEnumerable<XElement> body)
    {
        using var memory = new MemoryStream();
        using (var document = WordprocessingDocument.Create(memory, WordprocessingDocumentType.Document))
        {
            var main = document.AddMainDocumentPart();
            var footer = main.AddNewPart<FooterPart>();
            Feed(footer, E("ftr", Paragraph(
                new(TopBorder: Rule, RightTab: PageWidth),
                [
                    Run($"{{CompanyName}}{{IF CompanyVatNumber}}, {words.VatNumber} {{CompanyVatNumber}}{{ENDIF CompanyVatNumber}}"
                        + "{IF CompanyIban}, IBAN {CompanyIban}{ENDIF CompanyIban}", 8.5, color: Soft),
                    E("r", E("tab")),
                    Run(words.Page + " ", 8.5, color: Soft), .. Computed("PAGE", 8.5, Soft),
                    Run($" {words.Of} ", 8.5, color: Soft), .. Computed("NUMPAGES", 8.5, Soft),
                ])));
            Feed(main.AddNewPart<StyleDefinitionsPart>(), Styles(language));
            Feed(main, E("document", new XAttribute(XNamespace.Xmlns + "w", W), new XAttribute(XNamespace.Xmlns + "r", R),
                E("body", body, E("sectPr",
                    E("footerReference", A("type", "default"), new XAttribute(R + "id", main.GetIdOfPart(footer))),
                    E("pgSz", A("w", Twips(210)), A("h", Twips(297))),
                    E("pgMar", A("top", Twips(16)), A("right", Twips(20)), A("bottom", Twips(18)), A("left", Twips(20)),
                        A("header", Twips(8)), A("footer", Twips(10)), A("gutter", 0))))));
        }

        return memory.ToArray();
    }

    private static XElement Styles(DocumentLanguage language) =>
        E("styles",
            E("docDefaults",
                E("rPrDefault", E("rPr",
                    E("rFonts", A("ascii", "Calibri"), A("hAnsi", "Calibri"), A("cs", "Calibri"), A("eastAsia", "Calibri")),
                    E("color", A("val", Ink)), E("sz", A("val", 20)), E("szCs", A("val", 20)),
                    E("lang", A("val", language switch { DocumentLanguage.French => "fr-BE", DocumentLanguage.Dutch => "nl-BE", DocumentLanguage.German => "de-BE", _ => "en-GB" })))),
                E("pPrDefault", E("pPr", E("spacing", A("before", 0), A("after", 0), A("line", 264), A("lineRule", "auto"))))),
            E("style", A("type", "paragraph"), A("default", 1), A("styleId", "Normal"), E("name", A("val", "Normal"))),
            E("style", A("type", "paragraph"), A("styleId", "Heading1"), E("name", A("val", "heading 1")), E("basedOn", A("val", "Normal")),
                E("pPr", E("keepNext"), E("outlineLvl", A("val", 0))), E("rPr", E("b"), E("sz", A("val", 40)))));

    private static void Feed(OpenXmlPart part, XElement root)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(new XDocument(root).ToString(SaveOptions.DisableFormatting)));
        part.FeedData(stream);
    }
}
