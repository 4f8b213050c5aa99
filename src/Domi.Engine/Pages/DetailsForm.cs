using Domi.Engine.Mandates;
using Domi.Engine.Profiles;
using Domi.Platform;
using Domi.Standards;

namespace Domi.Engine.Pages;

/// <summary>What a signer types. Everything is optional here: what is missing is said at the field, in the reader's language.</summary>
internal sealed class DetailsForm
{
    public string? Name { get; set; }

    public string? Street { get; set; }

    public string? Zip { get; set; }

    public string? City { get; set; }

    public string? Country { get; set; }

    public string? Email { get; set; }

    public string? Iban { get; set; }

    public string? Enterprise { get; set; }

    public bool NoConsumer { get; set; }

    public string? CoSignerName { get; set; }

    public string? CoSignerEmail { get; set; }

    public string? Nonce { get; set; }

    /// <summary>Checks every field; null when one is wrong, and then <paramref name="errors"/> says which and why.</summary>
    public SignerDetails? Read(Texts t, bool isB2B, bool asksAccount, CoSigning coSigning, Dictionary<string, string> errors)
    {
        (Name, Street, Zip, City, Email, Iban, Enterprise) = (Trim(Name), Trim(Street), Trim(Zip), Trim(City), Trim(Email), Trim(Iban), Trim(Enterprise));
        Require("name", Name, 70); // what a bank takes of a name
        Require("street", Street, 140);
        Require("zip", Zip, 20);
        Require("city", City, 70);
        Require("email", Email, 254);
        if (asksAccount) Require("iban", Iban, 60);
        if (!SepaCountries.Codes.Contains(Country ?? "")) errors["country"] = t["field.country.unknown"];
        if (Email is not null && !errors.ContainsKey("email") && !SendMails.IsAddress(Email)) errors["email"] = t["field.email.wrong"];
        Iban? account = null;
        if (asksAccount && Iban is not null && !errors.ContainsKey("iban"))
        {
            if (IbanFault(t, Iban, out var read) is { } fault) errors["iban"] = fault;
            else account = read;
        }

        if (isB2B)
        {
            if (Enterprise is null) errors["enterprise"] = t["field.enterprise.missing"];
            else if (!EnterpriseNumber.TryParse(Enterprise, out _)) errors["enterprise"] = t["field.enterprise.wrong"];
            if (!NoConsumer) errors["noconsumer"] = t["field.noconsumer.missing"];
        }

        var other = coSigning is CoSigning.None ? null : ReadCoSigner(t, coSigning is CoSigning.Required, Email, errors);
        return errors.Count > 0 ? null : new(Name!, Street!, Zip!, City!, Country!, Email!, account, NoConsumer, Enterprise) { CoSigner = other };

        void Require(string field, string? text, int most)
        {
            if (text is null) errors[field] = t[$"field.{field}.missing"];
            else if (text.Length > most || text.Any(char.IsControl)) errors[field] = t["field.too_long", ("most", most)];
        }
    }

    /// <summary>Who signs beside the signer; null for nobody, and when a field is wrong.</summary>
    /// <param name="own">The signer's own address: one who has both links signs alone.</param>
    public CoSigner? ReadCoSigner(Texts t, bool isNeeded, string? own, Dictionary<string, string> errors)
    {
        (CoSignerName, CoSignerEmail) = (Trim(CoSignerName), Trim(CoSignerEmail));
        if (!isNeeded && CoSignerName is null && CoSignerEmail is null) return null;

        if (CoSignerName is null) errors["cosignername"] = t["field.cosignername.missing"];
        else if (CoSignerName.Length > 70 || CoSignerName.Any(char.IsControl)) errors["cosignername"] = t["field.too_long", ("most", 70)];
        if (CoSignerEmail is null) errors["cosigneremail"] = t["field.cosigneremail.missing"];
        else if (CoSignerEmail.Length > 254 || !SendMails.IsAddress(CoSignerEmail)) errors["cosigneremail"] = t["field.email.wrong"];
        else if (string.Equals(CoSignerEmail, own, StringComparison.OrdinalIgnoreCase)) errors["cosigneremail"] = t["field.cosigneremail.own"];
        return errors.ContainsKey("cosignername") || errors.ContainsKey("cosigneremail") ? null : new(CoSignerName!, CoSignerEmail!);
    }

    /// <summary>What is wrong with an account number, as helpfully as its form allows; null when it holds.</summary>
    internal static string? IbanFault(Texts t, string text, out Iban account)
    {
        if (Standards.Iban.TryParse(text, out account))
            return SepaCountries.Codes.Contains(account.CountryCode) ? null : t["field.iban.outside", ("country", account.CountryCode)];

        var compact = new string([.. text.Where(c => !char.IsWhiteSpace(c) && c is not ('.' or '-'))]).ToUpperInvariant();
        if (compact.Any(c => !char.IsAsciiLetterOrDigit(c))) return t["field.iban.letters"];
        if (compact.Length < 2 || !Standards.Iban.Countries.Contains(compact[..2])) return t["field.iban.country"];
        if (compact[..2] != "BE") return t["field.iban.wrong"];
        if (compact[2..].Any(c => !char.IsAsciiDigit(c))) return t["field.iban.digits"];

        return (compact.Length - 16) switch
        {
            < 0 and var few => t["field.iban.missing_digits", ("count", -few)],
            > 0 and var many => t["field.iban.more_digits", ("count", many)],
            _ => t["field.iban.check"],
        };
    }

    private static string? Trim(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
