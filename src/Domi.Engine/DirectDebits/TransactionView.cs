using System.Text.Json.Nodes;
using Domi.Engine.Wire;
using Domi.Standards;

namespace Domi.Engine.DirectDebits;

/// <summary>A collection as the API shows it: a transaction.</summary>
internal static class TransactionView
{
    public static JsonObject Of(DirectDebit debit, string mandateReference) => new()
    {
        ["id"] = debit.Number,
        ["contractId"] = 0,
        ["mndtId"] = mandateReference,
        ["contract"] = mandateReference,
        ["amount"] = Json.Amount(debit.Amount),
        ["msg"] = debit.Message,
        ["place"] = null,
        ["ref"] = debit.Ref,
        ["e2e"] = debit.EndToEndId,
        ["date"] = Json.Day(Domi.Platform.Clocks.BrusselsDate(debit.CreatedAt)),
        ["reqcolldt"] = Json.Day(debit.RequestedOn),
        ["final"] = debit.IsFinal,
        ["state"] = debit.State switch { DirectDebitState.Paid => "PAID", DirectDebitState.Failed => "ERROR", _ => "OPEN" },
        ["bkdate"] = debit.SettledOn is { } settled ? Json.Day(settled) : null,
        ["bkerror"] = debit.ReasonCode,
        ["bkmsg"] = debit.ReasonCode is { } code ? ReasonCodes.Describe(code, "en") : null,
        ["bkamount"] = Json.Amount(debit.Amount),
    };
}
