namespace Domi.Twikey.Tests;

public sealed class WebhookSignatureTests
{
    private const string Signature = "55261CBC12BF62000DE1371412EF78C874DBC46F513B078FB9FF8643B2FD4FC2";

    [Fact]
    public void The_known_signature_comes_out() => Assert.Equal(Signature, WebhookSignature.Compute("1234", "abc=123&name=abc"));

    [Theory]
    [InlineData("abc=123&name=abc", Signature)]
    [InlineData("?abc=123&name=abc", Signature)]
    [InlineData("abc=123&name=%61bc", Signature)]
    [InlineData("abc=123&name=abc", "55261cbc12bf62000de1371412ef78c874dbc46f513b078fb9ff8643b2fd4fc2")]
    [InlineData("abc=123&name=abc", "55261cbc12BF62000DE1371412EF78C874DBC46F513B078FB9FF8643B2FD4fc2 ")]
    public void A_signature_is_recognised_however_it_is_written(string rawQuery, string header) =>
        Assert.True(WebhookSignature.Verify("1234", rawQuery, header));

    [Fact]
    public void A_sender_may_sign_what_it_sends_or_what_it_means()
    {
        const string raw = "type=event&msg=a%20b+c";

        Assert.True(WebhookSignature.Verify("1234", raw, WebhookSignature.Compute("1234", raw)));
        Assert.True(WebhookSignature.Verify("1234", raw, WebhookSignature.Compute("1234", "type=event&msg=a b+c")));
        Assert.True(WebhookSignature.Verify("1234", raw, WebhookSignature.Compute("1234", "type=event&msg=a b c")));
    }

    [Theory]
    [InlineData("12345", "abc=123&name=abc", Signature)]
    [InlineData("1234", "abc=124&name=abc", Signature)]
    [InlineData("1234", "abc=123&name=abc", "55261CBC12BF62000DE1371412EF78C874DBC46F513B078FB9FF8643B2FD4FC3")]
    [InlineData("1234", "abc=123&name=abc", "55261CBC")]
    [InlineData("1234", "abc=123&name=abc", "")]
    [InlineData("1234", "abc=123&name=abc", null)]
    [InlineData("1234", "abc=123&name=abc", "ZZ261CBC12BF62000DE1371412EF78C874DBC46F513B078FB9FF8643B2FD4FC2")]
    [InlineData("1234", "abc=%zz%&name=%ff", Signature)]
    [InlineData("1234", "\ud800", Signature)]
    [InlineData("1234", null, Signature)]
    [InlineData(null, "abc=123&name=abc", Signature)]
    public void Anything_else_is_no_match(string? apiKey, string? rawQuery, string? header) =>
        Assert.False(WebhookSignature.Verify(apiKey, rawQuery, header));

    [Fact]
    public void Nobody_can_sign_for_a_connection_without_a_key() =>
        Assert.False(WebhookSignature.Verify("", "type=event", WebhookSignature.Compute("", "type=event")));
}
