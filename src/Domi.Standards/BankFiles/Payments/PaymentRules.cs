using System.Collections.Frozen;

namespace Domi.Standards.BankFiles;

/// <summary>What banks ask of a file of payments beyond its schema, which makes nearly all of it optional.</summary>
/// <remarks>
/// Source: EPC130-08 (SDD Core) and EPC131-08 (SDD B2B), EPC132-08 (SCT), C2B implementation guidelines. That an end-to-end id is used
/// once only is for the database to hold: a file of a million would not fit in memory.
/// </remarks>
public static class PaymentRules
{
    /// <summary>The largest amount of one payment, in euro.</summary>
    public const decimal MaxAmount = 999_999_999.99m;

    /// <summary>The first day on which an address of free lines alone is refused.</summary>
    public static readonly DateOnly LinesAloneRefusedFrom = new(2026, 11, 15);

    // EPC409-09, list of SEPA scheme countries; territories have the IBAN of their country.
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> EconomicArea =
        Countries("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK");

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> OutsideArea = Countries("AD AL CH GB GI MC MD ME MK RS SM VA");

    private static readonly IReadOnlyList<Finding> None = [];

    /// <summary>True for accounts that take SEPA payments.</summary>
    public static bool IsInSepa(Iban account) => !account.IsEmpty && (EconomicArea.Contains(account.Value.AsSpan(0, 2)) || OutsideArea.Contains(account.Value.AsSpan(0, 2)));

    /// <summary>True for accounts in SEPA but outside the European Economic Area, whose transfers and debits need the address.</summary>
    public static bool NeedsAddress(Iban account) => !account.IsEmpty && OutsideArea.Contains(account.Value.AsSpan(0, 2));

    private static FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Countries(string codes) => codes.Split(' ').ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The faults of a file's head; none is the usual answer.</summary>
    public static IReadOnlyList<Finding> Check(PaymentMessage message, string place = "head")
    {
        ArgumentNullException.ThrowIfNull(message);
        var faults = new Faults(place);
        faults.Identifier("MsgId", message.Id);
        faults.Name("the initiating party", message.InitiatorName);
        if (message.InitiatorId is { } id) faults.Identifier("the initiating party's id", id);
        if (message.Count < 1) faults.Add("sepa.count", "The file counts no payment.");
        if (message.Sum <= 0) faults.Add("sepa.sum", "The file's sum is not positive.");
        return faults.Found;
    }

    /// <summary>The faults of a batch of direct debits.</summary>
    public static IReadOnlyList<Finding> Check(DebitBatch batch, string place = "batch")
    {
        ArgumentNullException.ThrowIfNull(batch);
        var faults = new Faults(place);
        faults.Identifier("PmtInfId", batch.Id);
        faults.Name("the creditor", batch.CreditorName);
        faults.Account("the creditor's account", batch.CreditorAccount);
        if (batch.UltimateCreditor is { } ultimate) faults.Name("the ultimate creditor", ultimate);
        if (batch.CategoryPurpose is { } purpose) faults.Code("category purpose", purpose);
        if (batch.CreditorId.IsEmpty) faults.Add("sdd.creditor-id", "The creditor identifier is missing, or its check digits do not hold.");
        faults.Day("sdd.date", batch.CollectOn);
        return faults.Found;
    }

    /// <summary>The faults of one direct debit in its batch.</summary>
    public static IReadOnlyList<Finding> Check(Debit debit, DebitBatch batch, DateOnly createdOn, string place = "payment")
    {
        ArgumentNullException.ThrowIfNull(debit);
        ArgumentNullException.ThrowIfNull(batch);
        var faults = new Faults(place);
        faults.Payment(debit.EndToEndId, debit.InstructionId, debit.Amount, debit.Text, debit.Reference, debit.Purpose);
        faults.Name("the debtor", debit.DebtorName);
        faults.Account("the debtor's account", debit.DebtorAccount);
        faults.Address(debit.DebtorAddress, batch.CollectOn);
        if (debit.UltimateDebtor is { } ultimate) faults.Name("the ultimate debtor", ultimate);
        faults.Identifier("MndtId", debit.MandateId);
        if (debit.SignedOn > createdOn) faults.Add("sdd.mandate", $"The mandate {debit.MandateId} is signed on {Values.Day(debit.SignedOn)}, after the file was made.");
        if (NeedsAddress(debit.DebtorAccount) && debit.DebtorAddress is null)
            faults.Add("sepa.address", $"The debtor's bank is in {debit.DebtorAccount.CountryCode}, outside the European Economic Area: his address is needed.");
        if (debit.Amendment is { } amendment) faults.Amendment(amendment);
        return faults.Found;
    }

    /// <summary>The faults of a batch of transfers.</summary>
    public static IReadOnlyList<Finding> Check(TransferBatch batch, string place = "batch")
    {
        ArgumentNullException.ThrowIfNull(batch);
        var faults = new Faults(place);
        faults.Identifier("PmtInfId", batch.Id);
        faults.Name("the debtor", batch.DebtorName);
        faults.Account("the debtor's account", batch.DebtorAccount);
        if (batch.CategoryPurpose is { } purpose) faults.Code("category purpose", purpose);
        if (!batch.IsInstant) faults.Day("sct.date", batch.ExecuteOn);
        return faults.Found;
    }

    /// <summary>The faults of one transfer.</summary>
    public static IReadOnlyList<Finding> Check(Transfer transfer, TransferBatch batch, string place = "payment")
    {
        ArgumentNullException.ThrowIfNull(transfer);
        ArgumentNullException.ThrowIfNull(batch);
        var faults = new Faults(place);
        faults.Payment(transfer.EndToEndId, transfer.InstructionId, transfer.Amount, transfer.Text, transfer.Reference, transfer.Purpose);
        faults.Name("the creditor", transfer.CreditorName);
        faults.Account("the creditor's account", transfer.CreditorAccount);
        faults.Address(transfer.CreditorAddress, batch.ExecuteOn);
        if (transfer.UltimateCreditor is { } ultimate) faults.Name("the ultimate creditor", ultimate);
        return faults.Found;
    }

    // A struct with a list that is only made when there is something to say: a million payments have nothing.
    private struct Faults(string place)
    {
        private List<Finding>? found;

        public readonly IReadOnlyList<Finding> Found => found ?? None;

        public void Add(string rule, string message) => (found ??= []).Add(new(Severity.Hold, rule, message, place));

        public void Identifier(string what, string value)
        {
            if (!SepaText.IsAllowedIdentifier(value))
                Add("sepa.identifier", $"{what} '{value}' has not 1 to 35 of the characters of SEPA, or a slash at an end or a double one.");
        }

        public void Name(string who, string value)
        {
            if (value.Length is < 1 or > 70) Add("sepa.name", $"The name of {who} has not 1 to 70 characters.");
            else if (!SepaText.IsAllowed(value)) Add("sepa.characters", $"The name of {who} '{value}' has characters outside of SEPA's.");
        }

        public void Account(string what, Iban account)
        {
            if (account.IsEmpty) Add("sepa.account", $"IBAN missing or wrong: {what}.");
            else if (!IsInSepa(account)) Add("sepa.country", $"{account.CountryCode} is not in SEPA: {what}.");
        }

        public void Code(string what, string value)
        {
            if (value.Length != 4 || !value.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c))) Add("sepa.code", $"The {what} '{value}' has not four capitals.");
        }

        public void Day(string rule, DateOnly day)
        {
            if (!TargetCalendar.IsOpen(day)) Add(rule, $"{Values.Day(day)} is no TARGET day; the next one is {Values.Day(TargetCalendar.NextOpen(day))}.");
        }

        public void Payment(string endToEndId, string? instructionId, decimal amount, string? text, string? reference, string? purpose)
        {
            Identifier("EndToEndId", endToEndId);
            if (endToEndId == "NOTPROVIDED") Add("sepa.identifier", "EndToEndId is NOTPROVIDED: what comes back could not be told apart.");
            if (instructionId is not null) Identifier("InstrId", instructionId);
            if (amount is < 0.01m or > MaxAmount || decimal.Round(amount, 2) != amount) Add("sepa.amount", $"{amount} is not 0.01 to 999999999.99 euro in whole cents.");
            if (purpose is not null) Code("purpose", purpose);
            if (text is not null && reference is not null) Add("sepa.remittance", "There is a text and a structured reference: one of both may be.");
            if (text is not null && text.Length is < 1 or > 140) Add("sepa.remittance", "The remittance information has not 1 to 140 characters.");
            else if (text is not null && !SepaText.IsAllowed(text)) Add("sepa.characters", $"The remittance information '{text}' has characters outside of SEPA's.");
            if (reference is not null && !StructuredCommunication.TryParse(reference, out _) && !CreditorReference.TryParse(reference, out _))
                Add("sepa.remittance", $"'{reference}' is neither a Belgian communication nor an RF reference.");
        }

        public void Address(PostalAddress? address, DateOnly on)
        {
            if (address is null) return;
            if (address.Lines.Count > 2 || address.Lines.Any(l => l.Length > 70)) Add("sepa.address", "An address has at most two free lines of 70 characters.");
            if (!SepaText.IsAllowed(address.ToString())) Add("sepa.characters", $"The address '{address}' has characters outside of SEPA's.");
            if (address.Country is { } country && !Standards.Countries.Codes.Contains(country)) Add("sepa.address", $"'{country}' is no country.");
            if ((address.Town is null || address.Country is null) && on >= LinesAloneRefusedFrom)
                Add("sepa.address", "The address names no town and country, which is refused since 15 November 2026.");
        }

        public void Amendment(MandateAmendment amendment)
        {
            if (amendment is { OriginalMandateId: null, OriginalCreditorName: null, OriginalCreditorId: null, OriginalAccount: null, HasNewAccount: false })
                Add("sdd.amendment", "The mandate is amended, and nothing says in what.");
            if (amendment is { OriginalAccount: not null, HasNewAccount: true }) Add("sdd.amendment", "Either the account before (same bank) or SMNDA is given, not both.");
            if (amendment.OriginalMandateId is { } id) Identifier("OrgnlMndtId", id);
            if (amendment.OriginalCreditorName is { } name) Name("the original creditor", name);
            if (amendment.OriginalCreditorId is { IsEmpty: true }) Add("sdd.amendment", "The original creditor identifier is wrong.");
            if (amendment.OriginalAccount is { IsEmpty: true }) Add("sdd.amendment", "The debtor's original account is wrong.");
        }
    }
}
