using Domi.Platform;

namespace Domi.Engine.Users;

/// <summary>What a person may do, each more than the one before.</summary>
/// <remarks>
/// A viewer only looks. A user acts on agreements, transactions, links and subscriptions. An administrator also on invoices and refunds, and
/// keeps the settings. A controller alone makes other controllers.
/// </remarks>
public enum ConsoleRole { Viewer, User, Administrator, Controller }

/// <summary>A person of one creditor who signs in to the console.</summary>
public sealed class ConsoleUser
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    /// <summary>Lower case; unique in the engine, as who signs in names no creditor.</summary>
    public required string Email { get; init; }

    public required string Name { get; set; }

    public ConsoleRole Role { get; set; }

    public string Language { get; set; } = "en";

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

    public int Version { get; private set; }

    /// <exception cref="RefusedException"><c>password_short</c>: fewer than ten characters, or more than 200.</exception>
    public void SetPassword(string password)
    {
        PasswordHash = Passwords.Hash(password);
        Renew();
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
        Version++;
        if (++FailedSignIns < 5) return;
        (FailedSignIns, LockedUntil) = (0, now.AddMinutes(15));
    }

    public void SignedIn()
    {
        Version++;
        (FailedSignIns, LockedUntil) = (0, null);
    }

    public bool TryTotpStep(long step)
    {
        if (step <= TotpLastStep) return false;
        TotpLastStep = step;
        Version++;
        return true;
    }

    public void TurnOnTotp(string secretSealed)
    {
        (TotpSealed, TotpLastStep) = (secretSealed, 0);
        Renew();
    }

    public void TurnOffTotp()
    {
        TotpSealed = null;
        Renew();
    }

    private void Renew()
    {
        SessionStamp = Secrets.NewToken();
        Version++;
    }
}

/// <summary>What a person did in the console. Rows are only ever added.</summary>
public sealed class ConsoleAct
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    public Guid? UserId { get; init; }

    /// <summary>As the person was called then.</summary>
    public required string Name { get; init; }

    /// <summary>What was done: <c>agreement.cancel</c>, <c>invoice.paid</c>.</summary>
    public required string Act { get; init; }

    /// <summary>What it was done to, as people call it.</summary>
    public string Subject { get; init; } = "";

    public DateTimeOffset At { get; init; }
}
