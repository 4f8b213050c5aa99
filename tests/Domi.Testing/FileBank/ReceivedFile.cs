using Domi.Standards.BankFiles;

namespace Domi.Testing;

/// <summary>A file of payments as a bank checks it: what it says, what is in it, and what is wrong with the whole.</summary>
internal sealed class ReceivedFile
{
    private ReceivedFile(string format, PaymentMessage message, IReadOnlyList<(FilePart Head, List<FilePart> Payments)> batches, string? reason) =>
        (Format, Message, Batches, Reason) = (format, message, batches, reason);

    public string Format { get; }

    public PaymentMessage Message { get; }

    public IReadOnlyList<(FilePart Head, List<FilePart> Payments)> Batches { get; }

    /// <summary>Why nothing of it can be taken; null when its parts are to be looked at.</summary>
    public string? Reason { get; }

    public bool IsDebits => Format.StartsWith("pain.008", StringComparison.Ordinal);

    /// <summary>Null when it is no file of payments, or has no id that could be answered to.</summary>
    public static ReceivedFile? Read(byte[] content)
    {
        var parts = BankFile.Read(new MemoryStream(content)).ToList();
        if (parts.OfType<MessageStart>().FirstOrDefault() is not { Kind: FileKind.DirectDebits or FileKind.CreditTransfers } start) return null;
        if (parts.OfType<PaymentMessage>().FirstOrDefault() is not { Id.Length: > 0 } message) return null;

        var batches = new List<(FilePart Head, List<FilePart> Payments)>();
        foreach (var part in parts)
        {
            if (part is DebitBatch or TransferBatch) batches.Add((part, []));
            else if (part is Debit or Transfer) batches[^1].Payments.Add(part);
        }

        return new(start.Format, message, batches, Fault());

        string? Fault()
        {
            if (parts.OfType<Finding>().Any(f => f.Severity is Severity.Reject)) return "FF01";
            if (!SchemaCheck.Formats.Contains(start.Format) || SchemaCheck.Validate(new MemoryStream(content), start.Format).Any()) return "FF01";
            if (PaymentRules.Check(message).Count > 0) return "FF01";
            if (message.Count != batches.Sum(b => b.Payments.Count)) return "AM18";
            return message.Sum != batches.Sum(b => b.Payments.Sum(AmountOf)) ? "AM10" : null;
        }
    }

    public static string IdOf(FilePart batch) => batch switch { DebitBatch b => b.Id, TransferBatch b => b.Id, _ => "" };

    public static string EndToEndIdOf(FilePart payment) => payment switch { Debit p => p.EndToEndId, Transfer p => p.EndToEndId, _ => "" };

    public static string? InstructionIdOf(FilePart payment) => payment switch { Debit p => p.InstructionId, Transfer p => p.InstructionId, _ => null };

    public static decimal AmountOf(FilePart payment) => payment switch { Debit p => p.Amount, Transfer p => p.Amount, _ => 0 };
}
