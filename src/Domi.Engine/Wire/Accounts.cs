using Domi.Platform;
using Domi.Standards;

namespace Domi.Engine.Wire;

/// <summary>Accounts and banks as calls give them.</summary>
internal static class Accounts
{
    /// <exception cref="RefusedException"><c>err_invalid_iban</c>.</exception>
    public static Iban IbanOf(string text, string field = "iban") =>
        Iban.TryParse(text, out var iban) ? iban : throw new RefusedException("err_invalid_iban", "The IBAN does not hold.") { Field = field };

    /// <exception cref="RefusedException"><c>err_invalid_bic</c>.</exception>
    public static Bic? BicOf(string? text, string field = "bic") => text is null
        ? null
        : Bic.TryParse(text, out var bic) ? bic : throw new RefusedException("err_invalid_bic", $"Not a BIC: {text}", ("bic", text)) { Field = field };
}
