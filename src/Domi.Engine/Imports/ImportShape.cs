using Domi.Engine.Users;

namespace Domi.Engine.Imports;

/// <summary>What a file brings in.</summary>
internal enum ImportKind { Customers, Agreements, Subscriptions, Invoices, Transactions, Refunds, Links }

/// <summary>A column of a file.</summary>
/// <param name="Name">As it stands in the first line.</param>
/// <param name="Wire">What the API calls it.</param>
internal sealed record ImportColumn(string Name, string Wire, bool IsNeeded = false)
{
    public static implicit operator ImportColumn(string name) => new(name.TrimEnd('!'), name.TrimEnd('!'), name.EndsWith('!'));

    public static implicit operator ImportColumn((string Name, string Wire) both) => new(both.Name.TrimEnd('!'), both.Wire, both.Name.EndsWith('!'));
}

/// <summary>The columns that a file of a kind may have, and who may bring it in.</summary>
/// <remarks>Source: Twikey, data import guide and its pages per kind.</remarks>
internal sealed record ImportShape(ConsoleRole Needs, IReadOnlyList<ImportColumn> Columns)
{
    private static readonly IReadOnlyList<ImportColumn> Debtor = ["customerNumber", "email", "companyName", "lastname", "firstname", "l", "mobile", "coc", "address", "zip", "city", "country"];

    public static ImportShape Of(ImportKind kind) => kind switch
    {
        ImportKind.Customers => new(ConsoleRole.User, Debtor),
        ImportKind.Agreements => new(ConsoleRole.User, [.. Debtor, "contractNumber", "mandateNumber", "iban", "bic", "campaign", "signDate"]),
        ImportKind.Subscriptions => new(ConsoleRole.User, [("mandateNumber!", "mndtId"), "ref!", "amount", ("msg", "message"), "start", "recurrence", "stopAfter", "plan"]),
        ImportKind.Invoices => new(ConsoleRole.Administrator, [("invoicenumber!", "number"), "amount!", "date!", "duedate!", "title", "remittance", "ref", .. Debtor]),
        ImportKind.Transactions => new(ConsoleRole.User, [("mandateNumber!", "mndtId"), ("value!", "amount"), ("msg!", "message"), "ref", "place", "reqcolldt"]),
        ImportKind.Refunds => new(ConsoleRole.Administrator, [("mandateNumber", "mndtId"), "customerNumber", "iban", "bic", ("value!", "amount"), ("msg!", "message"), "ref", "place", ("reqcolldt", "date")]),
        _ => new(ConsoleRole.User, ["amount!", ("msg!", "title"), "ref!", .. Debtor, "ct", "expiry"]),
    };
}
