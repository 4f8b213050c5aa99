using Xunit;

namespace Domi.Standards.Tests;

public sealed class ReasonCodesTests
{
    private static readonly string[] Codes =
    [
        "AC01", "AC02", "AC03", "AC04", "AC06", "AC07", "AC13", "AG01", "AG02", "AG03", "AG07", "AM01", "AM02", "AM03", "AM04", "AM05",
        "AM06", "AM07", "AM09", "AM10", "AM12", "AM18", "AM21", "AM23", "BE01", "BE04", "BE05", "BE06", "BE07", "CNOR", "CUST", "DNOR",
        "DT01", "DT04", "DU01", "DU02", "DU03", "DU04", "DUPL", "ED05", "FF01", "FF03", "FF05", "FOCR", "FR01", "FRAD", "MD01", "MD02",
        "MD05", "MD06", "MD07", "MS02", "MS03", "NARR", "NOAS", "PY01", "RC01", "RC03", "RC04", "RC07", "RF01", "RR01", "RR02", "RR03",
        "RR04", "SL01", "SL11", "SL12", "SL13", "SL14", "TM01", "UPAY",
    ];

    private static readonly string[] Languages = ["fr", "nl", "en", "de"];

    [Fact]
    public void Every_code_is_known() => Assert.Equal(Codes.Order(), ReasonCodes.Known.Order());

    [Fact]
    public void Every_code_has_words_of_its_own_in_four_languages()
    {
        foreach (var language in Languages)
        {
            var texts = Codes.Append("ZZ99").Select(code => ReasonCodes.Describe(code, language)).ToList();

            Assert.Equal(texts.Count, texts.Distinct().Count());
            Assert.All(texts, text => Assert.Matches(@"^\p{L}[^\t]{8,}[^.\s]$", text));
        }

        Assert.All(Codes, code => Assert.Equal(4, Languages.Select(language => ReasonCodes.Describe(code, language)).Distinct().Count()));
    }

    [Theory]
    [InlineData("fr", "provision insuffisante")]
    [InlineData("nl", "ontoereikend saldo")]
    [InlineData("en", "insufficient funds")]
    [InlineData("de", "Deckung nicht ausreichend")]
    [InlineData("NL", "ontoereikend saldo")]
    [InlineData("fr_BE", "provision insuffisante")]
    [InlineData("de-BE", "Deckung nicht ausreichend")]
    [InlineData("es", "insufficient funds")]
    [InlineData("", "insufficient funds")]
    public void A_reason_is_told_in_the_language_asked(string language, string expected) =>
        Assert.Equal(expected, ReasonCodes.Describe("AM04", language));

    [Theory]
    [InlineData("fr", "la banque a refusé le paiement")]
    [InlineData("nl", "de bank heeft de betaling geweigerd")]
    [InlineData("en", "the bank refused the payment")]
    [InlineData("de", "die Bank hat die Zahlung abgelehnt")]
    public void An_unknown_reason_is_told_in_general_words(string language, string expected) =>
        Assert.Equal(expected, ReasonCodes.Describe("ZZ99", language));

    [Fact]
    public void Only_what_the_debtor_cannot_or_will_not_leaves_the_technical_bucket()
    {
        Assert.Equal(["AG07", "AM04", "MS03"], In(FailureBucket.Soft));
        Assert.Equal(["CUST", "FR01", "FRAD", "MD06", "MS02", "SL01"], In(FailureBucket.Hard));
        Assert.Equal(Codes.Length - 9, In(FailureBucket.Technical).Count());
        Assert.Equal(FailureBucket.Technical, ReasonCodes.BucketOf("ZZ99"));
        Assert.Equal(FailureBucket.Soft, ReasonCodes.BucketOf(" am04 "));
    }

    [Fact]
    public void Only_funds_silence_and_a_wrong_day_may_be_retried()
    {
        Assert.Equal(["AG07", "AM04", "DT01", "DT04", "ED05", "MS03", "TM01"], Codes.Where(ReasonCodes.MayRetry).Order());
        Assert.Equal((2, 1, 0, 0), (ReasonCodes.MaxRetries("AM04"), ReasonCodes.MaxRetries("MS03"),
            ReasonCodes.MaxRetries("MD01"), ReasonCodes.MaxRetries("ZZ99")));
        Assert.False(ReasonCodes.MayRetry("ZZ99"));
    }

    private static IEnumerable<string> In(FailureBucket bucket) =>
        Codes.Where(code => ReasonCodes.BucketOf(code) == bucket).Order();
}
