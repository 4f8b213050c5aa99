using System.Globalization;
using SkiaSharp;

namespace Domi.Rendering;

/// <summary>
/// Draws a SEPA direct debit mandate as PDF on A4: the form, for B2B the form for the debtor's bank, and a page of evidence.
/// Text is real text with embedded fonts.
/// </summary>
/// <remarks>
/// What must stand on the form: EPC016-06 (Core) and EPC222-07 (B2B), chapter "The mandate". Drawn here and not in Word: a mandate's look is
/// the scheme's business, and its engine needs no office suite.
/// </remarks>
public static class MandatePdf
{
    /// <summary>The labels that are printed, by key, for those who want to replace some (<see cref="MandateDocument.Labels"/>).</summary>
    public static IReadOnlyDictionary<string, string> Labels(DocumentLanguage language) => MandateLabels.In(language);

    /// <exception cref="ArgumentException">The drawn signature is no picture.</exception>
    public static byte[] Draw(MandateDocument document)
    {
        using var memory = new MemoryStream();
        var metadata = new SKDocumentPdfMetadata { Title = $"{document.Title} – {document.MandateReference}", Creator = "Domi", EncodingQuality = 100 };
        using (var pdf = SKDocument.CreatePdf(memory, metadata))
        using (var drawing = new MandateDrawing(pdf, document))
        {
            drawing.Form();
            if (document.Terms is { } terms) drawing.Terms(terms);
            if (document.IsB2B) drawing.BankForm();
            if (document.Evidence is { } evidence) drawing.Evidence(evidence, document.Signature);
            if (document.CoEvidence is { } second) drawing.Evidence(second, document.CoSignature);
            drawing.Finish();
            pdf.Close();
        }

        return memory.ToArray();
    }
}

/// <summary>The pen that goes down the page. All lengths in points; A4 is 595 by 842.</summary>
internal sealed class MandateDrawing : IDisposable
{
    private const float Width = 595.28f, Height = 841.89f, Margin = 56.7f; // 20 mm
    private const float Bottom = Height - 62, LabelWidth = 165;

    private static readonly SKColor Ink = new(0x1F, 0x1D, 0x1A), Soft = new(0x57, 0x52, 0x4A), Rule = new(0xCF, 0xC9, 0xBF), Accent = new(0x0B, 0x55, 0x67);

    private readonly SKDocument pdf;
    private readonly MandateDocument document;
    private readonly IReadOnlyDictionary<string, string> labels;
    private readonly SKTypeface regular = Typeface(SKFontStyle.Normal);
    private readonly SKTypeface bold = Typeface(SKFontStyle.Bold);
    private SKCanvas? canvas;
    private int page;
    private float y;

    public MandateDrawing(SKDocument pdf, MandateDocument document)
    {
        this.pdf = pdf;
        this.document = document;
        labels = MandateLabels.In(document.Language);
    }

    public void Form()
    {
        NewPage();
        Heading(document.Title, 20);
        foreach (var paragraph in document.Paragraphs) Text(paragraph, 9.5f, after: 7);
        y += 6;
        MandateFacts();
        y += 10;
        Place();
        Signature(Label("signature"), document.Signature);
        if (document.IsSignedByTwo) Signature(Label("coSignature"), document.CoSignature);
    }

    public void Terms(string terms)
    {
        NewPage();
        Heading(Label("terms"), 17);
        foreach (var paragraph in terms.ReplaceLineEndings("\n").Split('\n'))
            if (paragraph.Trim().Length > 0) Text(paragraph, 9.5f, after: 5);
    }

    /// <summary>A form of its own: the debtor hands it over, and it must say everything the bank checks collections against.</summary>
    public void BankForm()
    {
        NewPage();
        Heading(Label("bankForm"), 17);
        Text(Label("bankFormIntro"), 9.5f, after: 7);
        Text(Label("bankFormRequest"), 9.5f, after: 7);
        y += 6;
        MandateFacts();
        y += 10;
        Blank("signedAt");
        Blank("signedOn");
        Signature(Label("bankFormSignature"), null);
        if (document.IsSignedByTwo) Signature(Label("coSignature"), null);
    }

    public void Evidence(MandateEvidence evidence, MandateSignature? signature)
    {
        NewPage();
        Heading(Label("evidence"), 17);
        Text(Label("evidenceIntro"), 9.5f, after: 10);
        Line();
        Fact("mandateReference", document.MandateReference, strong: true);
        Fact("signer", signature?.SignerName);
        Fact("textHash", string.Join(' ', evidence.TextHash.Chunk(8).Select(part => new string(part))));
        Fact("textVersion", evidence.TextVersion);
        Fact("openedAt", Instant(evidence.OpenedAt));
        Fact("codeSentAt", evidence.CodeSentAt is { } sent ? Instant(sent) : null);
        Fact("evidenceSignedAt", Instant(evidence.SignedAt));
        Fact("address", evidence.Address);
        Fact("agent", evidence.Agent);
        Fact("proof", evidence.Proof);
        Fact("channel", evidence.Channel);
        Fact("destination", evidence.MaskedDestination);
        Fact("attempts", evidence.Attempts?.ToString(CultureInfo.InvariantCulture));
        Line();
    }

    public void Finish() => EndPage();

    public void Dispose()
    {
        regular.Dispose();
        bold.Dispose();
    }

    private void MandateFacts()
    {
        Line();
        Fact(document.Kind is MandateKind.DirectDebit ? "mandateReference" : "agreementReference", document.MandateReference, strong: true);
        if (document.Kind is MandateKind.DirectDebit) Fact("creditorIdentifier", document.CreditorIdentifier, strong: true);
        if (document.Kind is MandateKind.DirectDebit) Fact("scheme", document.IsB2B ? "SEPA Direct Debit Business-to-Business (B2B)" : "SEPA Direct Debit Core");
        if (document.Kind is not MandateKind.Contract) Fact("paymentType", Label(document.IsRecurrent ? "recurrent" : "oneOff"));
        Line();
        Party("creditor", document.Creditor);
        Line();
        Party("debtor", document.Debtor);
        if (document.Kind is MandateKind.Card)
            Fact("card", document.Card, strong: true);
        else if (document.Kind is MandateKind.DirectDebit && document.Iban is null)
            Blank("iban");
        else
            Fact("iban", document.Iban, strong: true);
        Fact("bic", document.Bic);
        Line();
        foreach (var (question, answer) in document.Answers) Pair(question, answer, strong: false);
        if (document.Answers.Count > 0) Line();
    }

    private void Party(string role, MandateParty party)
    {
        Fact(role, party.Name, strong: true);
        foreach (var line in party.AddressLines) Fact(null, line);
        Fact("enterpriseNumber", party.EnterpriseNumber);
    }

    private void Place()
    {
        if (document.Signature is null)
        {
            Blank("signedAt");
            Blank("signedOn");
            return;
        }

        Fact("signedAt", document.SignedAt);
        Fact("signedOn", document.SignedOn is { } day ? DocumentText.Date(day, document.Language) : null);
    }

    private void Signature(string label, MandateSignature? signature)
    {
        const float boxHeight = 96;
        Need(boxHeight + 24);
        y += 14;
        Put(label, Margin, y, regular, 9, Soft);
        y += 8;
        using var pen = new SKPaint { Color = Rule, Style = SKPaintStyle.Stroke, StrokeWidth = 0.75f, IsAntialias = true };
        var box = new SKRect(Margin, y, Margin + 290, y + boxHeight);
        canvas!.DrawRoundRect(box, 4, 4, pen);
        if (signature?.DrawnPng is { } drawn)
            DrawPicture(drawn, new(box.Left + 10, box.Top + 8, box.Right - 10, box.Bottom - 24));
        else if (signature is not null)
            Put(Label("signedByCode"), box.Left + 10, box.Top + 26, regular, 9.5f, Accent);
        if (signature is not null) Put(signature.SignerName, box.Left + 10, box.Bottom - 10, bold, 10, Ink);
        y = box.Bottom;
    }

    private void DrawPicture(byte[] png, SKRect frame)
    {
        using var image = SKImage.FromEncodedData(png) ?? throw new ArgumentException("The drawn signature is no picture.");
        var scale = Math.Min(frame.Width / image.Width, frame.Height / image.Height);
        var target = SKRect.Create(frame.Left, frame.MidY - (image.Height * scale / 2), image.Width * scale, image.Height * scale);
        canvas!.DrawImage(image, target, new SKSamplingOptions(SKCubicResampler.Mitchell));
    }

    private void Heading(string text, float size)
    {
        using var font = Font(bold, size);
        foreach (var line in Wrap(text, font, Width - (2 * Margin)))
        {
            Put(line, Margin, y + size, bold, size, Accent);
            y += size * 1.2f;
        }

        y += 12;
    }

    private void Text(string text, float size, float after)
    {
        using var font = Font(regular, size);
        foreach (var line in Wrap(text, font, Width - (2 * Margin)))
        {
            Need(size * 1.4f);
            Put(line, Margin, y + size, regular, size, Ink);
            y += size * 1.4f;
        }

        y += after;
    }

    private void Fact(string? label, string? value, bool strong = false) => Pair(label is null ? null : Label(label), value, strong);

    // A fact that is not known is not printed; a question is the creditor's, as long as he likes.
    private void Pair(string? label, string? value, bool strong)
    {
        if (string.IsNullOrWhiteSpace(value)) return;

        const float size = 10.5f;
        using var font = Font(strong ? bold : regular, size);
        using var small = Font(regular, 9);
        List<string> labels = label is null ? [] : [.. Wrap(label, small, LabelWidth - 8)];
        List<string> lines = [.. Wrap(value, font, Width - (2 * Margin) - LabelWidth)];
        for (var i = 0; i < Math.Max(labels.Count, lines.Count); i++)
        {
            Need(size * 1.45f);
            if (i < labels.Count) Put(labels[i], Margin, y + size, regular, 9, Soft);
            if (i < lines.Count) Put(lines[i], Margin + LabelWidth, y + size, strong ? bold : regular, size, Ink);
            y += size * 1.45f;
        }
    }

    private void Blank(string label)
    {
        Need(24);
        Put(Label(label), Margin, y + 16, regular, 9, Soft);
        using var pen = new SKPaint { Color = Soft, StrokeWidth = 0.5f };
        canvas!.DrawLine(Margin + LabelWidth, y + 18, Width - Margin, y + 18, pen);
        y += 24;
    }

    private void Line()
    {
        using var pen = new SKPaint { Color = Rule, StrokeWidth = 0.75f };
        y += 5;
        canvas!.DrawLine(Margin, y, Width - Margin, y, pen);
        y += 5;
    }

    private void Put(string text, float x, float baseline, SKTypeface face, float size, SKColor color)
    {
        using var paint = new SKPaint { Color = color, IsAntialias = true };
        foreach (var (part, partFace, width) in Parts(text, face, size))
        {
            using var font = Font(partFace, size);
            canvas!.DrawText(part, x, baseline, SKTextAlign.Left, font, paint);
            x += width;
            if (partFace != face) partFace.Dispose();
        }
    }

    // Names come in any script: what the face lacks is taken from one that has it.
    private static IEnumerable<(string Text, SKTypeface Face, float Width)> Parts(string text, SKTypeface face, float size)
    {
        using var own = Font(face, size);
        if (own.ContainsGlyphs(text))
        {
            yield return (text, face, own.MeasureText(text));
            yield break;
        }

        foreach (var rune in text.EnumerateRunes())
        {
            var part = rune.ToString();
            var partFace = own.ContainsGlyphs(part) ? face : SKFontManager.Default.MatchCharacter(face.FamilyName, rune.Value) ?? face;
            using var font = Font(partFace, size);
            yield return (part, partFace, font.MeasureText(part));
        }
    }

    private static IEnumerable<string> Wrap(string text, SKFont font, float width)
    {
        foreach (var paragraph in text.ReplaceLineEndings("\n").Replace('\t', ' ').Split('\n'))
        {
            var line = "";
            foreach (var word in paragraph.Split(' '))
            {
                var longer = line.Length == 0 ? word : $"{line} {word}";
                if (font.MeasureText(longer) <= width)
                {
                    line = longer;
                    continue;
                }

                if (line.Length > 0) yield return line;
                line = word;
                // A word longer than the line (an agent string, a hash) is cut where it must be.
                for (var fits = Fitting(line, font, width); fits < line.Length; fits = Fitting(line, font, width))
                {
                    yield return line[..fits];
                    line = line[fits..];
                }
            }

            yield return line;
        }
    }

    private static int Fitting(string word, SKFont font, float width)
    {
        var length = word.Length;
        while (length > 1 && font.MeasureText(word.AsSpan(0, length)) > width) length--;
        return length;
    }

    private void Need(float height)
    {
        if (y + height > Bottom) NewPage();
    }

    private void NewPage()
    {
        EndPage();
        canvas = pdf.BeginPage(Width, Height);
        page++;
        y = Margin;
    }

    private void EndPage()
    {
        if (canvas is null) return;
        using var pen = new SKPaint { Color = Rule, StrokeWidth = 0.5f };
        canvas.DrawLine(Margin, Height - 50, Width - Margin, Height - 50, pen);
        Put($"{document.Creditor.Name} – {document.MandateReference}", Margin, Height - 37, regular, 8, Soft);
        var number = $"{Label("page")} {page}";
        using var font = Font(regular, 8);
        Put(number, Width - Margin - font.MeasureText(number), Height - 37, regular, 8, Soft);
        pdf.EndPage();
        canvas = null;
    }

    private string Label(string key) => document.Labels?.GetValueOrDefault(key) ?? labels[key];

    private static string Instant(DateTimeOffset at) =>
        at.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " UTC";

    private static SKFont Font(SKTypeface face, float size) => new(face, size) { Subpixel = true, LinearMetrics = true, Hinting = SKFontHinting.None };

    private static SKTypeface Typeface(SKFontStyle style)
    {
        foreach (var family in new[] { "Carlito", "Calibri", "Liberation Sans", "Arial", "DejaVu Sans" })
            if (SKFontManager.Default.MatchFamily(family, style) is { } face) return face;
        return SKTypeface.Default;
    }
}
