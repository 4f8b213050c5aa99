using System.Diagnostics.CodeAnalysis;
using Domi.Platform;
using Domi.Standards;

namespace Domi.BackOffice.Companies;

/// <summary>Which of the two systems sends a kind of mail. The other one is refused, not warned about.</summary>
public enum SentBy { Office, Provider }

public enum PaymentReferenceKind { StructuredCommunication, InvoiceNumber }

/// <summary>A company in whose name invoices are made. Everything else belongs to one.</summary>
public sealed class OwnCompany
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required string Name { get; set; }

    /// <exception cref="RefusedException"><c>name_missing</c>: blank, or longer than 140 characters.</exception>
    public static void RequireName([NotNull] string? name)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > 140) throw new RefusedException("name_missing", "The name is missing or too long.") { Field = "Name" };
        FieldText.Short(name, 140, "Name");
    }

    public EnterpriseNumber? EnterpriseNumber { get; set; }

    public string Street { get; set; } = "";

    public string Zip { get; set; } = "";

    public string City { get; set; } = "";

    public string Country { get; set; } = "BE";

    public string Email { get; set; } = "";

    public string? Phone { get; set; }

    public string? Website { get; set; }

    public Iban? Account { get; set; }

    public Bic? Bic { get; set; }

    /// <summary>Language of a document for which the relation has none.</summary>
    public string Language { get; set; } = "fr";

    /// <summary>Where answers to mails go, when not to <see cref="Email"/>.</summary>
    public string? ReplyTo { get; set; }

    /// <summary>Signature below mails; plain text.</summary>
    public string? MailSignature { get; set; }

    public string? LogoHash { get; set; }

    public int DefaultDueDays { get; set; } = 30;

    public decimal DefaultVatRate { get; set; } = 21m;

    public PaymentReferenceKind PaymentReference { get; set; }

    /// <summary>Month in which the fiscal year begins.</summary>
    public int FiscalYearStartMonth { get; set; } = 1;

    /// <summary><c>{year}-{number:0000}</c>: the tokens a number is made of. Locked for a year once one invoice exists.</summary>
    public string InvoiceNumberFormat { get; set; } = "{year}-{number:0000}";

    public string CreditNoteNumberFormat { get; set; } = "CN{year}-{number:0000}";

    public SentBy InvoicesSentBy { get; set; }

    public SentBy RemindersSentBy { get; set; }

    /// <summary>When a person last checked that the switch at the provider agrees.</summary>
    public DateOnly? InvoiceSwitchCheckedOn { get; set; }

    public DateOnly? ReminderSwitchCheckedOn { get; set; }

    /// <summary>Numbered invoices are sent by themselves.</summary>
    public bool SendsWhenNumbered { get; set; }

    /// <summary>Profile (ct) for relations without a collectable mandate.</summary>
    public int? DefaultProfileForPersons { get; set; }

    public int? DefaultProfileForCompanies { get; set; }

    public bool IsActive { get; set; } = true;

    public int Version { get; set; }

    public int FiscalYearOf(DateOnly date) => date.Month >= FiscalYearStartMonth || FiscalYearStartMonth == 1 ? date.Year : date.Year - 1;

    /// <summary>It has what an invoice must say of its sender, and the account it is paid to.</summary>
    /// <remarks>Source: Royal Decree no. 1 of 29 December 1992 (VAT), article 5, §1, 2°.</remarks>
    public bool CanInvoice => Account is not null && EnterpriseNumber is not null && Street.Length > 0 && Zip.Length > 0 && City.Length > 0;

    /// <exception cref="RefusedException"><c>company_incomplete</c>: the enterprise number, the address or the account is missing.</exception>
    public void RequireCanInvoice()
    {
        if (!CanInvoice) throw new RefusedException("company_incomplete", $"The enterprise number, the address or the account of {Name} is missing.", ("name", Name));
    }

    /// <summary>A second sender is refused.</summary>
    /// <exception cref="RefusedException"><c>sent_by_provider</c>.</exception>
    public void RequireOfficeSendsInvoices()
    {
        if (InvoicesSentBy is SentBy.Provider) throw new RefusedException("sent_by_provider", "Invoices are sent by the provider.", ("kind", "invoice"));
    }

    /// <exception cref="RefusedException"><c>sent_by_provider</c>.</exception>
    public void RequireOfficeSendsReminders()
    {
        if (RemindersSentBy is SentBy.Provider) throw new RefusedException("sent_by_provider", "Reminders are sent by the provider.", ("kind", "reminder"));
    }
}

/// <summary>The last number of a series: one per own company, fiscal year and kind. The row is the lock that keeps numbers gapless.</summary>
public sealed class NumberSeries
{
    public Guid OwnCompanyId { get; init; }

    public int FiscalYear { get; init; }

    public Invoices.InvoiceKind Kind { get; init; }

    /// <summary>The format when the first number was given; it stays for the year.</summary>
    public required string Format { get; init; }

    public int LastNumber { get; private set; }

    public DateOnly LastDate { get; private set; }

    /// <summary>The next number, for an invoice of a date.</summary>
    /// <exception cref="RefusedException"><c>date_before_last</c>: an invoice date is never before the last number's.</exception>
    public string Next(DateOnly date)
    {
        if (LastNumber > 0 && date < LastDate)
            throw new RefusedException("date_before_last", $"The last number is of {LastDate:O}.", ("last", LastDate)) { Field = "Date" };
        LastNumber++;
        LastDate = date;
        return Format.Replace("{year}", FiscalYear.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{number:0000}", LastNumber.ToString("0000", System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{number}", LastNumber.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }
}
