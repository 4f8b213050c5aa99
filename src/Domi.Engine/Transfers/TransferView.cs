using System.Text.Json.Nodes;
using Domi.Engine.DirectDebits;
using Domi.Engine.Mandates;
using Domi.Engine.Wire;
using Domi.Platform;
using Domi.Standards;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Transfers;

/// <summary>A transfer as the API shows it.</summary>
internal static class TransferView
{
    public static JsonObject Of(CreditTransfer transfer)
    {
        var entry = new JsonObject
        {
            ["id"] = transfer.EndToEndId,
            ["iban"] = transfer.Account.Value,
            ["bic"] = transfer.Bic?.Value,
            ["amount"] = Json.Amount(transfer.Amount),
            ["msg"] = transfer.Message,
            ["place"] = transfer.Place,
            ["ref"] = transfer.Ref,
            ["date"] = Json.Day(transfer.RequestedOn),
            ["state"] = transfer.WireState,
        };
        // One client reads it as an instant, and an empty one breaks it. Noon is on the day everywhere in Europe.
        if (transfer.BookedOn is { } booked) entry["bkdate"] = Json.Instant(booked.At(12));
        if (transfer.ReasonCode is { } code) entry["bkerror"] = code;
        return entry;
    }
}

internal static class RefundOf
{
    /// <summary>Plans a transfer that gives a collection back, inside the running transaction; to the account it came from when no other is given.</summary>
    /// <exception cref="RefusedException">
    /// <c>err_invalid_state</c>: not collected; <c>err_invalid_amount</c>: more than is left of it; <c>err_fail_refund</c>: the same amount was given back already.
    /// </exception>
    public static async Task<CreditTransfer> AddAsync(
        EngineDb db, DirectDebit debit, decimal amount, string message, string? reference, string? place, Iban? account, Bic? bic, BusinessClock clock, CancellationToken ct)
    {
        if (debit.State is not DirectDebitState.Paid) throw new RefusedException("err_invalid_state", $"Transaction {debit.Number} was not collected.") { Field = "id" };

        var before = await db.Transfers.Where(t => t.DirectDebitId == debit.Id && t.State != TransferState.Failed).ToListAsync(ct);
        if (before.Exists(t => t.Amount == amount)) throw new RefusedException("err_fail_refund", "A duplicate refund has been detected") { Field = "amount" };
        var left = debit.Amount - before.Sum(t => t.Amount);
        if (amount > left) throw new RefusedException("err_invalid_amount", $"{left} is left of transaction {debit.Number}.", ("amount", amount)) { Field = "amount" };

        var mandate = await db.Mandates.AsNoTracking().SingleAsync(m => m.Id == debit.MandateId, ct);
        var to = account ?? mandate.DebtorAccount ?? throw new RefusedException("err_provide_account", $"Mandate {mandate.Reference} has no account.") { Field = "iban" };
        var transfer = new CreditTransfer
        {
            CreditorId = debit.CreditorId,
            EndToEndId = Guid.CreateVersion7().ToString("n"),
            CustomerId = mandate.CustomerId,
            Name = mandate.DebtorName ?? "",
            Account = to,
            Bic = bic ?? (account is null ? mandate.DebtorBic : BelgianBanks.BicOf(to)),
            Amount = amount,
            Message = message,
            Ref = reference,
            Place = place,
            RequestedOn = clock.Today,
            DirectDebitId = debit.Id,
            InvoiceId = debit.InvoiceId,
            CreatedAt = clock.GetUtcNow(),
        };
        db.Transfers.Add(transfer);
        return transfer;
    }

    /// <summary>Plans a transfer to the account of a mandate that gives no single collection back, inside the running transaction.</summary>
    /// <exception cref="RefusedException"><c>err_provide_account</c>: the mandate has no account.</exception>
    public static CreditTransfer Add(EngineDb db, Mandate mandate, decimal amount, string message, string? reference, string? place, DateOnly on, BusinessClock clock)
    {
        var transfer = new CreditTransfer
        {
            CreditorId = mandate.CreditorId,
            EndToEndId = Guid.CreateVersion7().ToString("n"),
            CustomerId = mandate.CustomerId,
            Name = mandate.DebtorName ?? "",
            Account = mandate.DebtorAccount ?? throw new RefusedException("err_provide_account", $"Mandate {mandate.Reference} has no account.") { Field = "iban" },
            Bic = mandate.DebtorBic,
            Amount = amount,
            Message = message,
            Ref = reference,
            Place = place,
            RequestedOn = on > clock.Today ? on : clock.Today,
            CreatedAt = clock.GetUtcNow(),
        };
        db.Transfers.Add(transfer);
        return transfer;
    }
}
