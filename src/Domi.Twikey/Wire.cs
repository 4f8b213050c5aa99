using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Polly.Timeout;

namespace Domi.Twikey;

/// <summary>Sends calls with a session, and turns whatever goes wrong into a <see cref="TwikeyException"/>.</summary>
internal sealed partial class Wire(HttpClient http, TwikeyConnection connection, Session session, TimeProvider clock)
{
    /// <summary>A one-time password lasts 30 seconds and its neighbours count too: beyond this, clocks explain a refusal.</summary>
    private static readonly TimeSpan ToleratedSkew = TimeSpan.FromSeconds(45);

    private static readonly string[] AbsentCodes =
        [ErrorCodes.NotFound, ErrorCodes.NoContract, ErrorCodes.NoTransaction, ErrorCodes.DebtorNotFound];

    private readonly string root = connection.BaseAddress.GetLeftPart(UriPartial.Path).TrimEnd('/');

    /// <summary>Sends a call and answers its success.</summary>
    /// <param name="path">Begins with a slash; escaped.</param>
    /// <param name="fill">Adds headers and body. Called again when the call is sent again.</param>
    public async Task<Answer> SendAsync(HttpMethod method, string path, Action<HttpRequestMessage>? fill, CancellationToken ct)
    {
        var granted = await session.GetAsync(LoginAsync, ct);
        var answer = await AttemptAsync(method, path, fill, granted, ct);
        if (answer.EndedSession)
        {
            // Refused before anything was done, so this repeats no change.
            session.Drop(granted);
            granted = await session.GetAsync(LoginAsync, ct);
            answer = await AttemptAsync(method, path, fill, granted, ct);
            if (answer.EndedSession)
            {
                session.Drop(granted);
                throw answer.Fault(TwikeyFault.KeyRefused, "Twikey accepts the log-in and refuses its token.");
            }
        }

        return answer.Failed ? throw Refusal(answer) : answer;
    }

    /// <summary>Logs in, even when a session is open.</summary>
    public async Task<Login> RenewAsync(CancellationToken ct) => (await session.RenewAsync(LoginAsync, ct)).Login;

    private async Task<Answer> AttemptAsync(
        HttpMethod method, string path, Action<HttpRequestMessage>? fill, Session.Granted granted, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, new Uri(root + path));
        request.Headers.TryAddWithoutValidation(HeaderNames.Authorization, granted.Token);
        fill?.Invoke(request);
        return await TransmitAsync(request, ct);
    }

    private async Task<Session.Granted> LoginAsync()
    {
        var form = new Dictionary<string, string> { ["apiToken"] = connection.ApiKey };
        if (!string.IsNullOrWhiteSpace(connection.PrivateKey)) form["otp"] = Password(connection.PrivateKey);

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(root)) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        var answer = await TransmitAsync(request, CancellationToken.None);

        if (answer.Failed) throw LoginRefusal(answer, withPassword: form.ContainsKey("otp"));

        var token = answer.Header(HeaderNames.Authorization) ?? TokenInBody(answer);
        if (string.IsNullOrWhiteSpace(token))
        {
            throw answer.RetryAfter is null
                ? answer.Fault(TwikeyFault.NotTwikey, $"{connection.BaseAddress.Host} answers a log-in without a token; this is not the Twikey API.")
                : answer.Fault(TwikeyFault.RateLimited, "Twikey asks to wait before the next log-in.");
        }

        return new(token.Trim(), new Login(answer.Header(HeaderNames.MerchantId), answer.Date));
    }

    private string Password(string privateKey)
    {
        try
        {
            return OneTimePassword.Compute(privateKey, connection.Salt, clock.GetUtcNow()).ToString(CultureInfo.InvariantCulture);
        }
        catch (FormatException e)
        {
            throw new TwikeyException(TwikeyFault.PrivateKeyWrong, "The private key is not hexadecimal.", e);
        }
    }

    private static string? TokenInBody(Answer answer) =>
        answer.TryJson(out var json) && json.ValueKind == JsonValueKind.Object ? json.Text("Authorization") : null;

    private async Task<Answer> TransmitAsync(HttpRequestMessage request, CancellationToken ct)
    {
        try
        {
            using var response = await http.SendAsync(request, ct);
            return new Answer(response, await response.Content.ReadAsByteArrayAsync(ct));
        }
        catch (HalfAnswerException e)
        {
            var text = e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded
                ? $"The answer of Twikey is larger than {TwikeyHttp.AnswerLimitBytes / 1024 / 1024} MB."
                : "The answer of Twikey was cut off.";
            throw new TwikeyException(TwikeyFault.Unreadable, text, e) { Status = e.StatusCode };
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.InvalidResponse)
        {
            throw new TwikeyException(TwikeyFault.NotTwikey, $"{request.RequestUri!.Host} does not speak HTTP.", e);
        }
        catch (HttpRequestException e)
        {
            throw new TwikeyException(
                TwikeyFault.Unreachable, $"No connection with {request.RequestUri!.Host} ({e.HttpRequestError}).", e);
        }
        catch (TimeoutRejectedException e)
        {
            throw new TwikeyException(
                TwikeyFault.Unreachable, $"{request.RequestUri!.Host} did not answer within {TwikeyHttp.AttemptWait.TotalSeconds:0} s.", e);
        }
    }

    private TwikeyException LoginRefusal(Answer answer, bool withPassword)
    {
        var refusal = Refusal(answer);
        var meansNo = answer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden && refusal.Fault != TwikeyFault.NotTwikey;
        if (refusal.Fault is not (TwikeyFault.Declined or TwikeyFault.NotFound or TwikeyFault.KeyRefused) && !meansNo) return refusal;

        var aboutPassword = "otp".Equals(refusal.Extra, StringComparison.OrdinalIgnoreCase);
        var aboutKey = "apiToken".Equals(refusal.Extra, StringComparison.OrdinalIgnoreCase);
        if (!withPassword)
        {
            return aboutPassword
                ? answer.Fault(TwikeyFault.PrivateKeyWrong, "Twikey asks for a one-time password: fill in the private key.")
                : answer.Fault(TwikeyFault.KeyRefused, $"Twikey refuses the API key: {refusal.Message}");
        }

        if (aboutKey) return answer.Fault(TwikeyFault.KeyRefused, $"Twikey refuses the API key: {refusal.Message}");

        var skew = answer.Date - clock.GetUtcNow();
        return skew is { } off && off.Duration() > ToleratedSkew
            ? answer.Fault(
                TwikeyFault.ClockSkew,
                $"Twikey refuses the one-time password; its clock is {Math.Abs(off.TotalSeconds):0} s {(off > TimeSpan.Zero ? "ahead" : "behind")}.")
            : answer.Fault(
                TwikeyFault.PrivateKeyWrong, $"Twikey refuses the API key with this private key or prefix: {refusal.Message}");
    }

    private TwikeyException Refusal(Answer answer)
    {
        var host = connection.BaseAddress.Host;
        var message = answer.Message ?? answer.Code ?? $"HTTP {(int)answer.Status}";
        return answer switch
        {
            { Status: HttpStatusCode.TooManyRequests } => answer.Fault(TwikeyFault.RateLimited, "Twikey asks to wait: too many calls."),
            { Code: ErrorCodes.CallInProgress } => answer.Fault(TwikeyFault.InProgress, message),
            { Status: >= HttpStatusCode.InternalServerError } => answer.Fault(
                TwikeyFault.ServerError, $"{host} answers {(int)answer.Status}."),
            { Code: { } code } when AbsentCodes.Contains(code) => answer.Fault(TwikeyFault.NotFound, message),
            { Status: >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest } => answer.Fault(
                TwikeyFault.NotTwikey, $"{host} redirects to another address; redirects are not followed."),
            { Code: not null } => answer.Fault(TwikeyFault.Declined, message),
            // A 401 has no code on the real service, so its form decides.
            { IsJson: true, Status: HttpStatusCode.Unauthorized } => answer.Fault(TwikeyFault.KeyRefused, message),
            { IsJson: true, Status: HttpStatusCode.NotFound } => answer.Fault(TwikeyFault.NotFound, message),
            { IsJson: true } => answer.Fault(TwikeyFault.Declined, message),
            { Body.Length: 0, Status: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } => answer.Fault(
                TwikeyFault.KeyRefused, message),
            _ => answer.Fault(TwikeyFault.NotTwikey, $"{host} answers {(int)answer.Status} in a form that Twikey does not use."),
        };
    }

    /// <summary>An answer, read to its end.</summary>
    internal sealed partial class Answer
    {
        private readonly Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        private readonly JsonElement? json;
        private readonly string? apiError;

        public Answer(HttpResponseMessage response, byte[] body)
        {
            Status = response.StatusCode;
            Body = body;
            Date = response.Headers.Date;
            foreach (var (name, values) in response.Headers.NonValidated)
                headers[name] = values.ToString();
            json = Parse(body);

            var code = Header(HeaderNames.ApiErrorCode);
            apiError = Header(HeaderNames.ApiError);
            Failed = (int)Status is < 200 or > 299 || code is not null || apiError is not null;
            if (!Failed) return;

            var told = json is { ValueKind: JsonValueKind.Object } ? json : null;
            // The description calls ApiError a text for people; the service puts the code in it.
            Code = new[] { code, apiError, told?.Text("code") }.FirstOrDefault(text => text is not null && CodeForm.IsMatch(text));
            Message = Shorten(told?.Text("message") ?? apiError);
            Extra = Shorten(told?.Text("extra"));
        }

        public HttpStatusCode Status { get; }

        public byte[] Body { get; }

        public DateTimeOffset? Date { get; }

        public bool Failed { get; }

        public string? Code { get; }

        public string? Message { get; }

        public string? Extra { get; }

        public bool IsJson => json is { ValueKind: JsonValueKind.Object or JsonValueKind.Array };

        public bool EndedSession => Status == HttpStatusCode.Unauthorized || (Failed && Code == ErrorCodes.NoLogin);

        public TimeSpan? RetryAfter =>
            double.TryParse(Header(HeaderNames.RateLimitRetryAfter) ?? Header("Retry-After"), CultureInfo.InvariantCulture, out var seconds)
            && seconds is >= 0 and < 1e6
                ? TimeSpan.FromSeconds(seconds)
                : null;

        public string? Header(string name) => headers.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

        public bool TryJson(out JsonElement value)
        {
            value = json ?? default;
            return json is not null;
        }

        /// <summary>The JSON object or array that a success must have.</summary>
        public JsonElement Json()
        {
            if (IsJson) return json!.Value;
            if (Body.Length == 0) throw Fault(TwikeyFault.Unreadable, "The answer of Twikey is empty.");

            throw LooksLikeJson()
                ? Fault(TwikeyFault.Unreadable, "The answer of Twikey is not whole.")
                : Fault(TwikeyFault.NotTwikey, "The answer is not one of the Twikey API: another server or a proxy answers.");
        }

        public TwikeyException Fault(TwikeyFault fault, string message) =>
            new(fault, message) { Code = Code, Extra = Extra, Status = Status, RetryAfter = RetryAfter };

        private bool LooksLikeJson() => Body.AsSpan().TrimStart("\t\r\n \uFEFF"u8) is [(byte)'{' or (byte)'[', ..];

        private static JsonElement? Parse(byte[] body)
        {
            ReadOnlyMemory<byte> text = body;
            if (text.Span.StartsWith(Encoding.UTF8.Preamble)) text = text[Encoding.UTF8.Preamble.Length..];
            if (text.IsEmpty) return null;
            try
            {
                using var document = JsonDocument.Parse(text);
                return document.RootElement.Clone();
            }
            catch (JsonException)
            {
                return null;
            }
        }

        private static string? Shorten(string? text) => text is { Length: > 500 } ? text[..500] : text;

        [GeneratedRegex("^[a-z][a-z0-9_]*$", RegexOptions.CultureInvariant)]
        private static partial Regex CodeForm { get; }
    }
}
