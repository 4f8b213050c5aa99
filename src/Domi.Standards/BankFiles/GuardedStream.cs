namespace Domi.Standards.BankFiles;

/// <summary>
/// A file as it is read: refuses more bytes than allowed, and more than a run of them without the byte that has to come in any
/// text that means something. With it no name, attribute or value can fill the memory before a reader sees it.
/// </summary>
internal sealed class GuardedStream(Stream inner, FileLimits limits) : Stream
{
    private byte[] ahead = [];
    private int aheadAt;
    private long total;
    private long run;

    /// <summary>The byte that has to come; none is asked for until it is set.</summary>
    public byte? RunEnd { get; set; }

    /// <summary>The first bytes, which stay to be read; fewer when the file is shorter.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        if (ahead.Length == 0)
        {
            var bytes = new byte[count];
            var length = inner.ReadAtLeast(bytes, count, throwOnEndOfStream: false);
            ahead = bytes[..length];
        }

        return ahead;
    }

    public override int Read(Span<byte> buffer)
    {
        int read;
        if (aheadAt < ahead.Length)
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
        Measure(buffer[..read]);
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    private void Measure(ReadOnlySpan<byte> bytes)
    {
        if (RunEnd is not { } runEnd) return;
        while (bytes.Length > 0)
        {
            var next = bytes.IndexOf(runEnd);
            run += next < 0 ? bytes.Length : next;
            if (run > limits.MaxRunBytes) throw new InvalidDataException($"The file goes on for more than {limits.MaxRunBytes} bytes without a {(char.IsControl((char)runEnd) ? "line's end" : $"'{(char)runEnd}'")}.");
            if (next < 0) return;

            run = 0;
            bytes = bytes[(next + 1)..];
        }
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => total; set => throw new NotSupportedException(); }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
