using System.Text.Json;
using System.Text.Json.Serialization;

namespace Domi.Standards.BankFiles;

/// <summary>How much of an address goes into a file.</summary>
public enum AddressForm
{
    /// <summary>None, but where the scheme needs it: for accounts outside the European Economic Area.</summary>
    None,

    /// <summary>In named parts only.</summary>
    Structured,

    /// <summary>Named town and country, and free lines.</summary>
    Hybrid,
}

/// <summary>Which characters a bank takes in names and texts.</summary>
public enum CharacterSet
{
    /// <summary>Those every bank of SEPA takes: others are converted.</summary>
    Sepa,

    /// <summary>Letters with accents too, by agreement with the bank.</summary>
    Latin,
}

/// <summary>What one bank asks of the files it takes, as data: there is no switch per bank in code.</summary>
/// <remarks>
/// The presets are what is usual in Belgium. A contract with the bank wins: confirm each with the bank, and say so by a profile of one's own
/// (<see cref="Read"/>) with <see cref="IsConfirmed"/>.
/// </remarks>
public sealed record BankProfile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Short, lower case: <c>kbc</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the bank, for people.</summary>
    public required string Bank { get; init; }

    /// <summary>False for the presets: confirm with your bank.</summary>
    public bool IsConfirmed { get; init; }

    /// <summary>The BICs, of 8 characters, whose accounts it is for; none for the general one.</summary>
    public IReadOnlyList<string> Bics { get; init; } = [];

    /// <summary><c>pain.008.001.02</c> or <c>pain.008.001.08</c>.</summary>
    public string DirectDebits { get; init; } = PaymentFile.DebitFormats[^1];

    /// <summary><c>pain.001.001.03</c> or <c>pain.001.001.09</c>.</summary>
    public string Transfers { get; init; } = PaymentFile.TransferFormats[^1];

    /// <summary>Whether a file may hold one batch only, as some channels ask.</summary>
    public bool OneBatchPerFile { get; init; }

    /// <summary>Whether a file may hold one date only.</summary>
    public bool OneDatePerFile { get; init; }

    /// <summary>The most payments of a batch; a bank says how many it takes.</summary>
    public int MaxPaymentsPerBatch { get; init; } = 100_000;

    /// <summary>The most payments of a file.</summary>
    public int MaxPaymentsPerFile { get; init; } = 100_000;

    /// <summary>Whether a payment without BIC is refused; SEPA itself no longer needs it.</summary>
    public bool NeedsBic { get; init; }

    /// <summary>How much of an address goes into a file.</summary>
    public AddressForm Address { get; init; }

    /// <summary>One credit for a batch; else one for each payment.</summary>
    public bool BooksBatches { get; init; } = true;

    /// <summary>Whether the first collection of a mandate is FRST; else RCUR from the first.</summary>
    public bool UsesFirst { get; init; }

    /// <summary>Which characters it takes in names and texts.</summary>
    public CharacterSet Characters { get; init; }

    /// <summary>Local time until which a file counts as of today.</summary>
    public TimeOnly CutOff { get; init; } = new(12, 0);

    /// <summary>TARGET days between the day a file counts as of and the first possible collection.</summary>
    public int LeadDays { get; init; } = 2;

    /// <summary>Calendar days a collection may lie ahead; the scheme's own fourteen are between banks.</summary>
    public int MaxAheadDays { get; init; } = 30;

    /// <summary>Those that come with the program, the general one first.</summary>
    public static IReadOnlyList<BankProfile> Presets { get; } = ReadPresets();

    /// <summary>The preset of a name; null when there is none.</summary>
    public static BankProfile? Find(string name) => Presets.FirstOrDefault(p => string.Equals(p.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The preset for an account's bank, or the general one.</summary>
    public static BankProfile For(Bic? bic) => bic is { } known ? Presets.FirstOrDefault(p => p.Bics.Contains(known.Institution)) ?? Presets[0] : Presets[0];

    /// <summary>Reads one profile, with the names of the properties in camel case; what is left out is as here.</summary>
    /// <exception cref="FormatException">It is no JSON of a profile, or names a format, a limit or a property there is not.</exception>
    public static BankProfile Read(string json)
    {
        try
        {
            return Sound(JsonSerializer.Deserialize<BankProfile>(json, Json) ?? throw new FormatException("The profile is empty."));
        }
        catch (JsonException e)
        {
            throw new FormatException($"That is no bank profile: {e.Message}", e);
        }
    }

    /// <summary>The first day a collection may be asked for in a file that is handed over now.</summary>
    /// <param name="now">Local time of the bank: Europe/Brussels.</param>
    public DateOnly EarliestCollection(DateTime now)
    {
        var today = DateOnly.FromDateTime(now);
        var counted = TargetCalendar.IsOpen(today) && TimeOnly.FromDateTime(now) < CutOff ? today : TargetCalendar.AddOpenDays(today, 1);
        return LeadDays == 0 ? counted : TargetCalendar.AddOpenDays(counted, LeadDays);
    }

    /// <summary>What is wrong with a collection date in a file that is handed over now; nothing when the bank can meet it.</summary>
    /// <param name="collectOn">The requested collection date.</param>
    /// <param name="now">Local time of the bank: Europe/Brussels.</param>
    public Finding? CheckDate(DateOnly collectOn, DateTime now)
    {
        if (EarliestCollection(now) is var earliest && collectOn < earliest) return new(Severity.Hold, "sdd.date", $"{Values.Day(collectOn)} is too soon: {Bank} takes {Values.Day(earliest)} at the earliest.", "batch");
        var latest = DateOnly.FromDateTime(now).AddDays(MaxAheadDays);
        return collectOn > latest ? new(Severity.Hold, "sdd.date", $"{Values.Day(collectOn)} is too far ahead: {Bank} takes {Values.Day(latest)} at the latest.", "batch") : null;
    }

    /// <summary>Whether a fault is one for this bank: letters with accents are by agreement, against the letter of the guidelines.</summary>
    internal bool Minds(Finding fault) => Characters is CharacterSet.Sepa || fault.Rule != "sepa.characters";

    /// <summary>A name or text as this bank takes it: at most so many characters, never empty.</summary>
    internal string Fit(string text, int maxLength)
    {
        if (Characters is CharacterSet.Sepa)
            return text.Length <= maxLength && IsClean(text) ? text : SepaText.Convert(text, maxLength, "NOTPROVIDED");

        var plain = string.Concat(text.EnumerateRunes().Where(r => r.Value is >= 0x20 and < 0x7f or >= 0xa1 and <= 0x17f).Take(maxLength)).Trim();
        return plain.Length == 0 ? "NOTPROVIDED" : plain;
    }

    // What a conversion would leave as it is; nearly every text, and a file has a million of them.
    private static bool IsClean(string text)
    {
        if (text.Length == 0 || text[0] == ' ' || text[^1] == ' ' || !SepaText.IsAllowed(text) || text.Contains("  ", StringComparison.Ordinal)) return false;
        foreach (var c in text)
            if (char.IsAsciiLetterOrDigit(c)) return true;
        return false;
    }

    private static BankProfile Sound(BankProfile profile)
    {
        if (!PaymentFile.DebitFormats.Contains(profile.DirectDebits)) throw new FormatException($"{profile.DirectDebits} is not one of {string.Join(", ", PaymentFile.DebitFormats)}.");
        if (!PaymentFile.TransferFormats.Contains(profile.Transfers)) throw new FormatException($"{profile.Transfers} is not one of {string.Join(", ", PaymentFile.TransferFormats)}.");
        if (profile.MaxPaymentsPerBatch < 1 || profile.MaxPaymentsPerFile < 1 || profile.LeadDays is < 0 or > 14 || profile.MaxAheadDays is < 1 or > 366)
            throw new FormatException($"A limit of the profile {profile.Name} is out of range.");
        return profile;
    }

    private static List<BankProfile> ReadPresets()
    {
        using var stream = typeof(BankProfile).Assembly.GetManifestResourceStream("Domi.Standards.BankFiles.Payments.bank-profiles.json")!;
        return JsonSerializer.Deserialize<List<BankProfile>>(stream, Json)!.ConvertAll(Sound);
    }
}
