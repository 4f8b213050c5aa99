using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Domi.Standards.BankFiles;

namespace Domi.Testing;

/// <summary>Makes files untidy without changing what they say, as far as they still say it.</summary>
internal static class Spoiling
{
    private const int Base64Length = 76;

    /// <summary>The same text in other bytes.</summary>
    public static SentFile Encoded(SentFile file, Chance chance)
    {
        var isXml = IsXml(file.Format);
        if (chance.Takes(Untidiness.LineEnds))
        {
            var text = Encoding.UTF8.GetString(file.Content);
            file = file with { Content = Encoding.UTF8.GetBytes(text.Contains('\r') ? text.Replace("\r\n", "\n") : text.Replace("\n", "\r\n")), Untidiness = file.Untidiness | Untidiness.LineEnds };
        }

        if (isXml && chance.Takes(Untidiness.Utf16))
        {
            var text = Encoding.UTF8.GetString(file.Content).Replace("utf-8", "utf-16", StringComparison.OrdinalIgnoreCase);
            return file with { Content = [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(text)], Untidiness = file.Untidiness | Untidiness.Utf16 };
        }

        if (IsCoda(file.Format) && chance.Takes(Untidiness.Base64))
        {
            var text = string.Join("\r\n", Convert.ToBase64String(file.Content).Chunk(Base64Length).Select(line => new string(line)));
            return file with { Content = Encoding.ASCII.GetBytes(text), Untidiness = file.Untidiness | Untidiness.Base64 };
        }

        return (isXml || IsCoda(file.Format)) && chance.Takes(Untidiness.ByteOrderMark)
            ? file with { Content = [.. Encoding.UTF8.GetPreamble(), .. file.Content], Untidiness = file.Untidiness | Untidiness.ByteOrderMark }
            : file;
    }

    /// <summary>A statement that says it has one record or entry more than it has.</summary>
    public static byte[] Miscounted(byte[] content, string format, int entries)
    {
        var text = Encoding.UTF8.GetString(content);
        if (IsCoda(format))
        {
            // Places 17 to 22 of the trailer.
            var at = text.LastIndexOf("\n9", StringComparison.Ordinal) + 17;
            var records = int.Parse(text.AsSpan(at, 6), NumberStyles.None, CultureInfo.InvariantCulture);
            return Encoding.UTF8.GetBytes($"{text[..at]}{(records + 1) % 1_000_000:D6}{text[(at + 6)..]}");
        }

        var before = text.IndexOf("<Ntry>", StringComparison.Ordinal) is > 0 and var first ? first : text.IndexOf("</Stmt>", StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(text.Insert(before, $"<TxsSummry><TtlNtries><NbOfNtries>{entries + 1}</NbOfNtries></TtlNtries></TxsSummry>"));
    }

    /// <summary>A camt.053 as the camt.054 of the same version: the same entries, without balances.</summary>
    public static byte[] Notification(byte[] statement, string format)
    {
        XNamespace ns = "urn:iso:std:iso:20022:tech:xsd:" + format;
        using var read = new MemoryStream(statement);
        var document = XDocument.Load(read);
        document.Descendants().Where(e => e.Name.LocalName == "Bal").Remove();
        foreach (var element in document.Descendants())
        {
            element.Attributes().Where(a => a.IsNamespaceDeclaration).Remove();
            element.Name = ns + element.Name.LocalName switch { "BkToCstmrStmt" => "BkToCstmrDbtCdtNtfctn", "Stmt" => "Ntfctn", var name => name };
        }

        using var memory = new MemoryStream();
        document.Save(memory);
        return [.. memory.ToArray().SkipWhile(b => b != (byte)'<')]; // without the byte order mark that saving writes
    }

    public static bool IsXml(string format) => format.StartsWith("camt", StringComparison.Ordinal) || format.StartsWith("pain", StringComparison.Ordinal);

    public static bool IsCoda(string format) => format is StatementFile.Coda or StatementFile.CodaTotals;
}
