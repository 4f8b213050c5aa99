namespace Domi.Standards.BankFiles;

/// <summary>A party as any message of ISO 20022 writes it.</summary>
internal record struct Party(string? Name, PostalAddress? Address, string? PrivateId, string? Bic);

/// <summary>Reads parties, addresses, accounts, banks and codes, which all messages write alike; the cursor stands on their element.</summary>
/// <remarks>Both shapes of what changed are read always: BIC and BICFI, parties with and without <c>Pty</c> around them.</remarks>
internal static class Parties
{
    /// <summary>Since 2019 a party of a statement is a choice: <c>Pty</c>, or a bank in <c>Agt</c>.</summary>
    public static Party ReadParty(this XmlCursor xml)
    {
        Party party = default;
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "Pty":
                    party = xml.ReadParty();
                    break;
                case "Agt":
                    party.Bic = xml.ReadAgent().Bic;
                    party.Name ??= party.Bic;
                    break;
                case "Nm":
                    party.Name = xml.Text();
                    break;
                case "PstlAdr":
                    party.Address = xml.ReadAddress();
                    break;
                case "Id":
                    party.PrivateId = xml.TextAt("PrvtId", "Othr", "Id");
                    break;
            }
        }

        return party;
    }

    /// <summary>Empty elements are no address.</summary>
    public static PostalAddress? ReadAddress(this XmlCursor xml)
    {
        string? street = null, number = null, code = null, town = null, country = null;
        List<string>? lines = null;
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "StrtNm":
                    street = xml.Text();
                    break;
                case "BldgNb":
                    number = xml.Text();
                    break;
                case "PstCd":
                    code = xml.Text();
                    break;
                case "TwnNm":
                    town = xml.Text();
                    break;
                case "Ctry":
                    country = xml.Text();
                    break;
                case "AdrLine":
                    // Seven at most by the schema; a rule tells of those beyond two.
                    if (xml.Text() is { } line && (lines ??= []).Count < 8) lines.Add(line);
                    break;
            }
        }

        return (street ?? number ?? code ?? town ?? country) is null && lines is null
            ? null
            : new() { Street = street, Number = number, PostalCode = code, Town = town, Country = country, Lines = lines ?? [] };
    }

    /// <summary>Of an account its <c>Id</c>: the IBAN, or an id of another kind, in which some banks put the IBAN all the same. Without blanks.</summary>
    public static string? ReadAccount(this XmlCursor xml)
    {
        string? account = null;
        var level = xml.Open();
        while (xml.Next(level))
            if (xml.Name == "Id") account = xml.ReadAccountId() ?? account;
        return account;
    }

    /// <summary>As <see cref="ReadAccount"/>, from <c>Id</c> itself.</summary>
    public static string? ReadAccountId(this XmlCursor xml)
    {
        string? account = null;
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "IBAN":
                    account = xml.Text();
                    break;
                case "Othr":
                    account ??= xml.TextAt("Id");
                    break;
            }
        }

        return account?.Replace(" ", "", StringComparison.Ordinal);
    }

    /// <summary>The BIC of a bank as written, and whether nothing at all names it.</summary>
    public static (string? Bic, bool IsEmpty) ReadAgent(this XmlCursor xml)
    {
        var (bic, isEmpty) = (default(string?), true);
        var level = xml.Open();
        while (xml.Next(level))
        {
            if (xml.Name != "FinInstnId") continue;

            var inside = xml.Open();
            while (xml.Next(inside))
            {
                if (xml.Name is "BIC" or "BICFI") bic = xml.Text();
                else if (xml.Name == "Othr") isEmpty &= xml.TextAt("Id") is null;
            }
        }

        return (bic, isEmpty && bic is null);
    }

    /// <summary>A code in <c>Cd</c> or in <c>Prtry</c>, in <c>CdOrPrtry</c> or without it.</summary>
    public static string? ReadCode(this XmlCursor xml)
    {
        string? code = null;
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "CdOrPrtry":
                    code = xml.ReadCode() ?? code;
                    break;
                case "Cd" or "Prtry":
                    code = xml.Text() ?? code;
                    break;
            }
        }

        return code;
    }
}
