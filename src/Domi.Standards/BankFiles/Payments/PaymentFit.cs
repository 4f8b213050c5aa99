namespace Domi.Standards.BankFiles;

/// <summary>Payments as they stand in a file for a bank: names and texts in its characters and lengths, addresses in its form.</summary>
internal static class PaymentFit
{
    private const int NameLength = 70;

    public static PaymentMessage Fit(this PaymentMessage message, BankProfile profile) => message with
    {
        InitiatorName = profile.Fit(message.InitiatorName, NameLength),
        CreatedAt = new(message.CreatedAt.Ticks - (message.CreatedAt.Ticks % TimeSpan.TicksPerSecond)),
    };

    public static DebitBatch Fit(this DebitBatch batch, BankProfile profile) => batch with
    {
        CreditorName = profile.Fit(batch.CreditorName, NameLength),
        UltimateCreditor = Optional(batch.UltimateCreditor, profile),
    };

    public static TransferBatch Fit(this TransferBatch batch, BankProfile profile) => batch with { DebtorName = profile.Fit(batch.DebtorName, NameLength) };

    public static Debit Fit(this Debit debit, BankProfile profile)
    {
        var name = profile.Fit(debit.DebtorName, NameLength);
        var (text, reference) = Remittance(debit.Text, debit.Reference, debit.DebtorAccount, profile);
        var address = Address(debit.DebtorAddress, debit.DebtorAccount, profile);
        var ultimate = Optional(debit.UltimateDebtor, profile);
        // Nearly all are as they should be, and need no copy.
        return debit.Amendment?.OriginalCreditorName is null && ReferenceEquals(name, debit.DebtorName) && ReferenceEquals(text, debit.Text) && ReferenceEquals(reference, debit.Reference)
            && ReferenceEquals(address, debit.DebtorAddress) && ReferenceEquals(ultimate, debit.UltimateDebtor)
            ? debit
            : debit with
            {
                DebtorName = name,
                Text = text,
                Reference = reference,
                DebtorAddress = address,
                UltimateDebtor = ultimate,
                Amendment = debit.Amendment is null ? null : debit.Amendment with { OriginalCreditorName = Optional(debit.Amendment.OriginalCreditorName, profile) },
            };
    }

    public static Transfer Fit(this Transfer transfer, BankProfile profile)
    {
        var (text, reference) = Remittance(transfer.Text, transfer.Reference, transfer.CreditorAccount, profile);
        return transfer with
        {
            CreditorName = profile.Fit(transfer.CreditorName, NameLength),
            CreditorAddress = Address(transfer.CreditorAddress, transfer.CreditorAccount, profile),
            UltimateCreditor = Optional(transfer.UltimateCreditor, profile),
            Text = text,
            Reference = reference,
        };
    }

    // Only Belgian banks know a Belgian communication for what it is; abroad it travels as the text that is printed.
    private static (string? Text, string? Reference) Remittance(string? text, string? reference, Iban other, BankProfile profile)
    {
        if (reference is not null && text is null && StructuredCommunication.TryParse(reference, out var communication))
        {
            if (other.CountryCode != "BE") return (communication.ToString(), null);
            return (null, reference == communication.Value ? reference : communication.Value);
        }

        if (reference is not null && CreditorReference.TryParse(reference, out var international) && international.Value != reference) reference = international.Value;
        return (text is null ? null : profile.Fit(text, 140), reference);
    }

    private static PostalAddress? Address(PostalAddress? address, Iban account, BankProfile profile)
    {
        if (address is null || profile.Address is AddressForm.None && !PaymentRules.NeedsAddress(account)) return null;

        var fit = new PostalAddress
        {
            Street = Optional(address.Street, profile),
            Number = Optional(address.Number, profile, 16),
            PostalCode = Optional(address.PostalCode, profile, 16),
            Town = Optional(address.Town, profile, 35),
            Country = string.IsNullOrEmpty(address.Country) ? null : address.Country,
            Lines = profile.Address is AddressForm.Structured ? [] : [.. address.Lines.Where(l => !string.IsNullOrWhiteSpace(l)).Select(l => profile.Fit(l, NameLength))],
        };
        return fit == new PostalAddress() ? null : fit;
    }

    private static string? Optional(string? text, BankProfile profile, int maxLength = NameLength) => string.IsNullOrWhiteSpace(text) ? null : profile.Fit(text, maxLength);
}
