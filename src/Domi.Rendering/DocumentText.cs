using System.Globalization;

namespace Domi.Rendering;

/// <summary>Writes values as a Belgian reader of each language expects them on paper.</summary>
/// <remarks>
/// The four formats are spelled out here and not taken from the machine's cultures, so that the same invoice
/// looks the same on every server.
/// </remarks>
public static class DocumentText
{
    private const char NarrowNoBreakSpace = '\u202F';
    private const char NoBreakSpace = '\u00A0';

    /// <summary>
    /// An amount with two decimals: <c>1 410,70 €</c> (fr, with a narrow no-break space), <c>€ 1.410,70</c> (nl),
    /// <c>€1,410.70</c> (en), <c>1.410,70 €</c> (de). Other currencies than euro, dollar and pound keep their code.
    /// </summary>
    /// <param name="currency">ISO 4217 code.</param>
    public static string Amount(decimal amount, string currency, DocumentLanguage language)
    {
        var symbol = currency switch { "EUR" => "€", "USD" => "$", "GBP" => "£", _ => currency };
        var sign = amount < 0 && decimal.Round(amount, 2, MidpointRounding.AwayFromZero) != 0 ? "-" : "";
        var number = Number(decimal.Round(Math.Abs(amount), 2, MidpointRounding.AwayFromZero), "#,##0.00", language);
        return language switch
        {
            DocumentLanguage.French or DocumentLanguage.German => $"{sign}{number}{NoBreakSpace}{symbol}",
            DocumentLanguage.Dutch => $"{symbol}{NoBreakSpace}{sign}{number}",
            _ when symbol.Length > 1 => $"{sign}{symbol}{NoBreakSpace}{number}",
            _ => $"{sign}{symbol}{number}",
        };
    }

    /// <summary>A day in figures: <c>dd/MM/yyyy</c>, in German <c>dd.MM.yyyy</c>.</summary>
    public static string Date(DateOnly day, DocumentLanguage language) =>
        day.ToString(language is DocumentLanguage.German ? "dd'.'MM'.'yyyy" : "dd'/'MM'/'yyyy", CultureInfo.InvariantCulture);

    /// <summary>A number without trailing zeros, with up to six decimals: <c>12</c>, <c>1,5</c>.</summary>
    public static string Quantity(decimal quantity, DocumentLanguage language) => Number(quantity, "#,##0.######", language);

    /// <summary>A rate given in percent: 21 is written <c>21 %</c> (in English <c>21%</c>).</summary>
    public static string Percent(decimal percent, DocumentLanguage language) =>
        Number(percent, "0.######", language) + (language is DocumentLanguage.English ? "%" : NoBreakSpace + "%");

    private static string Number(decimal value, string format, DocumentLanguage language) =>
        value.ToString(format, Formats[(int)language]);

    private static readonly NumberFormatInfo[] Formats =
    [
        new() { NumberDecimalSeparator = ",", NumberGroupSeparator = NarrowNoBreakSpace.ToString() },
        new() { NumberDecimalSeparator = ",", NumberGroupSeparator = "." },
        new() { NumberDecimalSeparator = ".", NumberGroupSeparator = "," },
        new() { NumberDecimalSeparator = ",", NumberGroupSeparator = "." },
    ];
}
