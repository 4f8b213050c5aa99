using System.Globalization;
using Domi.BackOffice.Invoices;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Domi.BackOffice.Pages;

/// <summary>An amount of a form; what is wrong with it stands at its field.</summary>
internal static class AmountLine
{
    public static decimal? Read(ModelStateDictionary state, string field, string? text, Texts t)
    {
        if (AmountText.TryRead(text, out var amount, out var problem)) return amount;
        state.AddModelError(field, AmountBinder.Explain(problem, 2, t));
        return null;
    }

    public static string Write(decimal amount) => AmountText.ToField(amount);
}

/// <summary>A day of a form, as <c>&lt;input type="date"&gt;</c> sends it, or as people type it where a browser has none.</summary>
internal static class DayLine
{
    private static readonly string[] Forms = ["yyyy-MM-dd", "dd/MM/yyyy", "d/M/yyyy", "dd.MM.yyyy", "d.M.yyyy", "dd-MM-yyyy", "d-M-yyyy"];

    public static DateOnly? Read(ModelStateDictionary state, string field, string? text, Texts t, bool required)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            if (required) state.AddModelError(field, t["form.required"]);
            return null;
        }

        if (DateOnly.TryParseExact(text.Trim(), Forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 1990 and <= 2100) return day;
        state.AddModelError(field, t["invoices.form.day"]);
        return null;
    }

    public static string? Write(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <summary>A whole number of a form.</summary>
internal static class WholeLine
{
    public static int? Read(ModelStateDictionary state, string field, string? text, Texts t)
    {
        if (int.TryParse(text?.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return number;
        state.AddModelError(field, t["form.number"]);
        return null;
    }

    public static string Write(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The lines of a proposal as they are typed: quantities with three decimals, prices with four.</summary>
internal static class LineText
{
    /// <summary>What is wrong with a field of a line.</summary>
    public readonly record struct Problem(AmountProblem Amount, int Decimals, bool LacksDescription)
    {
        public string In(Texts t) => LacksDescription ? t["form.required"] : AmountBinder.Explain(Amount, Decimals, t);
    }

    public static (IReadOnlyList<ProposalLine> Lines, IReadOnlyList<(string Field, Problem Problem)> Problems) Read(IReadOnlyList<Proposals.EditModel.Line> typed)
    {
        var (lines, problems) = (new List<ProposalLine>(), new List<(string, Problem)>());
        for (var i = 0; i < typed.Count; i++)
        {
            var line = typed[i];
            if (line.IsBlank) continue;

            var description = line.Description?.Trim() ?? "";
            if (description.Length == 0) problems.Add(($"Lines[{i}].Description", new(default, 0, true)));
            var quantity = One(line.Quantity, 3, $"Lines[{i}].Quantity");
            var price = One(line.UnitPrice, 4, $"Lines[{i}].UnitPrice");
            var rate = One(line.VatRate, 2, $"Lines[{i}].VatRate");
            if (quantity is { } q && price is { } p && rate is { } r) lines.Add(new(description, q, p, r, string.IsNullOrWhiteSpace(line.Code) ? null : line.Code.Trim()));
        }

        return (lines, problems);

        decimal? One(string? text, int decimals, string field)
        {
            if (AmountText.TryRead(text, out var number, out var problem, decimals)) return number;
            problems.Add((field, new(problem, decimals, false)));
            return null;
        }
    }

    public static decimal? ReadOne(ModelStateDictionary state, string field, string? text, Texts t)
    {
        if (AmountText.TryRead(text, out var number, out var problem)) return number;
        state.AddModelError(field, AmountBinder.Explain(problem, 2, t));
        return null;
    }

    /// <summary>A number that reads the same again: three decimals are written as four, as <c>1,125</c> would be asked about.</summary>
    public static string Write(decimal number)
    {
        var text = number.ToString("0.00##", CultureInfo.InvariantCulture);
        if (text.EndsWith(".00", StringComparison.Ordinal)) text = number.ToString("0", CultureInfo.InvariantCulture);
        else if (text[(text.IndexOf('.', StringComparison.Ordinal) + 1)..].Length == 3) text += "0";
        return text.Replace(".", CultureInfo.CurrentCulture.NumberFormat.NumberDecimalSeparator, StringComparison.Ordinal);
    }

    /// <summary>A price has its cents always.</summary>
    public static string WritePrice(decimal price) => Write(price) is var text && text.Contains(CultureInfo.CurrentCulture.NumberFormat.NumberDecimalSeparator, StringComparison.Ordinal) ? text : AmountText.ToField(price);
}
