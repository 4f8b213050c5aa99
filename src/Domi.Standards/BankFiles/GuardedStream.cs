namespace Domi.Standards.BankFiles;

/// <summary>
/// A file as it is read: refuses more bytes than allowed, and more than a run of them in which its reader gets no further. With it no name,
/// attribute, value or comment can fill the memory before a reader sees it, in whatever encoding.
/// </summary>
internal sealed class GuardedStream(Stream inner, FileLimits limits) : ForwardStream
{
    private byte[]? ahead;
    private int aheadAt;
    private long total;
    private long run;

    /// <summary>Whether a run is measured; else only the whole file.</summary>
    public bool LimitsRuns { get; set; } = true;

    /// <summary>The first bytes, which stay to be read; fewer when the file is shorter.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        if (ahead is null)
        {
            var bytes = new byte[count];
            ahead = bytes[..inner.ReadAtLeast(bytes, count, throwOnEndOfStream: false)];
        }

        return ahead;
    }

    /// <summary>The reader has come to something: an element, a value, a line.</summary>
    public void GotFurther() => run = 0;

    public override int Read(Span<byte> buffer)
    {
        int read;
        if (ahead is not null && aheadAt < ahead.Length)
        {
            read = Math.Min(buffer.Length, ahead.Length - aheadAt);
            ahead.AsSpan(aheadAt, read).CopyTo(buffer);
            aheadAt += read;
        }
        else
        {
            read = inner.Read(buffer);
        }

        total += read;
        if (total > limits.MaxBytes) throw new InvalidDataException($"The file has more than {limits.MaxBytes} bytes.");
        run += read;
        if (LimitsRuns && run > limits.MaxRunBytes) throw new InvalidDataException($"The file goes on for more than {limits.MaxRunBytes} bytes with one value, name or comment.");
        return read;
    }
}
