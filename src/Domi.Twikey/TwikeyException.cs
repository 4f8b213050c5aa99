using System.Net;

namespace Domi.Twikey;

/// <summary>Why a call did not succeed, by what a caller can do about it.</summary>
public enum TwikeyFault
{
    /// <summary>No answer: no connection, or none in time. Whether a call that changes something was carried out is not known.</summary>
    Unreachable,

    /// <summary>Something answered that is not the Twikey API: a web page, a redirect, a proxy. Usually a wrong address.</summary>
    NotTwikey,

    /// <summary>The API key is not accepted (any more).</summary>
    KeyRefused,

    /// <summary>Log-in with a one-time password was refused: private key, prefix or API key is wrong, or the private key is missing.</summary>
    PrivateKeyWrong,

    /// <summary>Log-in with a one-time password was refused, and the clocks differ more than such a password allows.</summary>
    ClockSkew,

    /// <summary>Too many calls; <see cref="TwikeyException.RetryAfter"/> says how long to wait, where known.</summary>
    RateLimited,

    /// <summary>Somebody else reads the same feed with the same key.</summary>
    InProgress,

    /// <summary>No such object, or not this merchant's.</summary>
    NotFound,

    /// <summary>The service understood and said no; <see cref="TwikeyException.Code"/> says why.</summary>
    Declined,

    /// <summary>The service, or a proxy before it, failed. Whether a call that changes something was carried out is not known.</summary>
    ServerError,

    /// <summary>
    /// The answer was cut off, too large, or lacks what it must have. A call that changes something was probably carried out.
    /// </summary>
    Unreadable,
}

/// <summary>A call to Twikey that did not succeed. Its text is fit for logs and support and holds no secret.</summary>
public sealed class TwikeyException(TwikeyFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public TwikeyFault Fault { get; } = fault;

    /// <summary>The service's own code, one of <see cref="ErrorCodes"/> or another; <c>null</c> when it gave none.</summary>
    public string? Code { get; init; }

    /// <summary>The offending parameter or id, where the service names one.</summary>
    public string? Extra { get; init; }

    /// <summary>HTTP status of the answer, where there was one.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>How long the service asks to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Stable code for screens, guides and support: <c>TWK-…</c>.</summary>
    public string SupportCode => Fault switch
    {
        TwikeyFault.Unreachable => "TWK-UNREACHABLE",
        TwikeyFault.NotTwikey => "TWK-NOT-TWIKEY",
        TwikeyFault.KeyRefused => "TWK-KEY-REFUSED",
        TwikeyFault.PrivateKeyWrong => "TWK-PRIVATE-KEY",
        TwikeyFault.ClockSkew => "TWK-CLOCK",
        TwikeyFault.RateLimited => "TWK-RATE",
        TwikeyFault.InProgress => "TWK-BUSY",
        TwikeyFault.NotFound or TwikeyFault.Declined => "TWK-DECLINED",
        TwikeyFault.ServerError => "TWK-SERVER",
        _ => "TWK-UNREADABLE",
    };
}
