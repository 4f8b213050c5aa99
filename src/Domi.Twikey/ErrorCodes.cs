namespace Domi.Twikey;

/// <summary>The codes with which the service explains a refusal, in the <c>ApiError</c> header and the body's <c>code</c>.</summary>
/// <remarks>Those met so far; the service may send others, so code that reads them always has a default.</remarks>
public static class ErrorCodes
{
    /// <summary>The API key, or its one-time password, was not accepted; also sent when a session has ended.</summary>
    public const string NoLogin = "err_no_login";

    /// <summary>The key may not do this, or the object's state forbids it.</summary>
    public const string NotAuthorised = "err_not_authorised";

    /// <summary>The American spelling that some calls send.</summary>
    public const string NotAuthorizedAmerican = "err_not_authorized";

    /// <summary>Another read of the same feed with the same key is running.</summary>
    public const string CallInProgress = "err_call_in_progress";

    /// <summary>The idempotency key or reference was used before.</summary>
    public const string DuplicateRef = "err_duplicate_ref";

    /// <summary>Several transactions bear this reference.</summary>
    public const string DuplicateTransaction = "err_duplicate_tx";

    /// <summary>A parameter is missing; extra names it.</summary>
    public const string MissingParameters = "err_missing_params";

    /// <summary>An attribute that the profile demands is missing.</summary>
    public const string MissingAttributes = "err_missing_attributes";

    /// <summary>A parameter cannot be read; extra names it.</summary>
    public const string InvalidParameters = "err_invalid_params";

    /// <summary>The object does not exist, or belongs to somebody else.</summary>
    public const string NotFound = "err_not_found";

    /// <summary>No such mandate.</summary>
    public const string NoContract = "err_no_contract";

    /// <summary>No such transaction.</summary>
    public const string NoTransaction = "err_no_transaction";

    /// <summary>No such customer.</summary>
    public const string DebtorNotFound = "err_debtor_not_found";

    /// <summary>The object's state forbids it.</summary>
    public const string InvalidState = "err_invalid_state";

    /// <summary>This action does not apply to the transaction.</summary>
    public const string TransactionInvalidAction = "err_transaction_invalid_action";

    /// <summary>Not a date, or not an allowed one.</summary>
    public const string InvalidDate = "err_invalid_date";

    /// <summary>Not an amount, or one that does not add up.</summary>
    public const string InvalidAmount = "err_invalid_amount";

    /// <summary>Characters outside the SEPA set.</summary>
    public const string InvalidSepaCharacters = "err_invalid_sepachars";

    /// <summary>Not an IBAN.</summary>
    public const string InvalidIban = "err_invalid_iban";

    /// <summary>Not a BIC.</summary>
    public const string InvalidBic = "err_invalid_bic";

    /// <summary>Not an e-mail address.</summary>
    public const string InvalidEmail = "err_invalid_email";

    /// <summary>Not a usable name.</summary>
    public const string InvalidName = "err_invalid_name";

    /// <summary>Not a country code.</summary>
    public const string InvalidCountry = "err_invalid_country";

    /// <summary>Not a language.</summary>
    public const string InvalidLanguage = "err_invalid_lang";

    /// <summary>A limit of the account is exceeded.</summary>
    public const string BillingOverdrawn = "err_billing_overdrawn";

    /// <summary>A message is required.</summary>
    public const string MessageMissing = "err_msg_missing";

    /// <summary>A reason is required.</summary>
    public const string ProvideReason = "err_provide_reason";

    /// <summary>No such profile.</summary>
    public const string NoSuchProfile = "err_no_such_ct";

    /// <summary>The profile does not fit the call.</summary>
    public const string InvalidProfile = "err_invalid_ct";

    /// <summary>An account is required.</summary>
    public const string ProvideAccount = "err_provide_account";

    /// <summary>The account has no subscriptions.</summary>
    public const string NoAccessSubscription = "err_no_access_subscription";

    /// <summary>No gateway is set up for this.</summary>
    public const string NoIntegration = "err_no_integration";

    /// <summary>The gateway declined.</summary>
    public const string IntegrationFailed = "err_fail_integration";

    /// <summary>The refund failed.</summary>
    public const string RefundFailed = "err_fail_refund";

    /// <summary>Twikey's support must help.</summary>
    public const string ContactSupport = "err_contact_support";

    /// <summary>A name is required.</summary>
    public const string NameRequired = "err_name_required";

    /// <summary>An address is required.</summary>
    public const string RegisterAddressMissing = "register_address_missing";

    /// <summary>Cannot be removed while something depends on it.</summary>
    public const string RemoveStale = "err_remove_stale";

    /// <summary>Mail is switched off for the profile.</summary>
    public const string EmailDisabled = "err_email_disabled";

    /// <summary>The bank did not answer in time.</summary>
    public const string BankTimedOut = "err_bank_t_o";

    /// <summary>IDIN failed.</summary>
    public const string IdinFailed = "err_idin_fail";

    /// <summary>The file cannot be read, or was imported before.</summary>
    public const string InvalidFile = "invalid_file";
}
