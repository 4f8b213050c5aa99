using Domi.Standards.BankFiles;
using Xunit;

namespace Domi.Standards.Tests.BankFiles;

public sealed class BankProfileTests
{
    [Fact]
    public void The_presets_are_to_be_confirmed_and_of_banks_there_are()
    {
        Assert.Equal("sepa", BankProfile.Presets[0].Name);
        Assert.All(BankProfile.Presets, p => Assert.False(p.IsConfirmed));
        Assert.Distinct(BankProfile.Presets.Select(p => p.Name));
        Assert.Distinct(BankProfile.Presets.SelectMany(p => p.Bics));
        Assert.All(BankProfile.Presets.Skip(1), p => Assert.NotEmpty(p.Bics));
        foreach (var bic in BankProfile.Presets.SelectMany(p => p.Bics)) Assert.Equal(bic, Bic.Parse(bic).Value);
    }

    [Fact]
    public void The_preset_of_an_account_is_that_of_its_bank()
    {
        Assert.Equal("bnp-paribas-fortis", BankProfile.For(BelgianBanks.BicOf(Iban.Parse("BE48001123456727"))).Name);
        Assert.Equal("kbc", BankProfile.For(Bic.Parse("KREDBEBB123")).Name);
        Assert.Equal("sepa", BankProfile.For(Bic.Parse("DEUTDEFF")).Name);
        Assert.Equal("sepa", BankProfile.For(null).Name);
        Assert.Equal("kbc", BankProfile.Find("KBC")!.Name);
        Assert.Null(BankProfile.Find("nowhere"));
    }

    [Fact]
    public void A_profile_of_ones_own_is_data()
    {
        var profile = BankProfile.Read("""{"name":"mine","bank":"My bank","isConfirmed":true,"directDebits":"pain.008.001.02","oneDatePerFile":true,"address":"hybrid","cutOff":"16:30:00","leadDays":1}""");

        Assert.Equal(("pain.008.001.02", "pain.001.001.09", true, AddressForm.Hybrid, new TimeOnly(16, 30), 1, 100_000), (profile.DirectDebits, profile.Transfers, profile.OneDatePerFile, profile.Address, profile.CutOff, profile.LeadDays, profile.MaxPaymentsPerFile));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"bank":"x"}""")]
    [InlineData("""{"name":"x","bank":"x","maxPayments":1}""")]
    [InlineData("""{"name":"x","bank":"x","directDebits":"pain.008.001.01"}""")]
    [InlineData("""{"name":"x","bank":"x","transfers":"camt.053.001.02"}""")]
    [InlineData("""{"name":"x","bank":"x","maxPaymentsPerBatch":0}""")]
    [InlineData("""{"name":"x","bank":"x","leadDays":-1}""")]
    [InlineData("""{"name":"x","bank":"x","address":"some"}""")]
    public void A_profile_that_is_none_is_refused(string json) => Assert.Throws<FormatException>(() => BankProfile.Read(json));

    [Theory]
    [InlineData("2026-04-02T15:00", 1, "2026-04-08")]
    [InlineData("2026-04-02T11:59", 1, "2026-04-07")]
    [InlineData("2026-03-17T11:00", 2, "2026-03-19")]
    [InlineData("2026-03-17T12:00", 2, "2026-03-20")]
    [InlineData("2026-03-21T09:00", 1, "2026-03-24")]
    [InlineData("2026-03-17T11:00", 0, "2026-03-17")]
    public void The_earliest_collection_follows_from_cut_off_and_lead_days(string now, int leadDays, string expected) =>
        Assert.Equal(DateOnly.Parse(expected), (BankProfile.Presets[0] with { LeadDays = leadDays, CutOff = new(12, 0) }).EarliestCollection(DateTime.Parse(now)));
}
