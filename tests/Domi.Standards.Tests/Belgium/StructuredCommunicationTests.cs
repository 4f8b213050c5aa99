using CsCheck;
using Xunit;

namespace Domi.Standards.Tests;

public sealed class StructuredCommunicationTests
{
    [Theory]
    [InlineData("+++090/9337/55493+++")]
    [InlineData("***090/9337/55493***")]
    [InlineData("+++ 090 / 9337 / 55493 +++")]
    [InlineData("090933755493")]
    [InlineData("090/9337/55493")]
    public void A_communication_is_read_as_printed_or_typed(string text)
    {
        var communication = StructuredCommunication.Parse(text);

        Assert.Equal("090933755493", communication.Value);
        Assert.Equal("+++090/9337/55493+++", communication.ToString());
    }

    [Theory]
    [InlineData("090933755494")]
    [InlineData("000000000000")] // 00 is never given out, 97 is
    [InlineData("09093375549")]
    [InlineData("0909337554930")]
    [InlineData("A90933755493")]
    [InlineData("invoice 090933755493")]
    [InlineData("+++")]
    [InlineData(null)]
    public void Anything_else_is_refused(string? text)
    {
        Assert.False(StructuredCommunication.TryParse(text, out var communication));
        Assert.True(communication.IsEmpty);
    }

    [Theory]
    [InlineData(0, "000000000097")]
    [InlineData(1, "000000000101")]
    [InlineData(97, "000000009797")]
    [InlineData(1234567890, "123456789002")]
    [InlineData(9999999999, "999999999948")]
    public void A_number_gets_its_check_digits(long number, string expected) =>
        Assert.Equal(expected, StructuredCommunication.FromNumber(number).Value);

    [Theory]
    [InlineData(-1)]
    [InlineData(10_000_000_000)]
    public void A_number_that_does_not_fit_is_refused(long number) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => StructuredCommunication.FromNumber(number));

    [Fact]
    public void What_is_made_can_be_read() => Gen.Long[0, StructuredCommunication.MaxNumber].Sample(number =>
    {
        var made = StructuredCommunication.FromNumber(number);
        return StructuredCommunication.Parse(made.ToString()) == made && StructuredCommunication.Parse(made.Value) == made
            && long.Parse(made.Value[..10]) == number;
    });

    [Fact]
    public void Every_wrong_digit_is_noticed() =>
        Gen.Select(Gen.Long[0, StructuredCommunication.MaxNumber], Gen.Int[0, 11], Gen.Int[1, 9]).Sample((number, at, by) =>
        {
            var text = StructuredCommunication.FromNumber(number).Value;
            return !StructuredCommunication.TryParse(
                text[..at] + (char)('0' + (text[at] - '0' + by) % 10) + text[(at + 1)..], out _);
        });
}
