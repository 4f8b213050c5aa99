using Domi.BackOffice.Invoices;
using Domi.Platform;
using Domi.Standards;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Companies;

/// <summary>Who the own company is: what stands on its documents.</summary>
public sealed record CompanyFacts(
    string Name, string? EnterpriseNumber, string Street, string Zip, string City, string Country, string Email, string? Phone, string? Website, string? Account, string? Bic, string Language);

/// <summary>How its invoices are numbered, dated and referred to.</summary>
public sealed record CompanyNumbering(int DueDays, decimal VatRate, PaymentReferenceKind PaymentReference, int FiscalYearStartMonth, string InvoiceFormat, string CreditNoteFormat);

/// <summary>Who sends what. A change of sender is confirmed: the person checked the switch at the provider.</summary>
public sealed record CompanySending(
    SentBy Invoices, SentBy Reminders, bool InvoiceSwitchChecked, bool ReminderSwitchChecked, bool SendsWhenNumbered, int? ProfileForPersons, int? ProfileForCompanies);

/// <summary>Changes an own company.</summary>
/// <remarks>
/// Refuses with <c>not_found</c>, <c>changed_meanwhile</c>, <c>name_missing</c>, <c>email_invalid</c>, <c>enterprise_invalid</c>, <c>country_invalid</c>,
/// <c>language_unknown</c>, <c>website_invalid</c>, <c>iban_invalid</c>, <c>bic_invalid</c>, <c>text_too_long</c>, <c>due_days_invalid</c>, <c>vat_rate_invalid</c>, <c>month_invalid</c>,
/// <c>number_format_invalid</c>, <c>number_format_locked</c>, <c>number_format_same</c>, <c>switch_not_checked</c>, <c>profile_unknown</c>,
/// <c>logo_too_large</c>, <c>logo_invalid</c>.
/// </remarks>
public sealed class EditCompany(OfficeDb db, BusinessClock clock)
{
    /// <summary>Bytes; a logo is part of each document and of each preview.</summary>
    public const int MostLogoBytes = 500 * 1024;

    public Task<OwnCompany> SaveFactsAsync(Guid id, int? version, CompanyFacts facts, CancellationToken ct) => ChangeAsync(id, version, company =>
    {
        OwnCompany.RequireName(facts.Name);
        var email = Address(facts.Email, "Email") ?? "";
        EnterpriseNumber? enterprise = null;
        if (!string.IsNullOrWhiteSpace(facts.EnterpriseNumber))
            enterprise = EnterpriseNumber.TryParse(facts.EnterpriseNumber, out var number) ? number : throw new RefusedException("enterprise_invalid", "Not an enterprise number.", ("number", facts.EnterpriseNumber)) { Field = "EnterpriseNumber" };
        Iban? account = null;
        if (!string.IsNullOrWhiteSpace(facts.Account)) account = Iban.TryParse(facts.Account, out var iban) ? iban : throw new RefusedException("iban_invalid", "Not an IBAN.") { Field = "Account" };
        Bic? bic = null;
        if (!string.IsNullOrWhiteSpace(facts.Bic)) bic = Bic.TryParse(facts.Bic, null, out var code) ? code : throw new RefusedException("bic_invalid", "Not a BIC.") { Field = "Bic" };
        var country = FieldText.Country(facts.Country);
        var language = FieldText.Language(facts.Language);
        var website = FieldText.Website(facts.Website);

        company.Name = facts.Name.Trim();
        (company.EnterpriseNumber, company.Account, company.Bic, company.Country, company.Email) = (enterprise, account, bic, country, email);
        (company.Street, company.Zip, company.City) = (FieldText.Short(facts.Street, 140, "Street"), FieldText.Short(facts.Zip, 20, "Zip"), FieldText.Short(facts.City, 70, "City"));
        (company.Phone, company.Website, company.Language) = (FieldText.Optional(facts.Phone, 40, "Phone"), website, language);
    }, ct);

    /// <summary>A format is locked for the fiscal year in which a number of it was given: a series has one form.</summary>
    public Task<OwnCompany> SaveNumberingAsync(Guid id, int? version, CompanyNumbering wanted, CancellationToken ct) => db.WriteAsync(async token =>
    {
        var company = await FindAsync(id, version, token);
        if (wanted.DueDays is < 0 or > 365) throw new RefusedException("due_days_invalid", "Not a number of days.") { Field = "DueDays" };
        if (wanted.VatRate is < 0 or > 100 || decimal.Round(wanted.VatRate, 2) != wanted.VatRate) throw new RefusedException("vat_rate_invalid", "Not a percentage.") { Field = "VatRate" };
        if (wanted.FiscalYearStartMonth is < 1 or > 12) throw new RefusedException("month_invalid", "Not a month.") { Field = "FiscalYearStartMonth" };
        var (invoices, notes) = (Format(wanted.InvoiceFormat, "InvoiceFormat"), Format(wanted.CreditNoteFormat, "CreditNoteFormat"));
        if (Plain(invoices) == Plain(notes)) throw new RefusedException("number_format_same", "Invoices and credit notes need different numbers.") { Field = "CreditNoteFormat" };

        var locked = await LockedAsync(company, token);
        if (invoices != company.InvoiceNumberFormat && locked.Contains(InvoiceKind.Invoice)) throw Locked("InvoiceFormat");
        if (notes != company.CreditNoteNumberFormat && locked.Contains(InvoiceKind.CreditNote)) throw Locked("CreditNoteFormat");
        if (wanted.FiscalYearStartMonth != company.FiscalYearStartMonth && locked.Count > 0) throw Locked("FiscalYearStartMonth");

        (company.DefaultDueDays, company.DefaultVatRate, company.PaymentReference) = (wanted.DueDays, wanted.VatRate, wanted.PaymentReference);
        (company.FiscalYearStartMonth, company.InvoiceNumberFormat, company.CreditNoteNumberFormat) = (wanted.FiscalYearStartMonth, invoices, notes);
        return company;
    }, ct);

    /// <summary>Facts, days and senders at once, as the API takes them: all of it or nothing.</summary>
    public Task<OwnCompany> SaveAsync(Guid id, int? version, Func<OwnCompany, (CompanyFacts Facts, int DueDays, CompanySending Sending)> wanted, CancellationToken ct) => db.WriteAsync(async token =>
    {
        var (facts, days, sending) = wanted(await FindAsync(id, version, token));
        if (days is < 0 or > 365) throw new RefusedException("due_days_invalid", "Not a number of days.") { Field = "DefaultDueDays" };
        await SaveFactsAsync(id, null, facts, token);
        var company = await SaveSendingAsync(id, null, sending, token);
        company.DefaultDueDays = days;
        return company;
    }, ct);

    public Task<OwnCompany> SaveMailAsync(Guid id, int? version, string? replyTo, string? signature, CancellationToken ct) => ChangeAsync(id, version, company =>
    {
        var address = Address(replyTo, "ReplyTo");
        var text = Blank(FieldText.Short(signature, 1000, "Signature", mayHaveLines: true));
        (company.ReplyTo, company.MailSignature) = (address, text);
    }, ct);

    public Task<OwnCompany> SaveSendingAsync(Guid id, int? version, CompanySending wanted, CancellationToken ct) => db.WriteAsync(async token =>
    {
        var company = await FindAsync(id, version, token);
        var profiles = await db.ProviderProfiles.AsNoTracking().Where(p => p.OwnCompanyId == id && p.IsActive).Select(p => p.Number).ToListAsync(token);
        if (wanted.ProfileForPersons is { } persons && !profiles.Contains(persons)) throw new RefusedException("profile_unknown", $"No profile {persons}.") { Field = "ProfileForPersons" };
        if (wanted.ProfileForCompanies is { } companies && !profiles.Contains(companies)) throw new RefusedException("profile_unknown", $"No profile {companies}.") { Field = "ProfileForCompanies" };
        RequireChecked(wanted.Invoices, company.InvoicesSentBy, company.InvoiceSwitchCheckedOn, wanted.InvoiceSwitchChecked, "InvoiceSwitchChecked");
        RequireChecked(wanted.Reminders, company.RemindersSentBy, company.ReminderSwitchCheckedOn, wanted.ReminderSwitchChecked, "ReminderSwitchChecked");

        if (wanted.InvoiceSwitchChecked) company.InvoiceSwitchCheckedOn = clock.Today;
        if (wanted.ReminderSwitchChecked) company.ReminderSwitchCheckedOn = clock.Today;
        (company.InvoicesSentBy, company.RemindersSentBy, company.SendsWhenNumbered) = (wanted.Invoices, wanted.Reminders, wanted.SendsWhenNumbered);
        (company.DefaultProfileForPersons, company.DefaultProfileForCompanies) = (wanted.ProfileForPersons, wanted.ProfileForCompanies);
        return company;
    }, ct);

    /// <summary>Known by its content, whatever its name says. Null takes the logo away.</summary>
    public Task<OwnCompany> SaveLogoAsync(Guid id, byte[]? picture, CancellationToken ct) => db.WriteAsync(async token =>
    {
        var company = await FindAsync(id, null, token);
        if (picture is null)
        {
            company.LogoHash = null;
            return company;
        }

        if (picture.Length > MostLogoBytes) throw new RefusedException("logo_too_large", "The logo is larger than 500 kB.") { Field = "File" };
        var type = TypeOf(picture) ?? throw new RefusedException("logo_invalid", "The file is neither PNG nor JPEG.") { Field = "File" };
        company.LogoHash = await Blob.KeepAsync(db, picture, type, clock.GetUtcNow(), token);
        return company;
    }, ct);

    /// <summary>The kinds of document of which a number was given in the running fiscal year.</summary>
    public async Task<IReadOnlyList<InvoiceKind>> LockedAsync(OwnCompany company, CancellationToken ct)
    {
        var year = company.FiscalYearOf(clock.Today);
        return await db.NumberSeries.Where(s => s.OwnCompanyId == company.Id && s.FiscalYear == year && s.LastNumber > 0).Select(s => s.Kind).ToListAsync(ct);
    }

    public static string? TypeOf(byte[] picture) => picture switch
    {
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, ..] => "image/png",
        [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
        _ => null,
    };

    private Task<OwnCompany> ChangeAsync(Guid id, int? version, Action<OwnCompany> change, CancellationToken ct) => db.WriteAsync(async token =>
    {
        var company = await FindAsync(id, version, token);
        change(company);
        return company;
    }, ct);

    private async Task<OwnCompany> FindAsync(Guid id, int? version, CancellationToken ct)
    {
        var company = await db.Companies.SingleOrDefaultAsync(c => c.Id == id, ct) ?? throw new RefusedException("not_found", $"No own company {id}.");
        if (version is { } seen && seen != company.Version) throw new RefusedException("changed_meanwhile", "Somebody else changed the settings.");
        company.Version++;
        return company;
    }

    private static void RequireChecked(SentBy wanted, SentBy was, DateOnly? checkedOn, bool ticked, string field)
    {
        if (ticked || (wanted == was && (wanted is SentBy.Office || checkedOn is not null))) return;
        throw new RefusedException("switch_not_checked", "The switch at the provider was not checked.") { Field = field };
    }

    private static RefusedException Locked(string field) => new("number_format_locked", "Numbers were given this fiscal year.") { Field = field };

    // The year is part of the number: the first of a new year would bear last year's otherwise.
    private static string Format(string? format, string field)
    {
        var text = format?.Trim() ?? "";
        var rest = text.Replace("{year}", "", StringComparison.Ordinal).Replace("{number:0000}", "", StringComparison.Ordinal).Replace("{number}", "", StringComparison.Ordinal);
        var counters = (text.Length - text.Replace("{number", "", StringComparison.Ordinal).Length) / "{number".Length;
        if (text.Length > 40 || counters != 1 || !text.Contains("{year}", StringComparison.Ordinal) || !rest.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '/' or '.' or '_'))
            throw new RefusedException("number_format_invalid", "A number is made of {year} and one {number} or {number:0000}.") { Field = field };
        return text;
    }

    // 0999 and 999 are two, 1000 and 1000 are not.
    private static string Plain(string format) => format.Replace("{number:0000}", "{number}", StringComparison.Ordinal);

    private static string? Address(string? text, string field)
    {
        var address = Blank(text);
        if (address is null) return null;
        return address.Length <= 254 && SendMails.IsAddress(address) ? address : throw new RefusedException("email_invalid", "Not an e-mail address.", ("email", address)) { Field = field };
    }

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
