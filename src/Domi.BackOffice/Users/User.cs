using Domi.Platform;

namespace Domi.BackOffice.Users;

public enum Role { Administrator, Clerk }

/// <summary>A person who signs in.</summary>
public sealed class User
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>Lower case.</summary>
    public required string Email { get; init; }

    public required string Name { get; set; }

    public Role Role { get; set; }

    public string Language { get; set; } = "fr";

    public string PasswordHash { get; private set; } = "";

    /// <summary>Sealed secret of the second factor, once it is on.</summary>
    public string? TotpSealed { get; private set; }

    /// <summary>The last time step that was used: a code counts once.</summary>
    public long TotpLastStep { get; private set; }

    public int FailedSignIns { get; private set; }

    public DateTimeOffset? LockedUntil { get; private set; }

    /// <summary>Changes with password and second factor: sessions of before end.</summary>
    public string SessionStamp { get; private set; } = Secrets.NewToken();

    public bool IsActive { get; set; } = true;

    public DateTimeOffset CreatedAt { get; init; }

    /// <exception cref="RefusedException"><c>password_short</c>: fewer than ten characters, or more than 200.</exception>
    public void SetPassword(string password)
    {
        PasswordHash = Passwords.Hash(password);
        SessionStamp = Secrets.NewToken();
    }

    /// <summary>Five wrong passwords lock the account for a quarter of an hour.</summary>
    public bool TryPassword(string password, DateTimeOffset now)
    {
        if (!IsActive || LockedUntil > now) return false;
        if (Passwords.Holds(PasswordHash, password)) return true;
        Missed(now);
        return false;
    }

    public void Missed(DateTimeOffset now)
    {
        if (++FailedSignIns < 5) return;
        (FailedSignIns, LockedUntil) = (0, now.AddMinutes(15));
    }

    public void SignedIn() => (FailedSignIns, LockedUntil) = (0, null);

    public bool TryTotpStep(long step)
    {
        if (step <= TotpLastStep) return false;
        TotpLastStep = step;
        return true;
    }

    public void TurnOnTotp(string secretSealed)
    {
        (TotpSealed, TotpLastStep) = (secretSealed, 0);
        SessionStamp = Secrets.NewToken();
    }

    public void TurnOffTotp()
    {
        TotpSealed = null;
        SessionStamp = Secrets.NewToken();
    }
}

/// <summary>Which own companies a clerk may see. An administrator sees all.</summary>
public sealed class UserCompany
{
    public Guid UserId { get; init; }

    public Guid OwnCompanyId { get; init; }
}

/// <summary>A key of the office's API: it acts for one own company.</summary>
public sealed class OfficeKey
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid OwnCompanyId { get; init; }

    public required string Name { get; init; }

    public required string KeyHash { get; init; }

    /// <summary>The first characters, to tell keys apart.</summary>
    public required string Hint { get; init; }

    /// <summary>Settings and connections too, not only documents.</summary>
    public bool MayAdminister { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }
}
