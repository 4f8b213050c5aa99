using SkiaSharp;
using UglyToad.PdfPig;

namespace Domi.Rendering.Tests;

public sealed class MandatePdfTests
{
    [Theory]
    [InlineData(DocumentLanguage.French, "Identifiant du créancier")]
    [InlineData(DocumentLanguage.Dutch, "Identificatie van de schuldeiser")]
    [InlineData(DocumentLanguage.English, "Creditor identifier")]
    [InlineData(DocumentLanguage.German, "Gläubiger-Identifikationsnummer")]
    public async Task The_form_says_all_that_a_mandate_must_say(DocumentLanguage language, string label)
    {
        using var folder = new WorkFolder();
        var pdf = MandatePdf.Draw(Mandate(language));

        var text = await folder.TextOfAsync(pdf);

        foreach (var expected in new[] { "Mandat de domiciliation européenne SEPA", label, "SL-1046", "BE41ZZZ0712845377", "Sambre & Leie Accountants SRL",
            "Rue des Tanneurs 58", "Łukasz Żółć", "5000 Namur", "BE68 5390 0754 7034", "GKCCBEBB", "dans les 8 semaines", "Namur" })
            Assert.Contains(expected, text);
        using var read = PdfDocument.Open(pdf);
        Assert.Equal(1, read.NumberOfPages);
        Assert.Equal((595, 842), ((int)Math.Round(read.GetPage(1).Width), (int)Math.Round(read.GetPage(1).Height)));
    }

    [Fact]
    public async Task A_company_mandate_brings_the_form_for_the_bank_and_the_evidence()
    {
        using var folder = new WorkFolder();
        var mandate = Mandate(DocumentLanguage.French) with
        {
            IsB2B = true,
            Debtor = new("Menuiserie Delcourt SRL", ["Chaussée de Wavre 212", "5030 Gembloux"], "0629.441.710"),
            Evidence = Evidence,
        };
        var pdf = MandatePdf.Draw(mandate);

        using var read = PdfDocument.Open(pdf);
        Assert.Equal(3, read.NumberOfPages);
        var text = await folder.TextOfAsync(pdf);
        foreach (var expected in new[] { "Formulaire pour la banque du débiteur", "0629.441.710", "Preuve de la signature", "2026-03-02 09:13:44 UTC", "203.0.113.7",
            "c…n@example.org", "9f86d081 884c7d65" })
            Assert.Contains(expected, text);
    }

    [Theory]
    [InlineData(MandateKind.Card, true)]
    [InlineData(MandateKind.Contract, false)]
    public async Task An_agreement_without_an_account_says_nothing_of_accounts_and_brings_its_terms_and_answers(MandateKind kind, bool isCharged)
    {
        using var folder = new WorkFolder();
        var pdf = MandatePdf.Draw(Mandate(DocumentLanguage.English) with
        {
            Kind = kind,
            Iban = null,
            Bic = null,
            Card = isCharged ? "visa •••• 4242" : null,
            Terms = "No dogs.\nClosed on Sunday.\n" + string.Concat(Enumerable.Repeat("What is said at length goes on. ", 400)),
            Answers = [("What is your size, and why is this question longer than its column?", "Medium")],
        });

        var text = await folder.TextOfAsync(pdf);
        foreach (var expected in new[] { "Closed on Sunday.", "What is your size", "its column?", "Medium", "Terms", "Reference of the agreement" }) Assert.Contains(expected, text);
        foreach (var absent in new[] { "IBAN", "Creditor identifier", "SEPA Direct Debit" }) Assert.DoesNotContain(absent, text);
        Assert.Equal((isCharged, isCharged), (text.Contains("4242", StringComparison.Ordinal), text.Contains("Recurrent payments", StringComparison.Ordinal)));
        using var read = PdfDocument.Open(pdf);
        Assert.True(read.NumberOfPages >= 3);
    }

    [Fact]
    public void A_drawn_signature_is_a_picture_on_the_page()
    {
        var drawn = Mandate(DocumentLanguage.Dutch) with { Signature = new("Łukasz Żółć", Scribble()) };

        using var read = PdfDocument.Open(MandatePdf.Draw(drawn));

        Assert.Single(read.GetPage(1).GetImages());
        Assert.Throws<ArgumentException>(() => MandatePdf.Draw(drawn with { Signature = new("x", [1, 2, 3]) }));
    }

    [Fact]
    public async Task Long_texts_go_on_over_the_page()
    {
        using var folder = new WorkFolder();
        var pdf = MandatePdf.Draw(Mandate(DocumentLanguage.English) with
        {
            Paragraphs = [.. Enumerable.Range(1, 60).Select(i => $"Clause {i}: {new string('w', 20)} and some more words that fill the line.")],
            Evidence = Evidence with { Agent = new('Ж', 400) },
        });

        var text = await folder.TextOfAsync(pdf);
        Assert.All(Enumerable.Range(1, 60), i => Assert.Contains($"Clause {i}:", text));
        Assert.Equal(400, text.Count(c => c == 'Ж'));
    }

    [Fact]
    public async Task Labels_may_be_replaced()
    {
        using var folder = new WorkFolder();
        var pdf = MandatePdf.Draw(Mandate(DocumentLanguage.English) with { Labels = new Dictionary<string, string> { ["debtor"] = "Member" } });

        var text = await folder.TextOfAsync(pdf);
        Assert.Contains("Member", text);
        Assert.DoesNotContain("Debtor", text);
    }

    private static MandateDocument Mandate(DocumentLanguage language) => new()
    {
        Language = language,
        Title = "Mandat de domiciliation européenne SEPA",
        Paragraphs =
        [
            "En signant ce formulaire de mandat, vous autorisez (A) Sambre & Leie Accountants SRL à envoyer des instructions à votre banque pour débiter votre compte et (B) votre banque à débiter votre compte conformément aux instructions de Sambre & Leie Accountants SRL.",
            "Vous bénéficiez d'un droit à remboursement par votre banque selon les conditions décrites dans la convention que vous avez passée avec elle. Toute demande de remboursement doit être présentée dans les 8 semaines suivant la date de débit de votre compte.",
        ],
        MandateReference = "SL-1046",
        CreditorIdentifier = "BE41ZZZ0712845377",
        Creditor = new("Sambre & Leie Accountants SRL", ["Rue des Tanneurs 58", "1000 Bruxelles", "Belgique"]),
        Debtor = new("Łukasz Żółć", ["Rue de Fer 1", "5000 Namur"]),
        Iban = "BE68 5390 0754 7034",
        Bic = "GKCCBEBB",
        SignedOn = new(2026, 3, 2),
        SignedAt = "Namur",
        Signature = new("Łukasz Żółć"),
    };

    private static MandateEvidence Evidence => new(
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        new(2026, 3, 2, 10, 11, 0, TimeSpan.FromHours(1)), new(2026, 3, 2, 10, 13, 44, TimeSpan.FromHours(1)),
        "203.0.113.7", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "e-mail", "c…n@example.org", new(2026, 3, 2, 10, 12, 0, TimeSpan.FromHours(1)), 1, "core-fr-1");

    private static byte[] Scribble()
    {
        using var surface = SKSurface.Create(new SKImageInfo(300, 100));
        using var paint = new SKPaint { Color = SKColors.DarkBlue, StrokeWidth = 3, IsAntialias = true };
        for (var x = 0; x < 290; x += 10) surface.Canvas.DrawLine(x, 50 + (x % 30), x + 10, 50 - (x % 40), paint);
        using var image = surface.Snapshot();
        return image.Encode(SKEncodedImageFormat.Png, 100).ToArray();
    }
}
