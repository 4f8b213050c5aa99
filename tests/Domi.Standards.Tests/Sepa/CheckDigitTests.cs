using Xunit;

namespace Domi.Standards.Tests;

public sealed class CheckDigitTests
{
    // A vector is valid when the text is the stored form: what is read leniently (nine digits, lower case) is not.
    [Theory]
    [InlineData("IBAN", 14)]
    [InlineData("CI", 9)]
    [InlineData("OGM", 11)]
    [InlineData("RF", 11)]
    [InlineData("KBO", 9)]
    public void Every_vector_is_judged_as_it_says(string kind, int count)
    {
        var vectors = Vectors.Read("checkdigits.tsv").Where(row => row[0] == kind).ToList();

        Assert.Equal(count, vectors.Count);
        Assert.All(vectors, row => Assert.Equal((row[1], row[2] == "true"), (row[1], StoredForm(kind, row[1]) == row[1])));
    }

    [Fact]
    public void Vectors_of_communications_and_enterprises_print_as_noted()
    {
        var valid = Vectors.Read("checkdigits.tsv").Where(row => row[2] == "true").ToList();

        Assert.All(valid.Where(row => row[0] == "OGM"),
            row => Assert.Equal(row[3], StructuredCommunication.Parse(row[1]).ToString()));
        Assert.All(valid.Where(row => row[0] == "KBO"),
            row => Assert.Equal(row[3], EnterpriseNumber.Parse(row[1]).VatNumber));
    }

    private static string? StoredForm(string kind, string text) => kind switch
    {
        "IBAN" => Iban.TryParse(text, out var iban) ? iban.Value : null,
        "CI" => CreditorIdentifier.TryParse(text, out var identifier) ? identifier.Value : null,
        "OGM" => StructuredCommunication.TryParse(text, out var communication) ? communication.Value : null,
        "RF" => CreditorReference.TryParse(text, out var reference) ? reference.Value : null,
        _ => EnterpriseNumber.TryParse(text, out var number) ? number.Value : null,
    };
}
