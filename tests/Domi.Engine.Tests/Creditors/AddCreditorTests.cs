using System.Diagnostics;
using System.Text.RegularExpressions;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Creditors;

/// <summary><c>domi creditor add</c>, beside a running engine: another one to collect for, who sees nothing of the first.</summary>
public sealed class AddCreditorTests(AppFixture app) : IClassFixture<AppFixture>
{
    [Fact]
    public async Task A_second_creditor_is_made_with_keys_of_its_own_and_the_two_see_nothing_of_each_other()
    {
        var (code, said) = await DomiAsync("creditor", "add", "Second Firm", "--enterprise-number", "0403.170.701", "--iban", "BE68 5390 0754 7034");
        Assert.True(code == 0, said);
        Assert.Equal("1002", Told(said, "--merchant"));
        Assert.Equal("BE", Told(said, "--creditor-identifier")[..2]);
        var (apiKey, privateKey) = (Told(said, "API key"), Told(said, "private key"));
        var (first, second) = (new EngineClient(app), new EngineClient(app, app.Access with { ApiKey = apiKey, PrivateKey = privateKey }));

        Assert.Equal(["SEPA Core", "SEPA B2B"], (await second.GetAsync("/template")).EnumerateArray().Select(t => t.GetProperty("name").GetString()));
        await first.BookAsync(EngineClient.Invoice("SAME-1", 10m, "BOTH"));
        await second.BookAsync(EngineClient.Invoice("SAME-1", 20m, "BOTH"));
        Assert.Equal((10m, 20m), ((await first.GetAsync("/invoice/SAME-1")).GetProperty("amount").GetDecimal(), (await second.GetAsync("/invoice/SAME-1")).GetProperty("amount").GetDecimal()));
        var read = Assert.Single((await second.GetAsync("/invoice")).GetProperty("Invoices").EnumerateArray());
        Assert.Equal(20m, read.GetProperty("amount").GetDecimal());
        Assert.False(await app.ReadEngineAsync(db => db.ApiKeys.AnyAsync(k => k.KeySealed.Contains(apiKey) || k.PrivateKeySealed!.Contains(privateKey))));
    }

    [Theory]
    [InlineData("--iban", "BE00")]
    [InlineData("--creditor-identifier", "BE12ZZZ0")]
    [InlineData("--country", "Belgium")]
    public async Task What_does_not_hold_is_refused_and_nobody_is_made(string option, string value)
    {
        var before = await app.ReadEngineAsync(db => db.Creditors.CountAsync());

        var (code, said) = await DomiAsync("creditor", "add", "Third Firm", option, value);

        Assert.NotEqual(0, code);
        Assert.Contains(option, said);
        Assert.Equal(before, await app.ReadEngineAsync(db => db.Creditors.CountAsync()));
    }

    private static string Told(string said, string what) => Regex.Match(said, $@"^{Regex.Escape(what)}\s+(\S+)", RegexOptions.Multiline).Groups[1].Value;

    private async Task<(int Code, string Said)> DomiAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(ProcessApp.Executable, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = app.Settings.DataFolder };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        start.Environment["Domi__Data"] = app.Settings.DataFolder;
        start.Environment["Domi__MasterKey"] = app.Settings.MasterKey;
        start.Environment["Domi__Modules"] = "engine";
        start.Environment["Database__Provider"] = app.Settings.Provider.ToString();
        if (app.Settings.Engine.ConnectionString is { } connection) start.Environment["ConnectionStrings__Engine"] = connection;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, said + await errors);
    }
}
