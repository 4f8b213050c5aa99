using System.Text.Json.Nodes;
using Domi.Engine.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.DirectDebits;

/// <summary><c>GET /creditor/transaction/detail</c>: collections by id, reference, mandate or state; without any, the open ones.</summary>
internal static class ReadTransactions
{
    private const int Most = 500;

    public static void Map(IEndpointRouteBuilder creditor) => creditor.MapGet("transaction/detail", HandleAsync);

    private static async Task<IResult> HandleAsync(Call call, EngineDb db, CancellationToken ct)
    {
        var debits = db.DirectDebits.AsNoTracking().Where(d => d.CreditorId == call.CreditorId && d.State != DirectDebitState.Withdrawn);
        var (id, refs, mandate, state) = (call.Number("id"), call.All("ref"), call.Text("mndtId", 35)?.ToUpperInvariant(), call.Text("state", 20)?.ToUpperInvariant());
        if (id is not null) debits = debits.Where(d => d.Number == id);
        if (refs.Count > 0) debits = debits.Where(d => refs.Contains(d.Ref!));
        if (mandate is not null) debits = debits.Where(d => db.Mandates.Any(m => m.Id == d.MandateId && m.Reference == mandate));
        debits = state switch
        {
            "PAID" => debits.Where(d => d.State == DirectDebitState.Paid),
            "ERROR" => debits.Where(d => d.State == DirectDebitState.Failed),
            "UNPAID" => debits.Where(d => d.State != DirectDebitState.Paid),
            "OPEN" => debits.Where(d => d.State == DirectDebitState.Open || d.State == DirectDebitState.Sent),
            null when id is null && refs.Count == 0 && mandate is null => debits.Where(d => d.State == DirectDebitState.Open),
            null => debits,
            _ => throw Call.Invalid("state", "state is OPEN, PAID, UNPAID or ERROR."),
        };

        var found = await debits.OrderBy(d => d.Number).Take(Most)
            .Join(db.Mandates, d => d.MandateId, m => m.Id, (debit, m) => new { debit, m.Reference }).ToListAsync(ct);
        return Json.Answer(new JsonObject { ["Entries"] = new JsonArray([.. found.Select(f => (JsonNode)TransactionView.Of(f.debit, f.Reference))]) });
    }
}
