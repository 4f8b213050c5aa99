namespace Domi.Twikey;

/// <summary>The token of one set of credentials. However many calls need one, one log-in runs at a time and all share its outcome.</summary>
internal sealed class Session(TimeProvider clock)
{
    /// <summary>A token lives 24 hours; this leaves one for long calls and clocks.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(23);

    private readonly Lock gate = new();
    private Granted? current;
    private DateTimeOffset grantedAt;
    private Task<Granted>? running;
    private TwikeyException? refused;
    private DateTimeOffset notBefore;

    public sealed record Granted(string Token, Login Login);

    /// <summary>The token to use now; logs in when there is none, or an old one.</summary>
    public Task<Granted> GetAsync(Func<Task<Granted>> login, CancellationToken ct)
    {
        lock (gate)
        {
            if (current is not null && clock.GetUtcNow() - grantedAt < Lifetime) return Task.FromResult(current);
        }

        return RenewAsync(login, ct);
    }

    /// <summary>Logs in, or joins a log-in that runs.</summary>
    public Task<Granted> RenewAsync(Func<Task<Granted>> login, CancellationToken ct)
    {
        lock (gate)
        {
            // The service throttles log-ins for up to twenty minutes, and each further try prolongs it.
            var wait = notBefore - clock.GetUtcNow();
            if (refused is not null && wait > TimeSpan.Zero)
            {
                throw new TwikeyException(TwikeyFault.RateLimited, refused.Message, refused)
                {
                    Code = refused.Code,
                    Extra = refused.Extra,
                    Status = refused.Status,
                    RetryAfter = wait,
                };
            }

            // A caller that gives up does not take the others' log-in with it.
            running ??= Task.Run(() => RunAsync(login), CancellationToken.None);
            return running.WaitAsync(ct);
        }
    }

    /// <summary>The service no longer takes this token. A newer one stays.</summary>
    public void Drop(Granted used)
    {
        lock (gate)
        {
            if (ReferenceEquals(current, used)) current = null;
        }
    }

    public void Forget()
    {
        lock (gate)
        {
            (current, refused) = (null, null);
        }
    }

    private async Task<Granted> RunAsync(Func<Task<Granted>> login)
    {
        try
        {
            var granted = await login();
            lock (gate)
            {
                (current, grantedAt, refused, running) = (granted, clock.GetUtcNow(), null, null);
            }

            return granted;
        }
        catch (Exception e)
        {
            lock (gate)
            {
                running = null;
                if (e is TwikeyException { Fault: TwikeyFault.RateLimited, RetryAfter: { } wait } limited)
                    (refused, notBefore) = (limited, clock.GetUtcNow() + wait);
            }

            throw;
        }
    }
}
