using System.Text.Json.Nodes;
using Domi.Engine.Invoices;
using Domi.Engine.Mandates;
using Domi.Engine.Wire;
using Domi.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Customers;

/// <summary><c>/creditor/customer/{number}</c>: read, made or replaced, changed, removed.</summary>
/// <remarks>
/// Refuses with <c>err_debtor_not_found</c> (a change of an unknown one), <c>err_not_found</c> (reading it), <c>err_duplicate_ref</c> (the new number is
/// taken), <c>err_remove_stale</c> (it has mandates, invoices or subscriptions), <c>err_invalid_email</c>, <c>err_invalid_country</c>, <c>err_no_such_ct</c>.
/// Source: Twikey API, Customers.
/// </remarks>
internal static class CustomerRoutes
{
    public static void Map(IEndpointRouteBuilder creditor)
    {
        creditor.MapGet("customer/{customer}", async (string customer, Call call, EngineDb db, CancellationToken ct) =>
            Json.Answer(InvoiceView.OfCustomer(await FindAsync(db, call, customer, ct) ?? throw new RefusedException("err_not_found", $"No customer {customer}.") { Field = "customerNumber" })));
        creditor.MapPatch("customer/{customer}", ChangeAsync);
        creditor.MapPut("customer/{customer}", ReplaceAsync);
        creditor.MapDelete("customer/{customer}", RemoveAsync);
    }

    /// <summary>204. What is not said stays; the enterprise number changes only with the name of the company.</summary>
    private static async Task<IResult> ChangeAsync(string customer, Call call, EngineDb db, CancellationToken ct)
    {
        var block = CustomerBlock.Of(call);
        if (call.Number("ct") is { } number and not 0 && !await db.Profiles.AnyAsync(p => p.CreditorId == call.CreditorId && p.Number == number && p.IsActive, ct))
            throw new RefusedException("err_no_such_ct", $"No profile {number}.") { Field = "ct" };
        await db.WriteAsync(async token =>
        {
            var known = await FindAsync(db, call, customer, token) ?? throw new RefusedException("err_debtor_not_found", $"No customer {customer}.") { Field = "customerNumber" };
            if (block.CustomerNumber is { } wanted && wanted != known.CustomerNumber)
            {
                if (await db.Customers.AnyAsync(c => c.CreditorId == call.CreditorId && c.CustomerNumber == wanted, token)) throw new RefusedException("err_duplicate_ref", $"Customer number {wanted} is taken.") { Field = "customerNumber" };
                known.CustomerNumber = wanted;
            }

            Fill(known, block.CompanyName is null ? block with { EnterpriseNumber = null } : block);
        }, ct);
        return Results.NoContent();
    }

    /// <summary>Makes it, or replaces all that is known of it.</summary>
    private static async Task<IResult> ReplaceAsync(string customer, Call call, EngineDb db, CancellationToken ct)
    {
        var number = Call.AsName(Call.InPath(customer, "customerNumber"), "customerNumber")!;
        if (number.Length > 50) throw Call.Invalid("customerNumber", "A customer number has at most 50 characters.");
        var block = CustomerBlock.Of(call);
        await db.WriteOrRepeatAsync(async token =>
        {
            var known = await FindAsync(db, call, customer, token);
            if (known is null) db.Customers.Add(known = new() { CreditorId = call.CreditorId, CustomerNumber = number });
            Replace(known, block);
        }, ct);
        return Json.Answer(new JsonObject());
    }

    private static async Task<IResult> RemoveAsync(string customer, Call call, EngineDb db, MandateEvents events, CancellationToken ct)
    {
        await db.WriteAsync(async token =>
        {
            var known = await FindAsync(db, call, customer, token) ?? throw new RefusedException("err_debtor_not_found", $"No customer {customer}.") { Field = "customerNumber" };
            await RemoveOneAsync(db, known, events, token);
        }, ct);
        return Results.NoContent();
    }

    /// <summary>Removes a customer who has nothing but invitations, inside the running transaction.</summary>
    /// <exception cref="RefusedException"><c>err_remove_stale</c>.</exception>
    public static async Task RemoveOneAsync(EngineDb db, Customer known, MandateEvents events, CancellationToken ct)
    {
        if (await db.Mandates.AnyAsync(m => m.CustomerId == known.Id && m.State != MandateState.Prepared, ct) || await db.Invoices.AnyAsync(i => i.CustomerId == known.Id, ct)
            || await db.Transfers.AnyAsync(t => t.CustomerId == known.Id, ct) || await db.PayLinks.AnyAsync(l => l.CustomerId == known.Id, ct))
            throw new RefusedException("err_remove_stale", $"Customer {known.CustomerNumber} has agreements or payments.") { Field = "customerNumber" };
        foreach (var invitation in await db.Mandates.Where(m => m.CustomerId == known.Id).ToListAsync(ct))
        {
            await events.RemovedAsync(invitation, "removed", ct);
            db.Mandates.Remove(invitation);
        }

        await db.Beneficiaries.Where(b => b.CustomerId == known.Id).ExecuteUpdateAsync(set => set.SetProperty(b => b.CustomerId, (Guid?)null), ct);
        db.Customers.Remove(known);
    }

    /// <summary>All that is known is what is said now.</summary>
    public static void Replace(Customer known, CustomerBlock block)
    {
        (known.Email, known.FirstName, known.LastName, known.CompanyName, known.EnterpriseNumber) = (block.Email, block.FirstName, block.LastName, block.CompanyName, block.EnterpriseNumber);
        (known.Street, known.Zip, known.City, known.Country, known.Language, known.Mobile) = (block.Street, block.Zip, block.City, block.Country, block.Language, block.Mobile);
    }

    /// <summary>Fills in what is said; what is not said stays.</summary>
    public static void Fill(Customer known, CustomerBlock block)
    {
        if (block.Email is not null) known.Email = block.Email; // the creditor's own word, also when it was given on a page before
        known.FirstName = block.FirstName ?? known.FirstName;
        known.LastName = block.LastName ?? known.LastName;
        known.CompanyName = block.CompanyName ?? known.CompanyName;
        known.EnterpriseNumber = block.EnterpriseNumber ?? known.EnterpriseNumber;
        known.Street = block.Street ?? known.Street;
        known.Zip = block.Zip ?? known.Zip;
        known.City = block.City ?? known.City;
        known.Country = block.Country ?? known.Country;
        known.Language = block.Language ?? known.Language;
        known.Mobile = block.Mobile ?? known.Mobile;
    }

    private static async Task<Customer?> FindAsync(EngineDb db, Call call, string customer, CancellationToken ct)
    {
        var number = Call.InPath(customer, "customerNumber");
        return await db.Customers.SingleOrDefaultAsync(c => c.CreditorId == call.CreditorId && c.CustomerNumber == number, ct);
    }
}
