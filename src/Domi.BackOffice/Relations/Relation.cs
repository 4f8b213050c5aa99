using Domi.Platform;
using Domi.Standards;

namespace Domi.BackOffice.Relations;

public enum RelationKind { Company, SoleProprietor, Person }

public enum PaymentMethod { Manual, DirectDebit }

/// <summary>A customer of an own company.</summary>
public sealed class Relation
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid OwnCompanyId { get; init; }

    /// <summary>Immutable, unique per own company; the provider knows the relation by it.</summary>
    public int Number { get; init; }

    public RelationKind Kind { get; set; }

    public required string Name { get; set; }

    /// <summary>The person to write to; for a person, the first name.</summary>
    public string? FirstName { get; set; }

    public string? LastName { get; set; }

    public EnterpriseNumber? EnterpriseNumber { get; set; }

    /// <summary>Subject to Belgian VAT: an e-invoice is required by law since 2026.</summary>
    public bool IsVatRegistered { get; set; }

    public string Street { get; set; } = "";

    public string Zip { get; set; } = "";

    public string City { get; set; } = "";

    public string Country { get; set; } = "BE";

    public string Language { get; set; } = "fr";

    public string? Phone { get; set; }

    /// <summary>The favourite address; for invoices and reminders unless those have their own.</summary>
    public string? Email { get; set; }

    public string? InvoiceEmail { get; set; }

    public string? InvoiceCc { get; set; }

    public string? InvoiceBcc { get; set; }

    public string? ReminderEmail { get; set; }

    public int? DueDays { get; set; }

    public string? PoNumber { get; set; }

    public bool GetsReminders { get; set; } = true;

    public PaymentMethod PaymentMethod { get; private set; }

    /// <summary>A clerk chose the method by hand: mandates no longer change it.</summary>
    public bool MethodIsByHand { get; private set; }

    public DateTimeOffset CreatedAt { get; init; }

    public int Version { get; set; }

    public string? AddressForInvoices => InvoiceEmail ?? Email;

    public string? AddressForReminders => ReminderEmail ?? InvoiceEmail ?? Email;

    public string CustomerNumber => Number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public bool NeedsEInvoice => Country == "BE" && IsVatRegistered && Kind is not RelationKind.Person;

    /// <summary>Follows the mandates: direct debit while at least one is collectable. A clerk's choice stays.</summary>
    /// <returns>True when the method changed.</returns>
    public bool FollowMandates(bool anyCollectable)
    {
        var wanted = anyCollectable ? PaymentMethod.DirectDebit : PaymentMethod.Manual;
        if (MethodIsByHand || PaymentMethod == wanted) return false;
        PaymentMethod = wanted;
        Version++;
        return true;
    }

    public void ChooseMethod(PaymentMethod method)
    {
        (PaymentMethod, MethodIsByHand) = (method, true);
        Version++;
    }

    /// <summary>Gives the method back to the mandates.</summary>
    public void ReleaseMethod(bool anyCollectable)
    {
        MethodIsByHand = false;
        FollowMandates(anyCollectable);
    }
}

/// <summary>An account of a relation: typed by a clerk, or taken from a mandate.</summary>
public sealed class RelationAccount
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid OwnCompanyId { get; init; }

    public Guid RelationId { get; init; }

    public Iban Iban { get; init; }

    public Bic? Bic { get; set; }

    /// <summary>The mandate it comes from.</summary>
    public string? MandateReference { get; set; }

    public bool IsDefault { get; set; }

    public DateTimeOffset AddedAt { get; init; }
}
