using System.ComponentModel.DataAnnotations;
using Domi.BackOffice.Relations;

namespace Domi.BackOffice.Pages.Relations;

/// <summary>What can be filled in of a relation.</summary>
public sealed class RelationForm
{
    public RelationKind Kind { get; set; }

    [Required, StringLength(140)]
    public string Name { get; set; } = "";

    [StringLength(70)]
    public string? FirstName { get; set; }

    [StringLength(70)]
    public string? LastName { get; set; }

    [StringLength(20)]
    public string? EnterpriseNumber { get; set; }

    public bool IsVatRegistered { get; set; }

    [StringLength(140)]
    public string Street { get; set; } = "";

    [StringLength(20)]
    public string Zip { get; set; } = "";

    [StringLength(70)]
    public string City { get; set; } = "";

    [Required, StringLength(2)]
    public string Country { get; set; } = "BE";

    public string Language { get; set; } = "fr";

    [StringLength(40)]
    public string? Phone { get; set; }

    [StringLength(254)]
    public string? Email { get; set; }

    [StringLength(254)]
    public string? InvoiceEmail { get; set; }

    [StringLength(1000)]
    public string? InvoiceCc { get; set; }

    [StringLength(1000)]
    public string? InvoiceBcc { get; set; }

    [StringLength(254)]
    public string? ReminderEmail { get; set; }

    public int? DueDays { get; set; }

    [StringLength(70)]
    public string? PoNumber { get; set; }

    public bool GetsReminders { get; set; } = true;

    /// <summary>The version that was read: somebody else's change in between is not overwritten.</summary>
    public int? Version { get; set; }

    public RelationContent ToContent() => new(Kind, Name, FirstName, LastName, EnterpriseNumber, IsVatRegistered, Street, Zip, City, Country, Language, Phone, Email,
        InvoiceEmail, InvoiceCc, InvoiceBcc, ReminderEmail, DueDays, PoNumber, GetsReminders);

    public static RelationForm Of(Relation r) => new()
    {
        Kind = r.Kind,
        Name = r.Name,
        FirstName = r.FirstName,
        LastName = r.LastName,
        EnterpriseNumber = r.EnterpriseNumber?.ToString(),
        IsVatRegistered = r.IsVatRegistered,
        Street = r.Street,
        Zip = r.Zip,
        City = r.City,
        Country = r.Country,
        Language = r.Language,
        Phone = r.Phone,
        Email = r.Email,
        InvoiceEmail = r.InvoiceEmail,
        InvoiceCc = r.InvoiceCc,
        InvoiceBcc = r.InvoiceBcc,
        ReminderEmail = r.ReminderEmail,
        DueDays = r.DueDays,
        PoNumber = r.PoNumber,
        GetsReminders = r.GetsReminders,
        Version = r.Version,
    };
}
