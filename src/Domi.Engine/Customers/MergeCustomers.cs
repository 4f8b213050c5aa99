using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Customers;

/// <summary>Two customers who are one: everything of the first becomes the second one's, and the first goes.</summary>
internal static class MergeCustomers
{
    /// <summary>Inside the running transaction. What the second one does not say, the first one says.</summary>
    public static async Task Async(EngineDb db, Customer from, Customer into, CancellationToken ct)
    {
        await db.Mandates.Where(m => m.CustomerId == from.Id).ExecuteUpdateAsync(set => set.SetProperty(m => m.CustomerId, into.Id), ct);
        await db.Invoices.Where(i => i.CustomerId == from.Id).ExecuteUpdateAsync(set => set.SetProperty(i => i.CustomerId, into.Id), ct);
        await db.PayLinks.Where(l => l.CustomerId == from.Id).ExecuteUpdateAsync(set => set.SetProperty(l => l.CustomerId, into.Id), ct);
        await db.Transfers.Where(t => t.CustomerId == from.Id).ExecuteUpdateAsync(set => set.SetProperty(t => t.CustomerId, into.Id), ct);
        await db.Beneficiaries.Where(b => b.CustomerId == from.Id).ExecuteUpdateAsync(set => set.SetProperty(b => b.CustomerId, into.Id), ct);
        db.Customers.Remove(from);
        await db.SaveChangesAsync(ct); // its address is free before the other one may take it
        into.Email ??= from.Email;
        into.FirstName ??= into.CompanyName is null ? from.FirstName : null;
        into.LastName ??= into.CompanyName is null ? from.LastName : null;
        into.Mobile ??= from.Mobile;
        into.Language ??= from.Language;
        if (into.Street is null) (into.Street, into.Zip, into.City, into.Country) = (from.Street, from.Zip, from.City, from.Country);
    }
}
