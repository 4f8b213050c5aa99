using System.Text;

namespace Domi.Standards.BankFiles;

/// <summary>The records of a CODA file, one by one, each in the same 128 places.</summary>
internal sealed class CodaLines(Stream stream)
{
    /// <summary>Characters of a record.</summary>
    public const int Length = 128;

    // Of one read; a line, and what may hide it from being one, is far shorter.
    private readonly byte[] buffer = new byte[64 << 10];
    private readonly char[] line = new char[Length];
    private int at;
    private int end;

    /// <summary>From 1.</summary>
    public int Number { get; private set; }

    /// <summary>Lines without anything, which were passed over.</summary>
    public int Blank { get; private set; }

    /// <summary>The record.</summary>
    public ReadOnlySpan<char> Text => line;

    /// <summary>The next record; false at the end of the file.</summary>
    /// <exception cref="InvalidDataException">A line has not 128 characters, or one that is none of a text.</exception>
    public bool Next()
    {
        while (NextBytes(out var bytes))
        {
            if (bytes.Trim((byte)' ').Length == 0)
            {
                Blank++;
                continue;
            }

            Decode(bytes);
            return true;
        }

        return false;
    }

    /// <summary>Positions from 1, as in the standard, both included.</summary>
    public string Raw(int from, int to) => new(line, from - 1, to - from + 1);

    /// <summary>As <see cref="Raw"/>, without blanks at its ends; null when nothing is left.</summary>
    public string? Field(int from, int to) => Text[(from - 1)..to].Trim() is { Length: > 0 } text ? text.ToString() : null;

    private bool NextBytes(out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (at == end && !Fill()) return false;

        int length;
        while ((length = buffer.AsSpan(at, end - at).IndexOf((byte)'\n')) < 0)
        {
            if (at == 0 && end == buffer.Length) throw new InvalidDataException($"Line {Number + 1} has no end.");
            if (Fill()) continue;
            length = end - at;
            break;
        }

        bytes = buffer.AsSpan(at, length).TrimEnd("\r\x1a"u8);
        at = Math.Min(at + length + 1, end);
        Number++;
        if (Number == 1 && bytes.StartsWith(BankFile.Mark)) bytes = bytes[BankFile.Mark.Length..];
        return true;
    }

    private void Decode(ReadOnlySpan<byte> bytes)
    {
        // The standard names no character set; one byte a character is what the fixed places ask for.
        if (bytes.Length == Length) Encoding.Latin1.GetChars(bytes, line);
        else if (bytes.Length is > Length and <= Length * 4 && Encoding.UTF8.GetCharCount(bytes) == Length) Encoding.UTF8.GetChars(bytes, line);
        else throw new InvalidDataException($"Line {Number} has {bytes.Length} characters instead of {Length}.");

        if (Text.ContainsAnyInRange('\0', '\x1f')) throw new InvalidDataException($"Line {Number} holds a control character.");
    }

    // Moves what is left to the front and reads more behind it.
    private bool Fill()
    {
        buffer.AsSpan(at, end - at).CopyTo(buffer);
        (at, end) = (0, end - at);
        var read = stream.Read(buffer.AsSpan(end));
        end += read;
        return read > 0;
    }
}
