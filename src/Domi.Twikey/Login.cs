namespace Domi.Twikey;

/// <summary>What a log-in tells.</summary>
/// <param name="MerchantId">The merchant's number, where the service gives it.</param>
/// <param name="ServerTime">The service's clock, to the second.</param>
public sealed record Login(string? MerchantId, DateTimeOffset? ServerTime);

/// <summary>A profile ("template") under which mandates are signed and invoices booked.</summary>
/// <param name="Id">The <c>ct</c> of other calls.</param>
/// <param name="Type"><c>CORE</c>, <c>B2B</c>, <c>CREDITCARD</c> and others; an open list.</param>
public sealed record Profile(long Id, string Name, bool Active, string? Type);
