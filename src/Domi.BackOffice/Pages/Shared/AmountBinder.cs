using Domi.Platform;
using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice;

public enum AmountFault { None, Missing, Unreadable, Ambiguous, TooManyDecimals }

/// <summary>Why a text is no amount. Where it can be read in two ways, both readings.</summary>
public readonly record struct AmountProblem(AmountFault Fault, decimal Whole = 0, decimal Fraction = 0);

/// <summary>Reads amounts as people type them.</summary>
/// <remarks>
/// Comma or dot is the decimal sign, blanks and apostrophes group. One separator with one or two digits behind it is decimal; what can
/// be read in two ways (<c>1.234</c>) is refused with both. The culture is never asked: <c>12.50</c> would be 1250 in Dutch.
/// </remarks>
public static class AmountText
{
    /// <summary>Larger than any amount of an invoice; keeps a pasted number from overflowing.</summary>
    private const int MostDigits = 15;

    /// <param name="decimals">How many digits behind the decimal sign are possible: 2 for money, 3 or 4 for quantities and unit prices.</param>
    public static bool TryRead(string? text, out decimal amount, out AmountProblem problem, int decimals = 2)
    {
        (amount, problem) = (0, default);
        var typed = (text ?? "").Trim().Trim('€').Trim();
        if (typed.Length == 0) return Fails(AmountFault.Missing, out problem);

        var sign = 1;
        if (typed[0] is '-' or '\u2212' or '+') (sign, typed) = (typed[0] == '+' ? 1 : -1, typed[1..].Trim().TrimStart('€').Trim());
        var bare = typed.Select(c => char.IsWhiteSpace(c) || c is '\'' or '\u2019' or '\u02bc' ? ' ' : c).ToArray();
        var body = new string(bare);
        if (body.Length == 0 || body.Any(c => !char.IsAsciiDigit(c) && c is not (',' or '.' or ' '))) return Fails(AmountFault.Unreadable, out problem);

        var separators = body.Where(c => c is ',' or '.').Distinct().ToList();
        var last = body.LastIndexOfAny([',', '.']);
        var count = last < 0 ? 0 : body.Count(c => c == body[last]);
        string whole, fraction = "";
        if (separators.Count == 0) whole = body;
        else if (separators.Count == 2)
        {
            // 1.234,56: the last one is decimal, the other one groups.
            if (count != 1) return Fails(AmountFault.Unreadable, out problem);
            (whole, fraction) = (body[..last], body[(last + 1)..]);
            if (whole.Contains(' ', StringComparison.Ordinal)) return Fails(AmountFault.Unreadable, out problem);
            whole = whole.Replace(',', ' ').Replace('.', ' ');
        }
        else if (count > 1) whole = body.Contains(' ', StringComparison.Ordinal) ? "x" : body.Replace(body[last], ' '); // 1.234.567
        else
        {
            (whole, fraction) = (body[..last], body[(last + 1)..]);
            if (fraction.Length == 3 && whole.Length is > 0 and <= 3 && whole[0] != '0' && !whole.Contains(' ', StringComparison.Ordinal))
            {
                problem = new(AmountFault.Ambiguous, sign * Number(whole + fraction, ""), sign * Number(whole, fraction));
                return false;
            }

            if (fraction.Length == 0) return Fails(AmountFault.Unreadable, out problem);
        }

        if (!IsGrouped(whole) || fraction.Any(c => !char.IsAsciiDigit(c))) return Fails(AmountFault.Unreadable, out problem);
        if (fraction.TrimEnd('0').Length > decimals) return Fails(AmountFault.TooManyDecimals, out problem);
        whole = whole.Replace(" ", "", StringComparison.Ordinal);
        if (whole.Length + fraction.Length is 0 or > MostDigits) return Fails(AmountFault.Unreadable, out problem);
        amount = sign * Number(whole, fraction);
        return true;
    }

    /// <summary>As a person would type it: for a field that is shown again.</summary>
    public static string ToField(decimal amount, int decimals = 2)
    {
        var culture = CultureInfo.CurrentCulture.NumberFormat.NumberDecimalSeparator;
        return amount.ToString(decimals == 2 ? "0.00" : "0." + new string('#', decimals), CultureInfo.InvariantCulture).Replace(".", culture, StringComparison.Ordinal);
    }

    private static bool Fails(AmountFault fault, out AmountProblem problem)
    {
        problem = new(fault);
        return false;
    }

    // 1 234 567: groups of three behind the first one. An empty whole part is that of ",50".
    private static bool IsGrouped(string whole)
    {
        var groups = whole.Split(' ');
        return groups.All(g => g.All(char.IsAsciiDigit)) && (groups.Length == 1 || (groups[0].Length is >= 1 and <= 3 && groups.Skip(1).All(g => g.Length == 3)));
    }

    private static decimal Number(string whole, string fraction) =>
        decimal.Parse($"{(whole.Length == 0 ? "0" : whole)}.{(fraction.Length == 0 ? "0" : fraction)}", CultureInfo.InvariantCulture);
}

/// <summary>Binds a <c>decimal</c> of a form by <see cref="AmountText"/>; what is wrong stands at the field, in the reader's language.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class AmountAttribute : ModelBinderAttribute
{
    public AmountAttribute()
        : base(typeof(AmountBinder))
    {
    }

    /// <summary>Digits that are possible behind the decimal sign.</summary>
    public int Decimals { get; init; } = 2;
}

/// <summary>See <see cref="AmountAttribute"/>.</summary>
public sealed class AmountBinder : IModelBinder
{
    public Task BindModelAsync(ModelBindingContext bindingContext)
    {
        var value = bindingContext.ValueProvider.GetValue(bindingContext.ModelName);
        if (value == ValueProviderResult.None) return Task.CompletedTask;

        bindingContext.ModelState.SetModelValue(bindingContext.ModelName, value);
        var decimals = bindingContext.ModelMetadata is Microsoft.AspNetCore.Mvc.ModelBinding.Metadata.DefaultModelMetadata metadata
            ? metadata.Attributes.Attributes.OfType<AmountAttribute>().FirstOrDefault()?.Decimals ?? 2
            : 2;
        if (AmountText.TryRead(value.FirstValue, out var amount, out var problem, decimals))
        {
            bindingContext.Result = ModelBindingResult.Success(amount);
            return Task.CompletedTask;
        }

        if (problem.Fault is AmountFault.Missing && Nullable.GetUnderlyingType(bindingContext.ModelType) is not null)
        {
            bindingContext.Result = ModelBindingResult.Success(null);
            return Task.CompletedTask;
        }

        bindingContext.ModelState.TryAddModelError(bindingContext.ModelName, Explain(problem, decimals, bindingContext.HttpContext.RequestServices.GetRequiredService<Texts>()));
        return Task.CompletedTask;
    }

    public static string Explain(AmountProblem problem, int decimals, Texts texts) => problem.Fault switch
    {
        AmountFault.Missing => texts["form.required"],
        AmountFault.Ambiguous => texts["form.amount_ambiguous", ("whole", AmountText.ToField(problem.Whole)), ("fraction", Pages.LineText.Write(problem.Fraction))],
        AmountFault.TooManyDecimals => texts["form.amount_decimals", ("most", decimals)],
        _ => texts["form.amount_invalid"],
    };
}
