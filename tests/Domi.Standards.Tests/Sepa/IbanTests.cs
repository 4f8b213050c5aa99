using System.Text.Json;
using CsCheck;
using Xunit;

namespace Domi.Standards.Tests;

public sealed class IbanTests
{
    private static readonly Gen<string> Accounts = Gen.Select(
        Gen.Int[0, 999], Gen.Long[0, 9_999_999], (bank, account) =>
        {
            var ten = $"{bank:D3}{account:D7}";
            var check = long.Parse(ten) % 97;
            return Whole("BE", $"{ten}{(check == 0 ? 97 : check):D2}");
        });

    [Theory]
    [InlineData("BE68 5390 0754 7034")]
    [InlineData("be68539007547034")]
    [InlineData(" BE68.5390.0754.7034 ")]
    [InlineData("BE68-5390-0754-7034")]
    [InlineData("BE68\u00a05390\u00a00754\u00a07034")]
    public void An_iban_is_read_as_people_type_it(string text) => Assert.Equal("BE68539007547034", Iban.Parse(text).Value);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("BE")]
    [InlineData("BE68")]
    [InlineData("BE68539007547035")] // check digits
    [InlineData("BE00539007547034")] // never given out
    [InlineData("BE54310100270000")] // national check digits
    [InlineData("BE6853900754703")] // too short
    [InlineData("BE685390075470340")] // too long
    [InlineData("XX68539007547034")] // no such country
    [InlineData("BE6853900754703\u0664")] // a digit, but not an ASCII one
    [InlineData("NL91ABN\u017f0417164300")]
    [InlineData("BE68_5390_0754_7034")]
    public void Anything_else_is_refused(string? text)
    {
        Assert.False(Iban.TryParse(text, out var iban));
        Assert.True(iban.IsEmpty);
    }

    [Fact]
    public void The_refusal_shows_the_text() =>
        Assert.Contains("'BE12'", Assert.Throws<FormatException>(() => Iban.Parse("BE12")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("NL91ABNA0417164300")]
    [InlineData("DE89370400440532013000")]
    [InlineData("FR1420041010050500013M02606")]
    [InlineData("LU280019400644750000")]
    [InlineData("GB29NWBK60161331926819")]
    [InlineData("MT84MALT011000012345MTLCAST001S")]
    [InlineData("NO9386011117947")]
    [InlineData("LC55HEMM000100010012001200023015")]
    [InlineData("CH9300762011623852957")]
    public void Accounts_of_other_countries_are_read(string text)
    {
        var iban = Iban.Parse(text);

        Assert.Equal(text, iban.Value);
        Assert.Equal(text[..2], iban.CountryCode);
    }

    [Fact]
    public void A_letter_where_the_country_wants_a_digit_is_refused()
    {
        Assert.True(Iban.TryParse(Whole("NL", "ABNA0417164300"), out _));
        Assert.False(Iban.TryParse(Whole("NL", "ABNA041716430A"), out _));
        Assert.False(Iban.TryParse(Whole("NL", "ABN10417164300"), out _));
    }

    [Fact]
    public void The_registry_is_whole()
    {
        Assert.Equal(89, Iban.Countries.Count);
        Assert.All(Iban.Countries, country => Assert.Matches("^[A-Z]{2}$", country));
    }

    [Fact]
    public void It_is_printed_in_groups_of_four()
    {
        Assert.Equal("BE68 5390 0754 7034", Iban.Parse("BE68539007547034").ToString());
        Assert.Equal("FR14 2004 1010 0505 0001 3M02 606", Iban.Parse("FR1420041010050500013M02606").ToString());
    }

    [Fact]
    public void Masked_it_keeps_country_and_last_four()
    {
        Assert.Equal("BE•• •••• •••• 7034", Iban.Parse("BE68539007547034").Masked);
        Assert.Equal("NO•• •••• •••7 947", Iban.Parse("NO9386011117947").Masked);
    }

    [Fact]
    public void Default_is_no_account()
    {
        Assert.True(default(Iban).IsEmpty);
        Assert.Equal(("", "", "", ""), (default(Iban).Value, default(Iban).CountryCode, default(Iban).Masked, $"{default(Iban)}"));
        Assert.NotEqual(default, Iban.Parse("BE68539007547034"));
        Assert.Equal(Iban.Parse("BE68539007547034"), Iban.Parse("be68 5390 0754 7034"));
    }

    [Fact]
    public void Every_generated_account_is_read() =>
        Accounts.Sample(text => Iban.TryParse(text, out var iban) && iban.Value == text
            && Iban.Parse(iban.ToString()) == iban);

    [Fact]
    public void Every_wrong_digit_is_noticed() => Gen.Select(Accounts, Gen.Int[2, 15], Gen.Int[1, 9])
        .Sample((text, at, by) => !Iban.TryParse(Changed(text, at, by), out _));

    [Fact]
    public void Every_swap_of_neighbours_is_noticed() => Gen.Select(Accounts, Gen.Int[2, 14])
        .Where((text, at) => text[at] != text[at + 1])
        .Sample((text, at) => !Iban.TryParse(text[..at] + text[at + 1] + text[at] + text[(at + 2)..], out _));

    [Fact]
    public void No_text_throws_and_a_value_comes_only_with_a_yes() => Gen.String.Sample(text =>
        IsConsistent<Iban>(text) && IsConsistent<Bic>(text) && IsConsistent<CreditorIdentifier>(text)
        && IsConsistent<CreditorReference>(text) && IsConsistent<EnterpriseNumber>(text)
        && IsConsistent<StructuredCommunication>(text));

    [Fact]
    public void It_binds_from_a_form_or_a_route()
    {
        Assert.Equal("BE68539007547034", Read<Iban>("BE68 5390 0754 7034").Value);
        Assert.Equal("KREDBEBB", Read<Bic>("kredbebb").Value);
        Assert.Equal("090933755493", Read<StructuredCommunication>("+++090/9337/55493+++").Value);
        Assert.Equal("0456810810", Read<EnterpriseNumber>("BE 0456.810.810").Value);
        Assert.Throws<FormatException>(() => Read<Iban>("BE12"));
    }

    [Fact]
    public void In_json_it_is_a_string()
    {
        var paper = new Paper(
            Iban.Parse("BE68 5390 0754 7034"), Bic.Parse("KREDBEBB"), StructuredCommunication.Parse("090933755493"),
            EnterpriseNumber.Parse("0456810810"), null);

        var json = JsonSerializer.Serialize(paper);

        Assert.Equal(
            """{"Account":"BE68539007547034","Bank":"KREDBEBB","Communication":"090933755493","Enterprise":"0456810810","Other":null}""",
            json);
        Assert.Equal(paper, JsonSerializer.Deserialize<Paper>(json));
    }

    [Theory]
    [InlineData("\"BE12\"")]
    [InlineData("12")]
    [InlineData("null")]
    [InlineData("{}")]
    public void Json_that_is_no_iban_is_refused(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Iban>(json));

    [Fact]
    public void In_json_it_can_be_a_key()
    {
        var balances = new Dictionary<Iban, decimal> { [Iban.Parse("BE68539007547034")] = 12.30m };

        var json = JsonSerializer.Serialize(balances);

        Assert.Equal("""{"BE68539007547034":12.30}""", json);
        Assert.Equal(balances, JsonSerializer.Deserialize<Dictionary<Iban, decimal>>(json));
    }

    [Fact]
    public void In_json_default_is_null() => Assert.Equal("null", JsonSerializer.Serialize(default(Iban)));

    private static bool IsConsistent<T>(string text)
        where T : struct, IParsable<T>, IStandardText =>
        T.TryParse(text, null, out var value)
            ? T.TryParse(value.Value, null, out var again) && again.Equals(value)
            : value.Value.Length == 0;

    private static T Read<T>(string text)
        where T : IParsable<T> => T.Parse(text, null);

    private static string Changed(string text, int at, int by) =>
        text[..at] + (char)('0' + (text[at] - '0' + by) % 10) + text[(at + 1)..];

    // An independent reckoning of the check digits, on a number as large as it comes.
    private static string Whole(string country, string bban)
    {
        var digits = string.Concat((bban + country + "00").Select(c => char.IsAsciiDigit(c) ? $"{c}" : $"{c - 'A' + 10}"));
        return $"{country}{98 - (int)(System.Numerics.BigInteger.Parse(digits) % 97):D2}{bban}";
    }

    private sealed record Paper(
        Iban Account, Bic Bank, StructuredCommunication Communication, EnterpriseNumber Enterprise, Iban? Other);
}
