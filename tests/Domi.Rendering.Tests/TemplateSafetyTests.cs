using System.Buffers.Binary;
using static Domi.Rendering.Tests.Docx;

namespace Domi.Rendering.Tests;

public sealed class TemplateSafetyTests
{
    [Fact]
    public void Something_that_is_no_word_file_is_refused()
    {
        Refused("template.not_docx", Bytes("Dear customer, {InvoiceNumber}"));
        Refused("template.not_docx", []);
        Refused("template.not_docx", Zip(("readme.txt", Bytes("hello"))));
        Refused("template.not_docx", File(P("x"))[..600]);
        Refused("template.not_docx", File(P("x"), extra: ("word/document.xml", Bytes("<w:document>"))));
        Refused("template.not_docx", File(P("x"), extra: ("word/document.xml", Bytes("<a/>"))));
        Refused("template.not_docx", File(P("x"), extra: ("word/document.xml", Bytes("<document/>"))));
    }

    [Fact]
    public void A_spreadsheet_is_refused_whatever_it_is_called()
    {
        var types = """
            <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
            <Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>
            """;

        Refused("template.not_docx", File(P("x"), extra: ("[Content_Types].xml", Bytes(types))));
    }

    [Fact]
    public void A_file_over_ten_megabytes_is_refused() => Refused("template.too_large", new byte[WordTemplate.MaxFileBytes + 1]);

    [Fact]
    public void A_zip_bomb_is_refused_before_it_is_unpacked()
    {
        Refused("template.zip_bomb", File(P("x"), extra: ("word/media/bomb.png", new byte[20_000_000])));
        Refused("template.zip_bomb", File(P("x"), extra: [.. Enumerable.Range(0, 2_000).Select(i => ($"word/media/{i}.png", new byte[] { 1 }))]));
    }

    [Fact]
    public void A_zip_that_lies_about_a_size_unpacks_to_no_more_than_it_says()
    {
        var file = File(P("x"), extra: ("word/media/liar.png", new byte[5_000_000]));
        // The uncompressed size stands at offset 24 of each central directory entry (PK\1\2).
        for (var at = 0; at < file.Length - 46; at++)
            if (file.AsSpan(at, 4).SequenceEqual((ReadOnlySpan<byte>)[0x50, 0x4B, 1, 2]) && BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 24)) == 5_000_000)
                BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at + 24), 100);

        Assert.Equal(100, DocxPackage.Read(file).Entries["word/media/liar.png"].Length);
    }

    [Fact]
    public void Macros_are_refused()
    {
        Refused("template.macros", File(P("x"), extra: ("word/vbaProject.bin", [1, 2, 3])));
        var types = """
            <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
            <Override PartName="/word/document.xml" ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>
            """;
        Refused("template.macros", File(P("x"), extra: ("[Content_Types].xml", Bytes(types))));
    }

    [Fact]
    public void A_document_type_is_refused() =>
        Refused("template.not_docx", File(P("x"), extra: ("word/settings.xml", Bytes("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>"))));

    [Theory]
    [InlineData("../../etc/cron.d/x")]
    [InlineData("/etc/passwd")]
    [InlineData("word\\..\\x.xml")]
    [InlineData("C:/x.xml")]
    public void An_entry_that_points_outside_is_refused(string name) => Refused("template.not_docx", File(P("x"), extra: (name, [1])));

    [Fact]
    public void A_linked_picture_is_an_error()
    {
        var template = File(P("x"), relations: Relation("rId7", "image", "http://elsewhere.example/pixel.png", external: true));

        var finding = Assert.Single(WordTemplate.Check(template, InvoiceFields.Catalog).Findings);
        Assert.Equal(("template.external_link", FindingSeverity.Error), (finding.Code, finding.Severity));
        Assert.Throws<TemplateException>(() => WordTemplate.Fill(template, Samples.Data(DocumentLanguage.Dutch), InvoiceFields.Catalog));
    }

    [Fact]
    public void The_template_that_word_started_from_is_cut_off_with_a_warning()
    {
        var settings = "<w:settings xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><w:attachedTemplate r:id=\"rId1\"/><w:zoom/></w:settings>";
        var template = File(P("{InvoiceNumber}"), relations: Relation("rId7", "settings", "settings.xml", external: false), extra:
        [
            ("word/settings.xml", Bytes(settings)),
            ("word/_rels/settings.xml.rels", Relations(Relation("rId1", "attachedTemplate", "file:///C:/Users/x/Normal.dotm", external: true))),
        ]);

        var finding = Assert.Single(WordTemplate.Check(template, InvoiceFields.Catalog).Findings);
        var filled = WordTemplate.Fill(template, Samples.Data(DocumentLanguage.Dutch), InvoiceFields.Catalog);

        Assert.Equal(("template.external_link", FindingSeverity.Warning), (finding.Code, finding.Severity));
        Assert.DoesNotContain("Normal.dotm", Entry(filled, "word/_rels/settings.xml.rels"));
        Assert.DoesNotContain("attachedTemplate", Entry(filled, "word/settings.xml"));
    }

    [Fact]
    public void Field_codes_that_read_files_are_an_error_even_in_pieces()
    {
        var pieces = "<w:p><w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText> INCLUDE</w:instrText></w:r><w:r><w:instrText>TEXT \"/etc/passwd\"</w:instrText></w:r>"
            + "<w:r><w:fldChar w:fldCharType=\"end\"/></w:r></w:p>";
        var simple = "<w:p><w:fldSimple w:instr=\" INCLUDEPICTURE http://elsewhere.example/x.png \"/></w:p>";
        var harmless = "<w:p><w:fldSimple w:instr=\" PAGE \"/></w:p>";

        Assert.Equal(["INCLUDETEXT", "INCLUDEPICTURE"], WordTemplate.Check(File(pieces + simple + harmless), InvoiceFields.Catalog).Findings.Select(finding => finding.Subject));
    }

    [Theory]
    [InlineData("oleObject")]
    [InlineData("control")]
    [InlineData("aFChunk")]
    public void Embedded_objects_are_an_error(string kind)
    {
        var template = File(P("x"), relations: Relation("rId7", kind, "embeddings/thing.bin", external: false), extra: ("word/embeddings/thing.bin", [1]));

        Assert.Equal("template.embedded", WordTemplate.Check(template, InvoiceFields.Catalog).Findings.Single().Code);
    }

    private static void Refused(string code, byte[] file)
    {
        Assert.Equal(code, Assert.Throws<TemplateException>(() => WordTemplate.Prepare(file)).Code);
        var report = WordTemplate.Check(file, InvoiceFields.Catalog);
        Assert.False(report.IsUsable);
        Assert.Equal(code, report.Findings.Single().Code);
    }
}
