namespace Domi.Twikey.Tests;

public sealed class ExitUrlTests
{
    private const string WebsiteKey = "BE04823F732EDB2B7F82252DDAF6DE787D647B43A66AE97B32773F77CCF12765";

    [Theory]
    [InlineData(null, "8C56F94905BBC9E091CB6C4CEF4182F7E87BD94312D1DD16A61BF7C27C18F569")]
    [InlineData("", "8C56F94905BBC9E091CB6C4CEF4182F7E87BD94312D1DD16A61BF7C27C18F569")]
    [InlineData("tok", "FC9F4147A70307BA575E14A1567AF17BDD72AD0B66224CC7BB770E93EA39D85C")]
    public void The_known_signatures_come_out(string? token, string signature) =>
        Assert.Equal(signature, ExitUrl.Signature(WebsiteKey, "MYDOC", "ok", token));

    [Fact]
    public void The_known_account_comes_out() => Assert.Equal(
        "2D4727E936B5353CA89B908309686D74863521CAB32D76E8C2BDD338D3D44BBA",
        ExitUrl.EncryptAccount(WebsiteKey, "MYDOC", "BE08001166979213", "GEBABEBB"));

    [Theory]
    [InlineData("https://shop.example/?m={0}&s={1}&a={2}&g={3}&t={4}", "https://shop.example/?m=A%20%2F1&s=ok&a=ACC&g=SIG&t=tok")]
    [InlineData("https://shop.example/?m={{mandateNumber}}&s={{status}}&a={{account}}&g={{s}}&t={{token}}",
        "https://shop.example/?m=A%20%2F1&s=ok&a=ACC&g=SIG&t=tok")]
    [InlineData("https://shop.example/{{ Status }}/{{unknown}}", "https://shop.example/ok/")]
    [InlineData("https://shop.example/{5}/{x}", "https://shop.example/{5}/{x}")]
    [InlineData("https://shop.example/", "https://shop.example/")]
    public void Placeholders_are_filled_by_name_or_by_position(string template, string expected) =>
        Assert.Equal(expected, ExitUrl.Expand(template, "A /1", "ok", "ACC", "SIG", "tok"));

    [Fact]
    public void The_two_kinds_are_never_mixed() =>
        Assert.Equal("https://shop.example/ok?{0}", ExitUrl.Expand("https://shop.example/{{status}}?{0}", "A1", "ok"));

    [Fact]
    public void An_absent_value_leaves_nothing() =>
        Assert.Equal("https://shop.example/?t=&m=A1", ExitUrl.Expand("https://shop.example/?t={4}&m={0}", "A1", "cancel"));

    [Fact]
    public void A_value_that_looks_like_a_placeholder_stays_a_value() =>
        Assert.Equal("https://shop.example/%7B%7Bstatus%7D%7D", ExitUrl.Expand("https://shop.example/{{mandateNumber}}", "{{status}}", "ok"));

    [Fact]
    public void The_page_after_an_invoice_has_names_of_its_own() => Assert.Equal(
        "https://shop.example/nl_BE/2026-7?paid",
        ExitUrl.Expand("https://shop.example/{{locale}}/{{number}}?{{state}}",
            new Dictionary<string, string?> { ["number"] = "2026-7", ["locale"] = "nl_BE", ["state"] = "paid" }));
}
