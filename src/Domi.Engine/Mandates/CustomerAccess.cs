using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Domi.Engine.Mandates;

/// <summary>
/// The keys of a debtor's own page: sealed, with an end. Who has one sees the mandates of one customer of one creditor. That of a call holds
/// two minutes, that of a mail a week; opened, it becomes one of half an hour.
/// </summary>
internal sealed class CustomerAccess(IDataProtectionProvider protection)
{
    private static readonly TimeSpan Entry = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Mailed = TimeSpan.FromDays(7);
    private static readonly TimeSpan Visit = TimeSpan.FromMinutes(30);

    private readonly IDataProtector protector = protection.CreateProtector("domi.pages.my.v1");

    public string LinkOf(Guid mandateId, DateTimeOffset now) => Of(mandateId, "entry", now + Entry);

    public string LongLinkOf(Guid mandateId, DateTimeOffset now) => Of(mandateId, "entry", now + Mailed);

    public string VisitOf(Guid mandateId, DateTimeOffset now) => Of(mandateId, "visit", now + Visit);

    /// <summary>Null when it is none of ours, or its time is over.</summary>
    public (Guid MandateId, bool IsEntry)? Read(string token, DateTimeOffset now)
    {
        if (token.Length > 1_000) return null;

        try
        {
            return protector.Unprotect(token).Split('|') is [var id, var kind, var until] && new DateTimeOffset(long.Parse(until, CultureInfo.InvariantCulture), TimeSpan.Zero) > now
                ? (Guid.Parse(id), kind == "entry")
                : null;
        }
        catch (CryptographicException)
        {
            return null; // typed by hand, or cut off on the way
        }
    }

    private string Of(Guid mandateId, string kind, DateTimeOffset until) => protector.Protect($"{mandateId:n}|{kind}|{until.UtcTicks.ToString(CultureInfo.InvariantCulture)}");
}
