namespace Domi.Rendering;

/// <summary>How documents become PDF.</summary>
public sealed class RenderOptions
{
    /// <summary>Where the folder <c>office-profiles</c> is made; it holds the workers' profiles and files in transit.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Worker processes at the same time. Each takes about 300 MB and one core.</summary>
    public int Workers { get; init; } = Math.Min(2, Environment.ProcessorCount);

    /// <summary>How long one conversion may take before its worker is killed.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a worker may take to load the office suite, which on a cold disk takes far longer than a conversion.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A worker is replaced after so many documents: the office suite slows down and grows.</summary>
    public int RecycleAfter { get; init; } = 500;

    /// <summary>A worker that holds more memory than this (resident) after a document is replaced.</summary>
    public long MemoryLimitBytes { get; init; } = 600L * 1024 * 1024;

    /// <summary>The executable whose main calls <see cref="RenderWorker.Run"/>; this one when null.</summary>
    public string? FileName { get; init; }

    /// <summary>Arguments that make the executable a worker; the pool appends its own.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [RenderWorker.Verb];

    /// <summary>The office suite's <c>program</c> folder; searched for when null (<c>DOMI_LIBREOFFICE</c>, /usr/lib, /opt).</summary>
    public string? OfficeFolder { get; init; }
}

/// <summary>A document could not be turned into PDF.</summary>
/// <remarks>
/// Codes: <c>render.not_docx</c>, <c>render.no_libreoffice</c>, <c>render.worker_start</c>, <c>render.timeout</c>,
/// <c>render.worker_lost</c>, <c>render.failed</c> (the office suite declined the document).
/// </remarks>
public sealed class RenderException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Stable, machine-readable.</summary>
    public string Code { get; } = code;
}
