using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Domi.BackOffice.Companies;
using Domi.BackOffice.Invoices;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Statements;

/// <summary>Finds numbers of invoices in what a debtor typed: as the company's series write them, with other separators, or none.</summary>
internal sealed class InvoiceNumbers
{
    // A text of many figures is no place to look for one.
    private const int Most = 8;

    private readonly IReadOnlyList<(string Format, Regex Pattern)> series;

    private InvoiceNumbers(IEnumerable<string> formats) =>
        series = [.. formats.Distinct().Select(format => (format, new Regex(PatternOf(format), RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)))];

    public static async Task<InvoiceNumbers> OfAsync(OfficeDb db, Guid companyId, CancellationToken ct)
    {
        var company = await db.Companies.AsNoTracking().SingleAsync(c => c.Id == companyId, ct);
        var used = await db.NumberSeries.Where(s => s.OwnCompanyId == companyId && s.Kind == InvoiceKind.Invoice).Select(s => s.Format).Distinct().ToListAsync(ct);
        return new([company.InvoiceNumberFormat, .. used]);
    }

    /// <summary>What may be numbers of ours, as they are written on invoices.</summary>
    public IReadOnlyList<string> In(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return [];
        var found = new List<string>();
        foreach (var (format, pattern) in series)
        {
            foreach (Match match in pattern.Matches(text[..Math.Min(text.Length, 500)]))
            {
                if (found.Count == Most) return found;
                if (Written(format, match) is { } number && !found.Contains(number)) found.Add(number);
            }
        }

        return found;
    }

    private static string? Written(string format, Match match) =>
        !long.TryParse(match.Groups["n"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? null
            : format.Replace("{year}", match.Groups["y"].Value, StringComparison.Ordinal)
                .Replace("{number:0000}", number.ToString("0000", CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("{number}", number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private static string PatternOf(string format)
    {
        var pattern = new StringBuilder(@"(?:^|[^A-Za-z0-9])");
        for (var at = 0; at < format.Length;)
        {
            if (Takes("{year}")) pattern.Append(@"(?<y>\d{4})");
            else if (Takes("{number:0000}") || Takes("{number}")) pattern.Append(@"(?<n>\d{1,9})");
            else if (char.IsAsciiLetterOrDigit(format[at])) pattern.Append(format[at++]);
            else
            {
                at++;
                pattern.Append(@"[^A-Za-z0-9]{0,2}");
            }

            bool Takes(string token)
            {
                if (string.CompareOrdinal(format, at, token, 0, token.Length) != 0) return false;
                at += token.Length;
                return true;
            }
        }

        return pattern.Append(@"(?:[^A-Za-z0-9]|$)").ToString();
    }
}
