using System.Buffers;
using System.Buffers.Text;

namespace Domi.Standards.BankFiles;

/// <summary>What stands in base64 in another stream.</summary>
/// <remarks>The runtime's own transform ends in an exception of its own when padding stands inside.</remarks>
internal sealed class Base64Stream(Stream inner) : ForwardStream
{
    private readonly byte[] letters = new byte[4 << 10];
    private readonly byte[] decoded = new byte[3 << 10];
    private int count;
    private int at;
    private int end;
    private bool isPadded;

    /// <exception cref="InvalidDataException">It is no base64.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.Length == 0) return 0;
        while (at == end)
            if (!Decode()) return 0;

        var read = Math.Min(buffer.Length, end - at);
        decoded.AsSpan(at, read).CopyTo(buffer);
        at += read;
        return read;
    }

    private bool Decode()
    {
        var read = inner.Read(letters.AsSpan(count));
        var isEnd = read == 0;
        var filled = count + read;
        // Lines end anywhere, also inside of a group of four.
        var kept = count;
        for (var i = count; i < filled; i++)
            if (letters[i] is not ((byte)' ' or (byte)'\r' or (byte)'\n' or (byte)'\t')) letters[kept++] = letters[i];
        count = kept;
        if (count == 0) return !isEnd;

        var groups = isEnd ? count : count & ~3;
        if (isPadded || Base64.DecodeFromUtf8(letters.AsSpan(0, groups), decoded, out var used, out end) is not OperationStatus.Done || used != groups)
            throw new InvalidDataException("The file begins in base64 and does not go on so.");
        at = 0;
        isPadded = groups > 0 && letters[groups - 1] == (byte)'=';
        letters.AsSpan(groups, count - groups).CopyTo(letters);
        count -= groups;
        return true;
    }
}
