namespace Domi.Engine.Customers;

/// <summary>The debtor as the creditor knows him. Found by customer number, else by e-mail; blanks never overwrite.</summary>
public sealed class Customer
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    public string? CustomerNumber { get; set; }

    public string? Email
    {
        get;
        set
        {
            field = value;
            EmailKey = KeyOf(value);
            EmailIsGiven = false;
        }
    }

    /// <summary>Whoever held a link gave the address on a page; the creditor has not said it. It gets what is about that link, not the customer's other invoices.</summary>
    public bool EmailIsGiven { get; private set; }

    /// <summary>The address as it is compared: nobody knows which letters of his own are capitals.</summary>
    public string? EmailKey { get; private set; }

    public string? FirstName { get; set; }

    public string? LastName { get; set; }

    public string? CompanyName { get; set; }

    public string? EnterpriseNumber { get; set; }

    public string? Street { get; set; }

    public string? Zip { get; set; }

    public string? City { get; set; }

    public string? Country { get; set; }

    public string? Language { get; set; }

    public string? Mobile { get; set; }

    /// <summary>Company, else first and last name, else what identifies him.</summary>
    public string DisplayName =>
        CompanyName ?? (FirstName is null && LastName is null ? Email ?? CustomerNumber ?? "" : $"{FirstName} {LastName}".Trim());

    /// <summary>Takes an address that was given on a page.</summary>
    public void TakeEmail(string email)
    {
        Email = email;
        EmailIsGiven = true;
    }

    public static string? KeyOf(string? email) => email?.ToLowerInvariant();

    public bool IsCompany => CompanyName is not null;
}
