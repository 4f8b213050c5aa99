namespace Domi.Rendering.Tests;

/// <summary>Runs the tests; or, as the product's executable does, a render worker.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args) => args switch
    {
        [RenderWorker.Verb, ..] => RenderWorker.Run(args),
        [PoolHost.Verb, var dataFolder] => await PoolHost.RunAsync(dataFolder),
        [StuckWorker.Verb, ..] => StuckWorker.Run(),
        _ when args.Contains("--server") || args.Contains("--internal-msbuild-node") =>
            await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args),
    };
}

/// <summary>A parent that a test can kill: starts a worker, says its process id, and converts until it dies.</summary>
internal static class PoolHost
{
    public const string Verb = "pool-host";

    public static async Task<int> RunAsync(string dataFolder)
    {
        await using var pool = new RenderPool(new() { DataFolder = dataFolder, Workers = 1 });
        var document = Samples.Invoice(DocumentLanguage.French, lines: 1_000);
        await pool.ConvertAsync(Samples.Invoice(DocumentLanguage.French), CancellationToken.None);
        Console.WriteLine(pool.WorkerIds.Single());
        while (true) await pool.ConvertAsync(document, CancellationToken.None);
    }
}

/// <summary>A worker that loads well and then hangs, as LibreOffice does with some documents.</summary>
internal static class StuckWorker
{
    public const string Verb = "stuck-worker";

    public static int Run()
    {
        Console.WriteLine("ready");
        while (Console.ReadLine() is not null)
        {
        }

        return 0;
    }
}
