using System.Buffers.Text;
using System.Xml;

namespace Domi.Standards.BankFiles;

/// <summary>Reads whatever a bank sends or takes: camt.052, .053, .054, CODA, pain.001, .002, .008. One pass, constant memory.</summary>
/// <remarks>
/// A file never throws for what is in it: what is wrong comes as a <see cref="Finding"/> among the parts, and one that rejects is the last
/// part. Whoever books does so in one transaction and takes it back when a part says hold or reject.
/// </remarks>
public static class BankFile
{
    private const string Iso = "urn:iso:std:iso:20022:tech:xsd:";

    // Enough for a byte order mark, a declaration and the first element, or CODA's first record.
    private const int Ahead = 1024;

    /// <summary>The parts of a file in its order, the first a <see cref="MessageStart"/> when the kind is known.</summary>
    /// <param name="file">Read forward only, and left open.</param>
    /// <param name="limits">How large the file and its parts may be; <see cref="FileLimits.Default"/> unless given.</param>
    /// <exception cref="IOException">The stream itself could not be read.</exception>
    public static IEnumerable<FilePart> Read(Stream file, FileLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        return Guarded(Lazily(file, limits ?? FileLimits.Default));
    }

    // Nothing of the file is touched before the first part is asked for.
    private static IEnumerable<FilePart> Lazily(Stream file, FileLimits limits)
    {
        foreach (var part in Parts(file, limits)) yield return part;
    }

    /// <summary>What a file does to a reader becomes a finding, the last one; a bug of the reader does not.</summary>
    internal static IEnumerable<FilePart> Guarded(IEnumerable<FilePart> parts)
    {
        using var each = parts.GetEnumerator();
        while (true)
        {
            FilePart? part;
            try
            {
                part = each.MoveNext() ? each.Current : null;
            }
            catch (XmlException e)
            {
                part = new Finding(Severity.Reject, "xml.malformed", e.Message, $"line {e.LineNumber}");
            }
            catch (InvalidDataException e)
            {
                part = new Finding(Severity.Reject, "file.unreadable", e.Message, "file");
            }

            if (part is null) yield break;
            yield return part;
            if (part is Finding { Severity: Severity.Reject }) yield break;
        }
    }

    private static IEnumerable<FilePart> Parts(Stream file, FileLimits limits, bool isWrapped = false)
    {
        var guarded = new GuardedStream(file, limits);
        var start = guarded.Peek(Ahead);
        if (IsXml(start)) return Xml(guarded, limits);
        if (IsCoda(start)) return new CodaReader(guarded).Read().Prepend(new MessageStart(FileKind.Statement, "CODA 2"));

        // Some programs hand a file over the way they got it, in base64.
        if (!isWrapped && IsBase64(start))
        {
            guarded.LimitsRuns = false; // what is inside does
            return Parts(new Base64Stream(guarded), limits, isWrapped: true);
        }

        return [new Finding(Severity.Reject, "file.unknown", start.Length == 0 ? "The file is empty." : "The file is neither XML nor CODA.", "line 1")];
    }

    private static IEnumerable<FilePart> Xml(GuardedStream file, FileLimits limits)
    {
        using var xml = new XmlCursor(file, limits);
        var messages = 0;
        string? root = null;
        while (xml.NextElement())
        {
            root ??= xml.Name;
            if (Kind(xml.Name) is not { } kind) continue;

            var format = xml.Namespace.StartsWith(Iso, StringComparison.Ordinal) ? xml.Namespace[Iso.Length..] : Family(kind);
            yield return new MessageStart(kind, format);
            if (messages++ == 0 && root != "Document") yield return new Finding(Severity.Warn, "xml.root", $"The file begins with {root}, not with Document.", "line 1");
            if (!xml.Namespace.StartsWith(Iso + Family(kind), StringComparison.Ordinal))
                yield return new Finding(Severity.Warn, "xml.namespace", $"The namespace '{xml.Namespace}' is not that of {Family(kind)}: read by the names of its elements.", xml.Place);
            foreach (var part in Message(xml, kind)) yield return part;
        }

        if (messages == 0) yield return new Finding(Severity.Reject, "file.unknown", "The file is XML, but no camt.052, .053 or .054 and no pain.001, .002 or .008.", "line 1");
    }

    private static IEnumerable<FilePart> Message(XmlCursor xml, FileKind kind) => kind switch
    {
        FileKind.StatusReport => new StatusReportReader(xml).Read(),
        FileKind.DirectDebits or FileKind.CreditTransfers => new PaymentReader(xml, kind).Read(),
        _ => new CamtReader(xml, kind).Read(),
    };

    private static FileKind? Kind(string element) => element switch
    {
        "BkToCstmrStmt" => FileKind.Statement,
        "BkToCstmrAcctRpt" => FileKind.AccountReport,
        "BkToCstmrDbtCdtNtfctn" => FileKind.Notification,
        "CstmrPmtStsRpt" => FileKind.StatusReport,
        "CstmrDrctDbtInitn" => FileKind.DirectDebits,
        "CstmrCdtTrfInitn" => FileKind.CreditTransfers,
        _ => null,
    };

    private static string Family(FileKind kind) => kind switch
    {
        FileKind.Statement => "camt.053",
        FileKind.AccountReport => "camt.052",
        FileKind.Notification => "camt.054",
        FileKind.StatusReport => "pain.002",
        FileKind.DirectDebits => "pain.008",
        _ => "pain.001",
    };

    /// <summary>The byte order mark of UTF-8.</summary>
    internal static ReadOnlySpan<byte> Mark => [0xEF, 0xBB, 0xBF];

    // The first byte that is no blank, behind a byte order mark of UTF-8 or UTF-16.
    private static bool IsXml(ReadOnlySpan<byte> start) => start.TrimStart<byte>([.. Mark, 0xFF, 0xFE, 0, .. " \t\r\n"u8]) is [(byte)'<', ..];

    private static bool IsCoda(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith(Mark)) start = start[Mark.Length..];
        return start.StartsWith("0000"u8) && start.Length > 16 && start[14..16].SequenceEqual("05"u8);
    }

    private static bool IsBase64(ReadOnlySpan<byte> start)
    {
        // A line may end anywhere; whole groups of four from the start are enough to know.
        Span<byte> letters = stackalloc byte[64];
        var count = 0;
        foreach (var b in start)
        {
            if (b is (byte)'\r' or (byte)'\n' or (byte)' ') continue;
            letters[count++] = b;
            if (count == letters.Length) break;
        }

        Span<byte> decoded = stackalloc byte[48];
        return count == letters.Length
            && Base64.DecodeFromUtf8(letters, decoded, out _, out _) is System.Buffers.OperationStatus.Done
            && (IsXml(decoded) || IsCoda(decoded));
    }
}
