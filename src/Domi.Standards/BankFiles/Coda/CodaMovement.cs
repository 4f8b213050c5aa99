using System.Text;

namespace Domi.Standards.BankFiles;

/// <summary>Records 2.1 to 3.3 of one movement, put together.</summary>
internal sealed class CodaMovement
{
    // What is not sent is as good as blank, for places are counted through all of it.
    private static readonly string Blank53 = new(' ', 53);
    private static readonly string Blank43 = new(' ', 43);

    private StringBuilder? information;
    private bool isStructuredInformation;

    /// <summary>Its detail number is not 0000: it is a part of the movement before.</summary>
    public bool IsDetail { get; set; }

    public string? BankReference { get; set; }

    public decimal Amount { get; set; }

    public DateOnly? ValueOn { get; set; }

    public DateOnly? BookedOn { get; set; }

    /// <summary>Type, family, operation and category: eight digits.</summary>
    public string Code { get; set; } = "";

    public bool IsStructured { get; set; }

    public string Communication { get; set; } = "";

    public string Second { get; set; } = Blank53;

    public string Third { get; set; } = Blank43;

    /// <summary>Of a total the batch, else the end-to-end id.</summary>
    public string? CustomerReference { get; set; }

    public string? Bic { get; set; }

    public int? ReturnKind { get; set; }

    public string? ReturnReason { get; set; }

    public string? Purpose { get; set; }

    public string? Account { get; set; }

    public string? Name { get; set; }

    public string? PartyName { get; private set; }

    public string? PartyAddress { get; private set; }

    public string? UltimateCreditor { get; private set; }

    public string? UltimateDebtor { get; private set; }

    /// <summary>What records 3 say in words.</summary>
    public string? Information { get; private set; }

    /// <summary>A record 3 has come: no more 2 may.</summary>
    public bool HasInformation { get; private set; }

    public bool IsInInformation => information is not null;

    /// <summary>Three pieces of 53, 53 and 43 places, glued without trimming.</summary>
    public string FreeText => Communication + Second + Third;

    /// <summary>As <see cref="FreeText"/> behind the three digits of its kind: 146 places.</summary>
    public string StructuredContent => Communication[3..] + Second + Third;

    public void BeginInformation(bool isStructured, string text)
    {
        EndInformation();
        (information, isStructuredInformation, HasInformation) = (new(text), isStructured, true);
    }

    public void AddInformation(string text) => information!.Append(text);

    public void EndInformation()
    {
        if (information is null) return;

        var text = information.ToString().PadRight(268);
        information = null;
        switch (isStructuredInformation ? text[..3] : "")
        {
            case "001":
                // 70 name, then street, place and identification of 35 each in record 3.2.
                PartyName = Collapsed(text[3..73]);
                PartyAddress = Collapsed(text[73..108]) is { } street && Collapsed(text[108..143]) is { } town ? $"{street}, {town}" : Collapsed(text[73..143]);
                break;
            case "008":
                UltimateCreditor = Collapsed(text[3..73]);
                break;
            case "009":
                UltimateDebtor = Collapsed(text[3..73]);
                break;
            case "002" or "004" or "005" or "006" or "007" or "010" or "011":
                Add(Collapsed(text[3..]));
                break;
            default:
                Add(Collapsed(text));
                break;
        }
    }

    public static string? Collapsed(string text) =>
        text.AsSpan().Trim() is { Length: > 0 } ? string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries)) : null;

    // A movement may have any number of records 3: what is said in more than two thousand letters is not kept.
    private void Add(string? words)
    {
        if (Information is null or { Length: < 2_000 }) Information = words is null ? Information : Values.Joined(Information, words);
    }
}
