using System.Globalization;
using System.Text;

namespace Domi.Standards;

/// <summary>What a banking app reads from the square on an invoice: a SEPA credit transfer ready to sign.</summary>
/// <remarks>
/// Draw it in UTF-8 without byte order mark, error correction M, at most version 13. Source: EPC069-12, Quick Response
/// Code: guidelines to enable data capture for the initiation of a SEPA credit transfer.
/// </remarks>
public static class EpcQr
{
    /// <summary>The most bytes the text may have in UTF-8.</summary>
    public const int MaxBytes = 331;

    private const decimal MaxAmount = 999_999_999.99m;

    /// <summary>The text of the code: lines ended by LF, empty ones kept in between, none after the last used.</summary>
    /// <param name="name">Who is paid; 1 to 70 characters.</param>
    /// <param name="account">Where to; not <c>default</c>.</param>
    /// <param name="bic">Optional inside the European Economic Area.</param>
    /// <param name="amount">Euro, 0.01 to 999999999.99, at most two decimals.</param>
    /// <param name="creditorReference">ISO 11649 (RF…); not together with <paramref name="remittance"/>.</param>
    /// <param name="remittance">At most 140 characters; a Belgian communication goes here in its printed form.</param>
    /// <param name="info">A word to the payer, not sent with the payment; at most 70 characters.</param>
    /// <exception cref="ArgumentException">
    /// A part is missing, too long, of more than one line or out of range, both references are given, or the whole has
    /// more than 331 bytes.
    /// </exception>
    /// <exception cref="FormatException">The creditor reference is not one of ISO 11649.</exception>
    public static string Payload(
        string name, Iban account, Bic? bic, decimal amount, string? creditorReference, string? remittance, string? info)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (account.IsEmpty) throw new ArgumentException("An account is needed.", nameof(account));
        if (amount is < 0.01m or > MaxAmount || decimal.Round(amount, 2) != amount)
            throw new ArgumentOutOfRangeException(nameof(amount), amount, "0.01 to 999999999.99 euro, in whole cents.");
        if (!string.IsNullOrWhiteSpace(creditorReference) && !string.IsNullOrWhiteSpace(remittance))
            throw new ArgumentException("Give a creditor reference or a remittance text, not both.", nameof(remittance));

        string[] lines =
        [
            "BCD",
            "002", // the version in which the BIC may be left out
            "1", // UTF-8
            "SCT",
            bic?.Value ?? "",
            Line(name, 70, nameof(name)),
            account.Value,
            "EUR" + amount.ToString("0.00", CultureInfo.InvariantCulture),
            "", // purpose: no bank asks for one
            string.IsNullOrWhiteSpace(creditorReference) ? "" : CreditorReference.Parse(creditorReference).Value,
            Line(remittance, 140, nameof(remittance)),
            Line(info, 70, nameof(info)),
        ];
        var payload = string.Join('\n', lines).TrimEnd('\n');

        var size = Encoding.UTF8.GetByteCount(payload);
        return size <= MaxBytes
            ? payload
            : throw new ArgumentException($"The code would hold {size} bytes, {MaxBytes} is the most. Shorten the texts.");
    }

    private static string Line(string? text, int maxLength, string parameter)
    {
        var line = text?.Trim() ?? "";
        if (line.Length > maxLength) throw new ArgumentException($"At most {maxLength} characters.", parameter);
        if (line.Any(char.IsControl)) throw new ArgumentException("One line, without control characters.", parameter);
        return line;
    }
}
