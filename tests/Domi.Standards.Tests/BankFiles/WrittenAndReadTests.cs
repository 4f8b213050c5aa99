using System.Globalization;
using CsCheck;
using Domi.Standards.BankFiles;
using Xunit;

namespace Domi.Standards.Tests.BankFiles;

/// <summary>Whatever is written is read back as it was meant, to the cent and to the reference.</summary>
public sealed class WrittenAndReadTests
{
    private static readonly Gen<string> Wild = Gen.OneOf(Gen.String[0, 200], Gen.String[Gen.Char["abc ÀÉÎõü&_<>\"';@€/-?:().,+ß\t"], 1, 160], Gen.Const("Jan Janssens"));
    private static readonly Gen<string> Identifier = Gen.String[Gen.Char["ABCxyz0189-?:().,'+"], 1, 35];
    private static readonly Gen<decimal> Amount = Gen.OneOf(Gen.Long[1, 99_999], Gen.Long[1, 99_999_999_999]).Select(cents => cents / 100m);
    private static readonly Gen<Iban> Account = Gen.OneOf(Gen.Long[0, 9_999_999_999].Select(Belgian), Any(Iban.Parse("NL91ABNA0417164300"), Iban.Parse("CH9300762011623852957"), Iban.Parse("FR1420041010050500013M02606")));
    private static readonly Gen<Bic?> MaybeBic = Any<Bic?>(null, Bic.Parse("KREDBEBB"), Bic.Parse("ABNANL2A"));
    private static readonly Gen<DateOnly> Day = Gen.Int[0, 25].Select(n => TargetCalendar.NextOpen(new DateOnly(2026, 3, 19).AddDays(n)));
    private static readonly Gen<(string? Text, string? Reference)> Remittance = Gen.OneOf(
        Wild.Select(t => ((string?)t, (string?)null)), Gen.Long[0, StructuredCommunication.MaxNumber].Select(n => ((string?)null, (string?)StructuredCommunication.FromNumber(n).Value)),
        Gen.String[Gen.Char["ABC019"], 1, 21].Select(t => ((string?)null, (string?)CreditorReference.Create(t).Value)), Gen.Const(((string?)null, (string?)null)));

    private static readonly Gen<MandateAmendment?> Amendment = Gen.OneOf(
        Gen.Const((MandateAmendment?)null), Gen.Const((MandateAmendment?)new() { HasNewAccount = true }), Identifier.Select(id => (MandateAmendment?)new() { OriginalMandateId = id }),
        Gen.Select(Wild, Account, (name, account) => (MandateAmendment?)new() { OriginalCreditorName = "A" + name, OriginalAccount = account, OriginalCreditorId = CreditorIdentifier.Parse("BE500010403019261") }));

    private static readonly Gen<BankProfile> Bank = Gen.Select(Gen.Bool, Gen.Enum<AddressForm>(), Gen.Enum<CharacterSet>(), Gen.Int[1, 6], Gen.Int[1, 12], Gen.Bool, (isOld, address, characters, perBatch, perFile, oneDate) => BankProfile.Presets[0] with
    {
        DirectDebits = PaymentFile.DebitFormats[isOld ? 0 : 1],
        Transfers = PaymentFile.TransferFormats[isOld ? 0 : 1],
        Address = address,
        Characters = characters,
        MaxPaymentsPerBatch = perBatch,
        MaxPaymentsPerFile = perFile,
        OneDatePerFile = oneDate,
    });

    private static readonly Gen<BatchKey> Key = Gen.Select(Gen.Enum<MandateScheme>(), Gen.Enum<SequenceType>(), Day, Any<string?>(null, "Zuid", "Noord"), Any<string?>(null, "SUPP"), Any("BE12ZZZ0456810810", "BE120010456810810"),
        (scheme, sequence, on, ultimate, purpose, id) => new BatchKey(Iban.Parse("BE68539007547034"), CreditorIdentifier.Parse(id), scheme, sequence, on, ultimate, purpose));

    private static readonly Gen<Debit> Debit = Gen.Select(Identifier, Amount, Wild, Account, MaybeBic, Remittance, Amendment, Gen.Int[0, 900]).Select((id, amount, name, account, bic, remittance, amendment, age) => new Debit
    {
        EndToEndId = id,
        InstructionId = age % 2 == 0 ? id : null,
        Amount = amount,
        MandateId = id,
        SignedOn = new DateOnly(2026, 3, 17).AddDays(-age),
        Amendment = amendment,
        DebtorName = name,
        DebtorAccount = account,
        DebtorBic = bic,
        DebtorAddress = account.CountryCode == "CH" || age % 3 == 0 ? new() { Street = name, Town = "Gent", Country = "BE" } : null,
        UltimateDebtor = age % 5 == 0 ? name : null,
        Text = remittance.Text,
        Reference = remittance.Reference,
    });

    [Fact]
    public void Direct_debits_of_any_batches() => Gen.Select(Gen.Select(Key, Debit).Array[1, 20], Bank).Sample((debits, bank) =>
    {
        var sorted = debits.OrderBy(d => d.Item1.SortKey, StringComparer.Ordinal).ThenBy(d => d.Item2.EndToEndId, StringComparer.Ordinal).ToList();
        var files = CollectionPlan.Make(sorted.Select(d => (d.Item1, d.Item2.Amount)), bank);
        var (at, money) = (0, 0m);
        foreach (var (file, n) in files.Select((f, n) => (f, n)))
        {
            Assert.InRange(file.Count, 1, bank.MaxPaymentsPerFile);
            var parts = new List<FilePart> { Payments.Message() with { Id = $"M-{n}", Count = file.Count, Sum = file.Sum } };
            foreach (var (batch, b) in file.Batches.Select((x, b) => (x, b)))
            {
                parts.Add(Payments.Batch() with { Id = $"M-{n}-{b}", Scheme = batch.Key.Scheme, Sequence = batch.Key.Sequence, CollectOn = batch.Key.CollectOn, CreditorId = batch.Key.CreditorId, UltimateCreditor = batch.Key.UltimateCreditor, CategoryPurpose = batch.Key.CategoryPurpose, Count = batch.Count, Sum = batch.Sum });
                for (var i = 0; i < batch.Count; i++, at++)
                {
                    Assert.Equal(batch.Key, sorted[at].Item1);
                    parts.Add(sorted[at].Item2);
                }
            }

            var written = Payments.Written(bank, parts);
            Right(PaymentFile.Check(() => new MemoryStream(written), parts, bank));
            money += Payments.Read(written).OfType<Debit>().Sum(d => d.Amount);
        }

        Assert.Equal((debits.Length, debits.Sum(d => d.Item2.Amount)), (at, money));
    }, iter: 300);

    [Fact]
    public void Transfers() => Gen.Select(Debit.Array[1, 20], Day, Bank).Sample((debits, on, bank) =>
    {
        var sum = debits.Sum(d => d.Amount);
        List<FilePart> parts =
        [
            Payments.Message() with { Count = debits.Length, Sum = sum }, Payments.Transfers() with { ExecuteOn = on, Count = debits.Length, Sum = sum },
            .. debits.Select(d => new Transfer { EndToEndId = d.EndToEndId, InstructionId = d.InstructionId, Amount = d.Amount, CreditorName = d.DebtorName, CreditorAccount = d.DebtorAccount, CreditorBic = d.DebtorBic, CreditorAddress = d.DebtorAddress, UltimateCreditor = d.UltimateDebtor, Text = d.Text, Reference = d.Reference }),
        ];
        var profile = bank with { MaxPaymentsPerBatch = 100, MaxPaymentsPerFile = 100 };
        var written = Payments.Written(profile, parts);

        Right(PaymentFile.Check(() => new MemoryStream(written), parts, profile));
        Assert.Equal(sum, Payments.Read(written).OfType<Transfer>().Sum(t => t.Amount));
    }, iter: 300);

    [Fact]
    public void Statements_in_every_format() => Gen.Select(Booked.Array[0, 12], Gen.Long[-100_000, 100_000], Any([.. StatementFile.Formats])).Sample((entries, cents, format) =>
    {
        var parts = entries.SelectMany((e, n) => Numbered(e, n + 1, isMixed: format != StatementFile.Formats[0])).ToList();
        var sums = parts.OfType<Entry>().Select(e => e.Amount).ToList();
        var head = StatementFileTests.Head with { Balances = [new("OPBD", cents / 100m, new(2026, 3, 16)), new("CLBD", cents / 100m + sums.Sum(), new(2026, 3, 17))] };
        using var file = new MemoryStream();
        StatementFile.Write(file, format, head, parts, new(2026, 3, 18, 6, 0, 0));

        Right(StatementFile.Check(() => new MemoryStream(file.ToArray()), format, head, parts));
        if (format == StatementFile.Mt940) return;
        var end = BankFile.Read(new MemoryStream(file.ToArray())).OfType<StatementEnd>().Single();
        Assert.Equal((true, sums.Count, sums.Where(a => a >= 0).Sum(), -sums.Where(a => a < 0).Sum()), (end.AddsUp!.Value, end.Entries, end.Credits, end.Debits));
    }, iter: 400);

    private static readonly Gen<EntryDetail> Payment = Gen.Select(Identifier, Amount, Wild, Account, Remittance, Gen.Int[0, 11], (id, amount, name, account, remittance, kind) => new EntryDetail
    {
        EntryNumber = 0,
        Number = 0,
        Amount = kind < 8 ? amount : -amount,
        EndToEndId = kind % 4 == 0 ? null : id,
        MandateId = kind is 2 or 3 or 9 ? id : null,
        CreditorId = kind is 2 or 9 ? "BE12ZZZ0456810810" : null,
        CounterpartyName = name,
        CounterpartyAccount = account.Value,
        CounterpartyAddress = kind == 5 ? "Visserij 44, 9000 Gent" : null,
        ReturnReason = kind == 9 ? "AM04" : kind == 10 ? "MD06" : null,
        ReturnKind = kind == 10 ? 3 : null,
        Text = remittance.Text,
        Reference = remittance.Reference,
    });

    private static readonly Gen<EntryDetail[]> Booked = Gen.OneOf(Payment.Array[0, 1], Payment.Array[1, 1], Payment.Array[2, 5]);

    // Payments of both signs in one entry: the oldest format has no place for them.
    private static IEnumerable<FilePart> Numbered(EntryDetail[] details, int number, bool isMixed)
    {
        if (!isMixed) details = Array.ConvertAll(details, d => d with { Amount = Math.Abs(d.Amount!.Value) * Math.Sign(details[0].Amount!.Value) });
        var amount = details.Sum(d => d.Amount ?? 0);
        yield return new Entry { Number = number, Amount = amount, Currency = "EUR", BookedOn = new(2026, 3, 17), ValueOn = number % 2 == 0 ? null : new(2026, 3, 18), BatchId = details.Length > 1 ? $"B-{number}" : null };
        for (var i = 0; i < details.Length; i++) yield return details[i] with { EntryNumber = number, Number = i + 1 };
    }

    private static void Right(IEnumerable<Finding> faults)
    {
        foreach (var fault in faults) Assert.Fail(fault.ToString());
    }

    private static Gen<T> Any<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Iban Belgian(long number)
    {
        var digits = number.ToString("D10", CultureInfo.InvariantCulture);
        var check = number % 97 is var rest && rest == 0 ? 97 : rest;
        var account = $"{digits}{check:D2}";
        var remainder = 0;
        foreach (var c in account + "111400") remainder = (remainder * 10 + (c - '0')) % 97;
        return Iban.Parse($"BE{98 - remainder:D2}{account}");
    }
}
