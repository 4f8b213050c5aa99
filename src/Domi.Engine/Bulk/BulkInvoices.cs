using System.Text.Json.Nodes;
using Domi.Engine.Creditors;
using Domi.Engine.Invoices;
using Domi.Engine.Mails;
using Domi.Engine.Wire;
using Domi.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Domi.Engine.Bulk;

/// <summary><c>POST /creditor/invoice/bulk</c>: up to 5,000 invoices; <c>GET</c> tells what became of each.</summary>
internal static class BulkInvoices
{
    private const int PerWrite = 100;

    public static void Map(IEndpointRouteBuilder creditor)
    {
        creditor.MapPost("invoice/bulk", HandleAsync);
        creditor.MapGet("invoice/bulk", (Call call, EngineDb db, CancellationToken ct) => Batches.ReadAsync(call, db, "invoice", ct));
    }

    private static async Task<IResult> HandleAsync(
        Call call, EngineDb db, InvoiceView view, Settlement settlement, CreditorKeys keys, DebtorMail mail, Texts texts, BusinessClock clock, CancellationToken ct)
    {
        var items = Batches.ItemsOf(call);
        var words = texts.In(call.Header("Accept-Language"));
        var batch = await Batches.BeginAsync(db, call, "invoice", clock, ct);
        var results = new JsonArray();
        foreach (var chunk in items.Chunk(PerWrite))
        {
            await CreditorFacts.ReadAsync(db, call.CreditorId, ct); // what is read inside a transaction is not remembered
            foreach (var result in await db.WriteOrRepeatAsync(async token =>
            {
                var made = new List<JsonObject>();
                foreach (var item in chunk)
                {
                    try
                    {
                        var own = call.Of(item);
                        var wanted = CreateInvoice.Read(own);
                        if (wanted.PdfUrl is not null) throw Call.Invalid("pdfUrl", "In a bulk call a document is sent as pdf.");
                        var invoice = await CreateInvoice.BookAsync(own, wanted, db, view, settlement, keys, mail, clock, token);
                        await db.SaveChangesAsync(token); // the next one may have the same number or customer
                        made.Add(new() { ["id"] = invoice["id"]!.GetValue<string>(), ["number"] = wanted.Number, ["status"] = "OK", ["url"] = invoice["url"]!.GetValue<string>() });
                    }
                    catch (RefusedException refused)
                    {
                        made.Add(Batches.Failed(refused, words));
                    }
                }

                return made;
            }, ct))
                results.Add(result);
            db.ChangeTracker.Clear();
        }

        return await Batches.EndAsync(db, batch, results, ct);
    }
}
