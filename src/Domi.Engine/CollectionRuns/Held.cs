using System.Globalization;
using Domi.Standards.BankFiles;

namespace Domi.Engine.CollectionRuns;

/// <summary>Why something open did not go to the bank when it was put together. The words are those of <c>console.held.…</c>.</summary>
/// <param name="Because">
/// <c>announced</c>, <c>announcing</c>, <c>no_address</c>, <c>mail_refused</c>, <c>mail_uncertain</c>; <c>too_much</c>, <c>too_far</c>, <c>too_late</c>, <c>ended</c>, <c>taken_back</c>, <c>bic</c>;
/// or the rule of the scheme that it breaks, as <see cref="PaymentRules"/> names it.
/// </param>
/// <param name="Detail">The day, or the amount, that it is about: invariant.</param>
public sealed record Held(string Because, string? Detail = null)
{
    public static Held Of(string because, DateOnly day) => new(because, day.ToString("O", CultureInfo.InvariantCulture));

    public static Held Of(string because, decimal amount) => new(because, amount.ToString("0.00", CultureInfo.InvariantCulture));

    /// <summary>For the log.</summary>
    public override string ToString() => Detail is null ? Because : $"{Because} {Detail}";
}
