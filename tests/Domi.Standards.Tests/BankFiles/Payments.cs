using Domi.Standards.BankFiles;

namespace Domi.Standards.Tests.BankFiles;

/// <summary>Payments to write, right in all that is not said.</summary>
internal static class Payments
{
    public static readonly BankProfile Old = BankProfile.Presets[0] with { DirectDebits = "pain.008.001.02", Transfers = "pain.001.001.03" };
    public static readonly BankProfile New = BankProfile.Presets[0];

    public static PaymentMessage Message(params ReadOnlySpan<decimal> amounts) => new()
    {
        Id = "DOMI-2026-0001",
        CreatedAt = new(2026, 3, 17, 10, 0, 0),
        InitiatorName = "Fitness Gent NV",
        InitiatorId = "0456810810",
        Count = amounts.Length,
        Sum = Sum(amounts),
    };

    public static DebitBatch Batch(string id = "DOMI-2026-0001-1", params ReadOnlySpan<decimal> amounts) => new()
    {
        Id = id,
        Scheme = MandateScheme.Core,
        Sequence = SequenceType.Recurring,
        CollectOn = new(2026, 3, 20),
        CreditorName = "Fitness Gent NV",
        CreditorAccount = Iban.Parse("BE68539007547034"),
        CreditorBic = Bic.Parse("BBRUBEBB"),
        CreditorId = CreditorIdentifier.Parse("BE12ZZZ0456810810"),
        Count = amounts.Length,
        Sum = Sum(amounts),
    };

    public static Debit Debit(string endToEndId, decimal amount) => new()
    {
        EndToEndId = endToEndId,
        Amount = amount,
        MandateId = "MANDATE-1",
        SignedOn = new(2025, 6, 30),
        DebtorName = "Jan Janssens",
        DebtorAccount = Iban.Parse("BE71096123456769"),
    };

    public static TransferBatch Transfers(params ReadOnlySpan<decimal> amounts) => new()
    {
        Id = "DOMI-2026-0001-1",
        ExecuteOn = new(2026, 3, 20),
        DebtorName = "Fitness Gent NV",
        DebtorAccount = Iban.Parse("BE68539007547034"),
        DebtorBic = Bic.Parse("BBRUBEBB"),
        Count = amounts.Length,
        Sum = Sum(amounts),
    };

    public static Transfer Transfer(string endToEndId, decimal amount) => new()
    {
        EndToEndId = endToEndId,
        Amount = amount,
        CreditorName = "Jan Janssens",
        CreditorAccount = Iban.Parse("BE71096123456769"),
    };

    public static byte[] Written(BankProfile profile, params IEnumerable<FilePart> parts)
    {
        using var file = new MemoryStream();
        PaymentFile.Write(file, parts, profile);
        return file.ToArray();
    }

    public static List<FilePart> Read(byte[] file) => [.. BankFile.Read(new MemoryStream(file))];

    /// <summary>A message of one direct debit, written and read.</summary>
    public static (string Text, List<FilePart> Parts) Single(Debit debit, BankProfile profile, DebitBatch? batch = null)
    {
        var own = (batch ?? Batch()) with { Count = 1, Sum = debit.Amount };
        var message = Message(debit.Amount);
        if (batch is not null) message = message with { CreatedAt = own.CollectOn.AddDays(-5).ToDateTime(new(10, 0)) };
        var file = Written(profile, message, own, debit);
        return (System.Text.Encoding.UTF8.GetString(file), Read(file));
    }

    private static decimal Sum(ReadOnlySpan<decimal> amounts)
    {
        var sum = 0m;
        foreach (var amount in amounts) sum += amount;
        return sum;
    }
}
