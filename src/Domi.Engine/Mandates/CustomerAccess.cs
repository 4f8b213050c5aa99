using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Domi.Engine.Mandates;

/// <summary>
/// The keys of a debtor's own pages: sealed, with an end. Who has one sees the mandates, or the invoices, of one customer of one creditor; only
/// the mandate itself where its signer gave an address that is not the customer's.
/// That of a call holds two minutes, that of a mail a week, of one with the list of invoices a day; opened, it becomes one of half an hour.
/// </summary>
internal sealed class CustomerAccess(IDataProtectionProvider protection)
{
    private static readonly TimeSpan Entry = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Mailed = TimeSpan.FromDays(7);
    private static readonly TimeSpan MailedList = TimeSpan.FromDays(1);
    private static readonly TimeSpan Visit = TimeSpan.FromMinutes(30);

    private readonly IDataProtector protector = protection.CreateProtector("domi.pages.my.v1");

    public string LinkOf(Guid mandateId, DateTimeOffset now) => Of(mandateId, "entry", now + Entry);

    public string LongLinkOf(Guid mandateId, DateTimeOffset now) => Of(mandateId, "entry", now + Mailed);

    public string VisitOf(Guid mandateId, DateTimeOffset now) => Of(mandateId, "visit", now + Visit);

    public string ListLinkOf(Guid customerId, DateTimeOffset now) => Of(customerId, "list-entry", now + MailedList);

    public string ListVisitOf(Guid customerId, DateTimeOffset now) => Of(customerId, "list", now + Visit);

    /// <summary>Null when it is none of ours, or its time is over.</summary>
    public (Guid MandateId, bool IsEntry)? Read(string token, DateTimeOffset now) =>
        Opened(token, now) is { Kind: "entry" or "visit" } key ? (key.Id, key.Kind == "entry") : null;

    /// <summary>The same for the list of a customer's invoices.</summary>
    public (Guid CustomerId, bool IsEntry)? ReadList(string token, DateTimeOffset now) =>
        Opened(token, now) is { Kind: "list-entry" or "list" } key ? (key.Id, key.Kind == "list-entry") : null;

    private (Guid Id, string Kind)? Opened(string token, DateTimeOffset now)
    {
        if (token.Length > 1_000) return null;

        try
        {
            return protector.Unprotect(token).Split('|') is [var id, var kind, var until] && new DateTimeOffset(long.Parse(until, CultureInfo.InvariantCulture), TimeSpan.Zero) > now
                ? (Guid.Parse(id), kind)
                : null;
        }
        catch (CryptographicException)
        {
            return null; // typed by hand, or cut off on the way
        }
    }

    private string Of(Guid id, string kind, DateTimeOffset until) => protector.Protect($"{id:n}|{kind}|{until.UtcTicks.ToString(CultureInfo.InvariantCulture)}");
}
