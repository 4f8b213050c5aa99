namespace Domi.Rendering;

/// <summary>Turns Word documents into PDF with a few worker processes.</summary>
public sealed class RenderPool(RenderOptions options) : IAsyncDisposable
{
    public Task<byte[]> ConvertAsync(byte[] docx, CancellationToken ct) => throw new NotImplementedException(options.DataFolder);

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

/// <summary>The main loop of a worker process.</summary>
public static class RenderWorker
{
    public const string Verb = "render-worker";

    public static int Run(string[] args) => throw new NotImplementedException();
}
