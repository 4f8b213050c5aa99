using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Domi.Engine.Pages;

/// <summary>What a form was drawn from: the version of its object, when, and in which language.</summary>
internal sealed record ShownStep(long Version, DateTimeOffset ShownAt, string Language)
{
    /// <summary>Of the text to be signed; none where nothing is.</summary>
    public string TextHash { get; init; } = "";
}

/// <summary>
/// The value each form carries: it says which state the reader saw, so that a second post of the same form changes nothing, and a
/// signature is only taken of the text that was shown. No other site can make one.
/// </summary>
internal sealed class StepNonces(IDataProtectionProvider protection)
{
    private readonly IDataProtector protector = protection.CreateProtector("domi.pages.step.v1");

    public string Of(Guid about, string step, ShownStep shown) => protector.Protect(string.Join('|',
        about.ToString("n"), step, shown.Version.ToString(CultureInfo.InvariantCulture),
        shown.ShownAt.UtcTicks.ToString(CultureInfo.InvariantCulture), shown.Language, shown.TextHash));

    /// <summary>Null when the form is none of ours, or of another object or step.</summary>
    public ShownStep? Read(string? nonce, Guid about, string step)
    {
        if (nonce is not { Length: > 0 and < 2_000 }) return null;

        string text;
        try
        {
            text = protector.Unprotect(nonce);
        }
        catch (CryptographicException)
        {
            return null; // typed by hand, or cut off on the way
        }

        return text.Split('|') is [var id, var named, var version, var ticks, var language, var hash] && id == about.ToString("n") && named == step
            ? new(long.Parse(version, CultureInfo.InvariantCulture), new(long.Parse(ticks, CultureInfo.InvariantCulture), TimeSpan.Zero), language) { TextHash = hash }
            : null;
    }
}
