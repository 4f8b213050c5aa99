namespace Domi.Twikey.Tests;

public sealed class OneTimePasswordTests
{
    private const string Key = "0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData(0, 37279476)]
    [InlineData(29, 37279476)]
    [InlineData(59, 43274503)]
    [InlineData(1700000000, 9931077)]
    public void The_known_passwords_come_out(long at, long password) =>
        Assert.Equal(password, OneTimePassword.Compute(Key, "own", At(at)));

    [Fact]
    public void The_private_key_may_be_written_in_capitals() =>
        Assert.Equal(37279476, OneTimePassword.Compute(Key.ToUpperInvariant(), "own", At(0)));

    [Fact]
    public void Another_prefix_gives_another_password() =>
        Assert.NotEqual(37279476, OneTimePassword.Compute(Key, "partner", At(0)));

    [Theory]
    [InlineData("9931077")]
    [InlineData("09931077")]
    [InlineData(" 9931077 ")]
    public void A_password_is_compared_as_a_number(string given) =>
        Assert.True(OneTimePassword.Matches(Key, "own", At(1700000000), given));

    [Theory]
    [InlineData(-30, true)]
    [InlineData(30, true)]
    [InlineData(-60, false)]
    [InlineData(60, false)]
    public void One_step_to_either_side_is_accepted(int seconds, bool accepted) =>
        Assert.Equal(accepted, OneTimePassword.Matches(Key, "own", At(1700000000 + seconds), "9931077"));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-9931077")]
    [InlineData("9931077.0")]
    [InlineData("99310770000000000000000000")]
    [InlineData("otp")]
    public void Anything_else_is_no_match(string? given) =>
        Assert.False(OneTimePassword.Matches(Key, "own", At(1700000000), given));

    [Fact]
    public void A_private_key_that_is_not_hexadecimal_is_an_error() =>
        Assert.Throws<FormatException>(() => OneTimePassword.Compute("not hex", "own", At(0)));

    private static DateTimeOffset At(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds);
}
