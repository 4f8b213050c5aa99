using System.Diagnostics.CodeAnalysis;
using Domi.Engine.Customers;
using Domi.Engine.DirectDebits;
using Domi.Engine.Invoices;
using Domi.Engine.Mandates;
using Domi.Engine.PayLinks;
using Domi.Engine.Statements;
using Domi.Engine.Subscriptions;
using Domi.Engine.Transfers;
using Domi.Standards;

namespace Domi.Engine.Pages.Console;

/// <summary>Searching without regard to letter case, on both databases. All of them look among one creditor's rows, which the caller chose.</summary>
[SuppressMessage("Globalization", "CA1304", Justification = "The database lowers the letters; it knows no culture of ours.")]
[SuppressMessage("Globalization", "CA1311", Justification = "The database lowers the letters; it knows no culture of ours.")]
[SuppressMessage("Performance", "CA1862", Justification = "A comparison cannot be translated to SQL.")]
internal static class Finding
{
    public static IQueryable<Customer> Found(this IQueryable<Customer> customers, string? typed)
    {
        if (typed is null) return customers;
        var text = typed.ToLowerInvariant();
        return customers.Where(c => c.CustomerNumber!.ToLower().Contains(text) || c.EmailKey!.Contains(text) || c.CompanyName!.ToLower().Contains(text) || c.LastName!.ToLower().Contains(text) || c.FirstName!.ToLower().Contains(text));
    }

    public static IQueryable<Mandate> Found(this IQueryable<Mandate> mandates, IQueryable<Customer> customers, string? typed)
    {
        if (typed is null) return mandates;
        if (Iban.TryParse(typed, out var iban)) return mandates.Where(m => m.DebtorAccount == iban);
        var text = typed.ToLowerInvariant();
        var owners = customers.Found(typed).Select(c => c.Id);
        return mandates.Where(m => m.Reference.ToLower().Contains(text) || m.DebtorName!.ToLower().Contains(text) || m.ContractReference!.ToLower().Contains(text) || owners.Contains(m.CustomerId));
    }

    public static IQueryable<Invoice> Found(this IQueryable<Invoice> invoices, IQueryable<Customer> customers, string? typed)
    {
        if (typed is null) return invoices;
        var text = typed.ToLowerInvariant();
        var owners = customers.Found(typed).Select(c => c.Id);
        return invoices.Where(i => i.Number.ToLower().Contains(text) || i.Remittance.Contains(text) || owners.Contains(i.CustomerId));
    }

    public static IQueryable<DirectDebit> Found(this IQueryable<DirectDebit> debits, IQueryable<Mandate> mandates, IQueryable<Customer> customers, string? typed)
    {
        if (typed is null) return debits;
        var text = typed.ToLowerInvariant();
        var agreements = mandates.Found(customers, typed).Select(m => m.Id);
        return debits.Where(d => d.Message.ToLower().Contains(text) || d.Ref!.ToLower().Contains(text) || agreements.Contains(d.MandateId));
    }

    public static IQueryable<PayLink> Found(this IQueryable<PayLink> links, IQueryable<Customer> customers, string? typed)
    {
        if (typed is null) return links;
        var text = typed.ToLowerInvariant();
        var owners = customers.Found(typed).Select(c => (Guid?)c.Id);
        return links.Where(l => l.Title.ToLower().Contains(text) || l.Ref!.ToLower().Contains(text) || owners.Contains(l.CustomerId));
    }

    public static IQueryable<Subscription> Found(this IQueryable<Subscription> subscriptions, IQueryable<Mandate> mandates, IQueryable<Customer> customers, string? typed)
    {
        if (typed is null) return subscriptions;
        var text = typed.ToLowerInvariant();
        var agreements = mandates.Found(customers, typed).Select(m => m.Id);
        return subscriptions.Where(s => s.Reference.ToLower().Contains(text) || s.Message.ToLower().Contains(text) || agreements.Contains(s.MandateId));
    }

    public static IQueryable<StatementItem> Found(this IQueryable<StatementItem> items, string? typed)
    {
        if (typed is null) return items;
        if (Iban.TryParse(typed, out var iban)) return items.Where(i => i.CounterpartyAccount == iban);
        var text = typed.ToLowerInvariant();
        return items.Where(i => i.Name.ToLower().Contains(text) || i.Message.ToLower().Contains(text));
    }

    public static IQueryable<CreditTransfer> Found(this IQueryable<CreditTransfer> transfers, string? typed)
    {
        if (typed is null) return transfers;
        if (Iban.TryParse(typed, out var iban)) return transfers.Where(t => t.Account == iban);
        var text = typed.ToLowerInvariant();
        return transfers.Where(t => t.Name.ToLower().Contains(text) || t.Message.ToLower().Contains(text) || t.Ref!.ToLower().Contains(text));
    }
}
