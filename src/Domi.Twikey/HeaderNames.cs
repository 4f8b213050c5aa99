namespace Domi.Twikey;

/// <summary>HTTP headers of the Twikey API and its webhooks.</summary>
public static class HeaderNames
{
    /// <summary>The session token.</summary>
    public const string Authorization = "Authorization";

    /// <summary>The merchant's number, at log-in.</summary>
    public const string MerchantId = "X-MERCHANT-ID";

    /// <summary>The code of a refusal.</summary>
    public const string ApiError = "ApiError";

    /// <summary>The code of a refusal, again.</summary>
    public const string ApiErrorCode = "ApiErrorCode";

    /// <summary>Calls left in this minute.</summary>
    public const string RateLimitRemaining = "X-Rate-Limit-Remaining";

    /// <summary>Seconds to wait after a 429.</summary>
    public const string RateLimitRetryAfter = "X-Rate-Limit-Retry-After-Seconds";

    /// <summary>Position after which a feed is read; 0 for the beginning.</summary>
    public const string ResumeAfter = "X-RESUME-AFTER";

    /// <summary>Position of the last entry of a feed's answer.</summary>
    public const string Last = "X-LAST";

    /// <summary>Kinds of agreement in the mandate feed.</summary>
    public const string Types = "X-TYPES";

    /// <summary>Moment to which a list is set back.</summary>
    public const string Reset = "X-RESET";

    /// <summary>State of a mandate.</summary>
    public const string State = "X-STATE";

    /// <summary>Whether a mandate can be collected on.</summary>
    public const string Collectable = "X-COLLECTABLE";

    /// <summary>Signature of a webhook.</summary>
    public const string Signature = "X-SIGNATURE";

    /// <summary>Makes a call that creates something unrepeatable; 64 characters at most.</summary>
    public const string IdempotencyKey = "Idempotency-Key";

    /// <summary>Form of a payment address: qr or redirect.</summary>
    public const string Purpose = "X-Purpose";

    /// <summary>Name shown as who registered an invoice.</summary>
    public const string Partner = "X-PARTNER";

    /// <summary>No automatic collection.</summary>
    public const string Manual = "X-MANUAL";

    /// <summary>Collect even on a suspended or cancelled mandate.</summary>
    public const string ForceTransaction = "X-FORCE-TRANSACTION";

    /// <summary>Reservation that a transaction uses.</summary>
    public const string Reservation = "X-RESERVATION";

    /// <summary>Number of files made.</summary>
    public const string FilesCreated = "X-FILES-CREATED";
}
