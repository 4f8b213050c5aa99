using System.Text.Json;
using Domi.Engine.Wire;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Customers;

/// <summary>What a call says about a customer; what it leaves out is not known, never blank.</summary>
internal sealed record CustomerBlock(
    string? CustomerNumber, string? Email, string? FirstName, string? LastName, string? CompanyName, string? EnterpriseNumber,
    string? Street, string? Zip, string? City, string? Country, string? Language, string? Mobile)
{
    public static CustomerBlock Of(Call call) => new(
        call.Text("customerNumber", 50), EmailOf(call.Text("email", 254)), call.Text("firstname", 70), call.Text("lastname", 70),
        call.Text("companyName", 140), call.TextOf(40, "coc", "vatno"), call.Text("address", 140), call.Text("zip", 20), call.Text("city", 70),
        CountryOf(call.Text("country", 40)), LanguageOf(call.TextOf(8, "l", "lang", "language")), MobileOf(call.Text("mobile", 40)));

    public static CustomerBlock Of(JsonElement json) => new(
        Json.Text(json, "customerNumber", 50), EmailOf(Json.Text(json, "email", 254)), Json.Text(json, "firstname", 70), Json.Text(json, "lastname", 70),
        Json.Text(json, "companyName", 140), Json.Text(json, "coc", 40) ?? Json.Text(json, "vatno", 40), Json.Text(json, "address", 140),
        Json.Text(json, "zip", 20), Json.Text(json, "city", 70), CountryOf(Json.Text(json, "country", 40)),
        LanguageOf(Json.Text(json, "l", 8) ?? Json.Text(json, "lang", 8)), MobileOf(Json.Text(json, "mobile", 40)));

    private static string? EmailOf(string? text) => text is null || SendMails.IsAddress(text)
        ? text
        : throw new RefusedException("err_invalid_email", $"Not an e-mail address: {text}", ("email", text)) { Field = "email" };

    private static string? CountryOf(string? text) => text switch
    {
        null => null,
        { Length: 2 } when text.All(char.IsAsciiLetter) => text.ToUpperInvariant(),
        _ => throw new RefusedException("err_invalid_country", $"Not a country of two letters: {text}", ("country", text)) { Field = "country" },
    };

    private static string? LanguageOf(string? text) => text is { Length: >= 2 } ? text[..2].ToLowerInvariant() : null;

    // Clients send "+32…" without escaping, so that the plus arrives as a blank; trimming took that away too.
    private static string? MobileOf(string? text) =>
        text is null ? null : text.StartsWith('+') || !text.StartsWith("32", StringComparison.Ordinal) ? text : "+" + text;
}

internal static class FindOrCreate
{
    /// <summary>Finds by number, else by e-mail, else makes a customer. Blanks never overwrite, and nobody is found by name.</summary>
    public static async Task<Customer> CustomerAsync(EngineDb db, Guid creditorId, CustomerBlock block, CancellationToken ct)
    {
        var customer = block.CustomerNumber is { } number
            ? await db.Customers.SingleOrDefaultAsync(c => c.CreditorId == creditorId && c.CustomerNumber == number, ct)
            : block.Email is { } email
                ? await db.Customers.Where(c => c.CreditorId == creditorId && c.Email == email).OrderBy(c => c.Id).FirstOrDefaultAsync(ct)
                : null;

        if (customer is null)
        {
            customer = new() { CreditorId = creditorId, CustomerNumber = block.CustomerNumber };
            db.Customers.Add(customer);
        }

        customer.Email = block.Email ?? customer.Email;
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
}
