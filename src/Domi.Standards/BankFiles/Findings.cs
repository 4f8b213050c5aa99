using System.Diagnostics.CodeAnalysis;

namespace Domi.Standards.BankFiles;

/// <summary>What a reader has found and not handed out yet: it waits for the part that it is about.</summary>
internal sealed class Findings
{
    // One entry or payment has a handful at most. A file that is made to have more is not worth the memory.
    private const int Max = 1_000;

    private readonly Queue<Finding> waiting = [];

    /// <exception cref="InvalidDataException">There are far too many.</exception>
    public void Add(Severity severity, string rule, string message, string place)
    {
        if (waiting.Count == Max) throw new InvalidDataException($"More than {Max} faults in one part of the file, at {place}.");
        waiting.Enqueue(new(severity, rule, message, place));
    }

    public bool TryTake([NotNullWhen(true)] out Finding? finding) => waiting.TryDequeue(out finding);
}
