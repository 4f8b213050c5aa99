using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Domi.Platform;

/// <summary>How a person's password is kept: salted PBKDF2 with HMAC-SHA-512, of which each guess takes a tenth of a second.</summary>
public static class Passwords
{
    /// <summary>Written into each hash, so that it can grow. Fewer in tests, which sign in some hundred times.</summary>
    internal static int Rounds { get; set; } = 210_000; // OWASP Password Storage Cheat Sheet, PBKDF2-HMAC-SHA512

    /// <exception cref="RefusedException"><c>password_short</c>: fewer than ten characters, or more than 200.</exception>
    public static string Hash(string password) => password.Length is >= 10 and <= 200
        ? new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = Rounds })).HashPassword(Nobody, password)
        : throw new RefusedException("password_short", "A password has at least ten characters.") { Field = "Password" };

    public static bool Holds(string hash, string password) =>
        new PasswordHasher<object>().VerifyHashedPassword(Nobody, hash, password) is not PasswordVerificationResult.Failed;

    // The hash is of the password alone.
    private static readonly object Nobody = new();
}
