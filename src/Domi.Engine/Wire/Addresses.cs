using Domi.Engine.Creditors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Wire;

/// <summary>Addresses that clients make up themselves: <c>/{merchantId}/{invoiceId}</c> is the page of an invoice.</summary>
/// <remarks>Source: the Odoo plug-in.</remarks>
internal static class Addresses
{
    // For every method: else whatever is posted to two steps that lead nowhere would be told that it may be got.
    public static void Map(IEndpointRouteBuilder app) => app.Map("/{merchantId:long}/{invoiceId:guid}", async (long merchantId, Guid invoiceId, HttpContext http, EngineDb db, CreditorKeys keys, CancellationToken ct) =>
        HttpMethods.IsGet(http.Request.Method) && await db.Creditors.AsNoTracking().SingleOrDefaultAsync(c => c.MerchantId == merchantId, ct) is { } creditor
            && await db.Invoices.Where(i => i.CreditorId == creditor.Id && i.PublicId == invoiceId).Select(i => (Guid?)i.Id).SingleOrDefaultAsync(ct) is { } id
            ? Results.Redirect("/pay/" + keys.InvoiceToken(creditor, id))
            : Results.NotFound());
}
