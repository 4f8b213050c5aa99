using Xunit;

namespace Domi.Standards.Tests;

public sealed class SepaMandateTextTests
{
    [Theory]
    [InlineData("en", "SEPA Direct Debit Mandate", "SEPA Business-to-Business Direct Debit Mandate")]
    [InlineData("fr", "Mandat de domiciliation européenne SEPA", "Mandat de domiciliation européenne SEPA Business to Business")]
    [InlineData("nl", "Mandaat Europese domiciliëring SEPA", "Mandaat Europese domiciliëring SEPA Business to Business")]
    [InlineData("de", "SEPA-Lastschriftmandat", "SEPA-Firmenlastschrift-Mandat")]
    public void Each_scheme_has_its_title(string language, string core, string b2b)
    {
        Assert.Equal(core, SepaMandateText.For(MandateScheme.Core, language, "Acme").Title);
        Assert.Equal(b2b, SepaMandateText.For(MandateScheme.B2B, language, "Acme").Title);
    }

    [Theory]
    [InlineData("en", "By signing this mandate form, you authorise (A) Acme NV to send instructions to your bank to debit your account and (B) your bank to debit your account in accordance with the instructions from Acme NV.")]
    [InlineData("fr", "En signant ce formulaire de mandat, vous autorisez (A) Acme NV à envoyer des instructions à votre banque pour débiter votre compte et (B) votre banque à débiter votre compte conformément aux instructions de Acme NV.")]
    [InlineData("nl-BE", "Door dit mandaatformulier te ondertekenen, geeft u toestemming aan (A) Acme NV om opdrachten te sturen naar uw bank om uw rekening te debiteren en (B) uw bank om uw rekening te debiteren overeenkomstig de opdrachten van Acme NV.")]
    [InlineData("DE", "Ich ermächtige (A) Acme NV, Zahlungen von meinem Konto mittels Lastschrift einzuziehen. Zugleich (B) weise ich mein Kreditinstitut an, die von Acme NV auf mein Konto gezogenen Lastschriften einzulösen.")]
    public void The_creditor_is_named_twice(string language, string expected)
    {
        Assert.Equal(expected, SepaMandateText.For(MandateScheme.Core, language, "Acme NV").Paragraphs[0]);
        Assert.Equal(expected, SepaMandateText.For(MandateScheme.B2B, language, "Acme NV").Paragraphs[0]);
    }

    [Theory]
    [InlineData("en", "within 8 weeks", "not entitled to a refund")]
    [InlineData("fr", "dans les 8 semaines", "pas droit au remboursement")]
    [InlineData("nl", "binnen 8 weken", "geen recht op terugbetaling")]
    [InlineData("de", "innerhalb von acht Wochen", "nicht berechtigt")]
    public void The_right_to_a_refund_depends_on_the_scheme(string language, string core, string b2b)
    {
        var (forAll, forEnterprises) = (Second(MandateScheme.Core, language), Second(MandateScheme.B2B, language));

        Assert.Contains(core, forAll, StringComparison.Ordinal);
        Assert.DoesNotContain(b2b, forAll, StringComparison.Ordinal);
        Assert.Contains(b2b, forEnterprises, StringComparison.Ordinal);
        Assert.DoesNotContain(core, forEnterprises, StringComparison.Ordinal);
    }

    [Fact]
    public void Braces_in_a_name_are_left_alone() => Assert.Contains(
        "(A) {C} & Co to", SepaMandateText.For(MandateScheme.Core, "en", "{C} & Co").Paragraphs[0], StringComparison.Ordinal);

    [Fact]
    public void A_mandate_without_creditor_is_refused() =>
        Assert.Throws<ArgumentException>(() => SepaMandateText.For(MandateScheme.Core, "en", " "));

    // A signature's evidence names the version, so no letter may change under the same one.
    [Fact]
    public void The_wording_of_a_version_does_not_change()
    {
        var all = string.Join('\n',
            from scheme in new[] { MandateScheme.Core, MandateScheme.B2B }
            from language in new[] { "en", "fr", "nl", "de" }
            let text = SepaMandateText.For(scheme, language, "Acme")
            from part in text.Paragraphs.Prepend(text.Title)
            select part);
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(all)));

        Assert.Equal(("2026-01", "337bd1f5ecef6078"), (SepaMandateText.Version, hash[..16]));
    }

    private static string Second(MandateScheme scheme, string language) =>
        SepaMandateText.For(scheme, language, "Acme").Paragraphs[1];
}
