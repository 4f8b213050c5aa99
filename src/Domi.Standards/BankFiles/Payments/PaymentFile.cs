namespace Domi.Standards.BankFiles;

/// <summary>Files of payments for a bank: pain.008 of direct debits, pain.001 of transfers. Written, checked, and only then released.</summary>
/// <remarks>
/// A file is given by the same parts that <see cref="BankFile.Read"/> gives: a <see cref="PaymentMessage"/>, then each <see cref="DebitBatch"/>
/// with its <see cref="Debit"/>s, or each <see cref="TransferBatch"/> with its <see cref="Transfer"/>s. They are taken one by one and none is
/// kept; the same parts make the same bytes. Names and texts are brought into the bank's characters and lengths; a reference that would
/// change is refused instead.
/// </remarks>
public static class PaymentFile
{
    /// <summary>Of direct debits the formats that can be written, the older first.</summary>
    public static IReadOnlyList<string> DebitFormats { get; } = ["pain.008.001.02", "pain.008.001.08"];

    /// <summary>Of transfers the formats that can be written, the older first.</summary>
    public static IReadOnlyList<string> TransferFormats { get; } = ["pain.001.001.03", "pain.001.001.09"];

    /// <summary>Writes a file. Whoever sends it lets it be checked first: see <see cref="Release"/>.</summary>
    /// <param name="stream">Left open. What it holds after an exception is no file.</param>
    /// <param name="parts">Enumerated once.</param>
    /// <param name="profile">What the bank asks for, its formats among it.</param>
    /// <exception cref="ArgumentException">A part breaks a rule of <see cref="PaymentRules"/> or a limit of the bank.</exception>
    /// <exception cref="InvalidOperationException">A count or sum is not that of the payments, or a part stands where it may not.</exception>
    public static void Write(Stream stream, IEnumerable<FilePart> parts, BankProfile profile)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(profile);
        using var writer = new PaymentWriter(stream, profile);
        foreach (var part in parts) writer.Add(part);
        writer.End();
    }

    /// <summary>What is wrong with a file: by its schema, by the rules, and beside what should be in it. Nothing when it may go.</summary>
    /// <param name="open">Opens the file; called twice.</param>
    /// <param name="parts">What should be in it, enumerated once.</param>
    /// <param name="profile">The bank it was written for.</param>
    public static IEnumerable<Finding> Check(Func<Stream> open, IEnumerable<FilePart> parts, BankProfile profile)
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(profile);
        return Faults(open, parts, profile);
    }

    /// <summary>Writes a file beside its place, checks it, and only then gives it its name: what stands at the path is whole and right.</summary>
    /// <param name="path">Where to; a file that is there is replaced.</param>
    /// <param name="parts">What should be in it. Asked for twice, and has to give the same both times.</param>
    /// <param name="profile">The bank it is for.</param>
    /// <exception cref="ArgumentException">A part breaks a rule of <see cref="PaymentRules"/> or a limit of the bank.</exception>
    /// <exception cref="InvalidOperationException">A count or sum is not that of the payments, or a part stands where it may not.</exception>
    /// <exception cref="InvalidDataException">What was written is not what should be in it, or not valid: nothing is left at the path.</exception>
    /// <exception cref="IOException">It could not be written.</exception>
    public static void Release(string path, Func<IEnumerable<FilePart>> parts, BankProfile profile)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ReleasedFile.Make(path, stream => Write(stream, parts(), profile), open => Check(open, parts(), profile));
    }

    private static IEnumerable<Finding> Faults(Func<Stream> open, IEnumerable<FilePart> parts, BankProfile profile)
    {
        string? format = null;
        using (var file = open())
        using (var expected = parts.GetEnumerator())
        {
            foreach (var read in BankFile.Read(file))
            {
                if (read is MessageStart start)
                {
                    format = start.Format;
                }
                else if (read is Finding finding)
                {
                    if (profile.Minds(finding)) yield return finding;
                }
                else
                {
                    var meant = expected.MoveNext() ? Fit(expected.Current, profile) : null;
                    if (meant is not null && IsSame(meant, read)) continue;
                    yield return new(Severity.Reject, "written.differs", $"What was read back is not what was to be written: {Unlike(read, meant)}", format ?? "file");
                    yield break;
                }
            }

            if (expected.MoveNext())
            {
                yield return new(Severity.Reject, "written.differs", $"This is missing in what was written: {expected.Current}.", format ?? "file");
                yield break;
            }
        }

        if (format != profile.DirectDebits && format != profile.Transfers)
        {
            yield return new(Severity.Reject, "written.format", $"The file is {format}, not {profile.DirectDebits} or {profile.Transfers}.", "file");
            yield break;
        }

        using var again = open();
        foreach (var fault in SchemaCheck.Validate(again, format)) yield return fault;
    }

    // Both from a little before where they part.
    private static string Unlike(FilePart read, FilePart? meant)
    {
        var (one, other) = (read.ToString()!, meant?.ToString() ?? "nothing");
        var at = Math.Max(0, one.AsSpan().CommonPrefixLength(other) - 40);
        return $"'{one[at..Math.Min(one.Length, at + 200)]}' in place of '{other[at..Math.Min(other.Length, at + 200)]}'.";
    }

    /// <summary>A part as it will stand in a file for a bank: names and texts in its characters and lengths, the address in its form.</summary>
    /// <param name="part">A message's, as <see cref="Write"/> takes it.</param>
    /// <param name="profile">What the bank takes.</param>
    public static FilePart Fit(FilePart part, BankProfile profile) => part switch
    {
        PaymentMessage message => message.Fit(profile),
        DebitBatch batch => batch.Fit(profile),
        Debit debit => debit.Fit(profile),
        TransferBatch batch => batch.Fit(profile),
        Transfer transfer => transfer.Fit(profile),
        _ => part,
    };

    // Creditor identifiers are equal whatever their business code, which has to be right in a file all the same.
    private static bool IsSame(FilePart meant, FilePart read) => meant.Equals(read) && (meant, read) switch
    {
        (DebitBatch a, DebitBatch b) => a.CreditorId.Value == b.CreditorId.Value,
        (Debit { Amendment: { } a }, Debit { Amendment: { } b }) => a.OriginalCreditorId?.Value == b.OriginalCreditorId?.Value,
        _ => true,
    };
}
