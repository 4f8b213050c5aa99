using System.Text.Json;
using Domi.Engine.Wire;
using Domi.Platform;
using Domi.Standards;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Customers;

/// <summary>What a call says about a customer; what it leaves out is not known, never blank.</summary>
internal sealed record CustomerBlock(
    string? CustomerNumber, string? Email, string? FirstName, string? LastName, string? CompanyName, string? EnterpriseNumber,
    string? Street, string? Zip, string? City, string? Country, string? Language, string? Mobile)
{
    /// <summary>The customer himself, where he was chosen and not described.</summary>
    public Guid? Id { get; private init; }

    public static CustomerBlock Of(Customer customer) => new(null, null, null, null, null, null, null, null, null, null, null, null) { Id = customer.Id };

    public static CustomerBlock Of(Call call) => new(
        Call.AsName(call.Text("customerNumber", 50), "customerNumber"), EmailOf(call.Text("email", 254)), call.Text("firstname", 70), call.Text("lastname", 70),
        call.Text("companyName", 140), call.TextOf(50, "coc", "vatno"), call.Text("address", 140), call.Text("zip", 50), call.Text("city", 70),
        CountryOf(call.Text("country", 40)), LanguageOf(call.TextOf(8, "l", "lang", "language")), MobileOf(call.Phone("mobile")));

    public static CustomerBlock Of(JsonElement json) => new(
        Call.AsName(Json.Text(json, "customerNumber", 50), "customerNumber"), EmailOf(Json.Text(json, "email", 254)), Json.Text(json, "firstname", 70), Json.Text(json, "lastname", 70),
        Json.Text(json, "companyName", 140), Json.Text(json, "coc", 50) ?? Json.Text(json, "vatno", 50), Json.Text(json, "address", 140),
        Json.Text(json, "zip", 50), Json.Text(json, "city", 70), CountryOf(Json.Text(json, "country", 40)),
        LanguageOf(Json.Text(json, "l", 8) ?? Json.Text(json, "lang", 8) ?? Json.Text(json, "language", 8)), MobileOf(Json.Text(json, "mobile", 50)));

    private static string? EmailOf(string? text) => text is null || SendMails.IsAddress(text)
        ? text
        : throw new RefusedException("err_invalid_email", $"Not an e-mail address: {text}", ("email", text)) { Field = "email" };

    private static string? CountryOf(string? text) => text switch
    {
        null => null,
        _ when Countries.Codes.Contains(text.ToUpperInvariant()) => text.ToUpperInvariant(),
        _ => throw new RefusedException("err_invalid_country", $"Not a country of two letters: {text}", ("country", text)) { Field = "country" },
    };

    private static string? LanguageOf(string? text) => text is { Length: >= 2 } ? text[..2].ToLowerInvariant() : null;

    private static string? MobileOf(string? text)
    {
        var number = text?.StartsWith("32", StringComparison.Ordinal) == true ? "+" + text : text;
        return number is not { Length: > 50 } ? number : throw Call.Invalid("mobile", "mobile is longer than 50 characters.");
    }
}

internal static class FindOrCreate
{
    private static readonly Func<EngineDb, Guid, string, CancellationToken, Task<Customer?>> WithNumber = EF.CompileAsyncQuery(
        (EngineDb db, Guid creditorId, string number, CancellationToken ct) => db.Customers.SingleOrDefault(c => c.CreditorId == creditorId && c.CustomerNumber == number));

    private static readonly Func<EngineDb, Guid, string, bool, CancellationToken, Task<Customer?>> WithAddress = EF.CompileAsyncQuery(
        (EngineDb db, Guid creditorId, string address, bool hasNoNumber, CancellationToken ct) =>
            db.Customers.OrderBy(c => c.Id).FirstOrDefault(c => c.CreditorId == creditorId && c.EmailKey == address && (!hasNoNumber || c.CustomerNumber == null)));

    /// <summary>
    /// Finds by number, else by e-mail, else makes a customer. Blanks never overwrite, and nobody is found by name. Of two who make the
    /// same one an index declines the second, who then begins anew.
    /// </summary>
    public static async Task<Customer> CustomerAsync(EngineDb db, Guid creditorId, CustomerBlock block, CancellationToken ct)
    {
        var customer = await KnownAsync(db, creditorId, block, ct);
        if (customer is null)
        {
            customer = new() { CreditorId = creditorId };
            db.Customers.Add(customer);
        }

        customer.CustomerNumber ??= block.CustomerNumber;

        if (block.Email is not null) customer.Email = block.Email; // the creditor's own word, also when it was given on a page before
        customer.FirstName = block.FirstName ?? customer.FirstName;
        customer.LastName = block.LastName ?? customer.LastName;
        customer.CompanyName = block.CompanyName ?? customer.CompanyName;
        customer.EnterpriseNumber = block.EnterpriseNumber ?? customer.EnterpriseNumber;
        customer.Street = block.Street ?? customer.Street;
        customer.Zip = block.Zip ?? customer.Zip;
        customer.City = block.City ?? customer.City;
        customer.Country = block.Country ?? customer.Country;
        customer.Language = block.Language ?? customer.Language;
        customer.Mobile = block.Mobile ?? customer.Mobile;
        return customer;
    }

    /// <summary>Whom a call means, if he is known.</summary>
    public static async Task<Customer?> KnownAsync(EngineDb db, Guid creditorId, CustomerBlock block, CancellationToken ct)
    {
        if (block.Id is { } id) return await db.Customers.SingleAsync(c => c.CreditorId == creditorId && c.Id == id, ct);

        var customer = block.CustomerNumber is { } number ? await WithNumber(db, creditorId, number, ct) : null;
        if (customer is not null || Customer.KeyOf(block.Email) is not { } address) return customer;

        // A new number may be the first one of somebody who was known by his address; whoever has another number is somebody else.
        return await WithAddress(db, creditorId, address, block.CustomerNumber is not null, ct);
    }
}
