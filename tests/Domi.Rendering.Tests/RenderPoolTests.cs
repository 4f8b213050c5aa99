using System.Diagnostics;

namespace Domi.Rendering.Tests;

public sealed class RenderPoolTests : IDisposable
{
    private static readonly byte[] OnePage = Samples.Invoice(DocumentLanguage.French);
    private static readonly byte[] ManyPages = Samples.Invoice(DocumentLanguage.French, lines: 400);

    private readonly WorkFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_worker_killed_in_the_middle_costs_a_retry_and_nothing_else()
    {
        await using var pool = Pool();
        await pool.ConvertAsync(OnePage, CancellationToken.None);
        var victim = Assert.Single(pool.WorkerIds);

        var conversion = pool.ConvertAsync(ManyPages, CancellationToken.None);
        Process.GetProcessById(victim).Kill();

        AssertPdf(await conversion);
        Assert.NotEqual(victim, Assert.Single(pool.WorkerIds));
    }

    [Fact]
    public async Task A_worker_that_hangs_is_killed_twice_and_then_reported()
    {
        await using var pool = new RenderPool(new()
        {
            DataFolder = folder.Path,
            Workers = 1,
            Arguments = [StuckWorker.Verb],
            Timeout = TimeSpan.FromMilliseconds(200),
        });

        var refused = await Assert.ThrowsAsync<RenderException>(() => pool.ConvertAsync(OnePage, CancellationToken.None));

        Assert.Equal("render.timeout", refused.Code);
        Assert.Empty(pool.WorkerIds);
    }

    [Fact]
    public async Task A_real_conversion_that_takes_too_long_is_reported_too()
    {
        await using var pool = new RenderPool(new() { DataFolder = folder.Path, Workers = 1, Timeout = TimeSpan.FromMilliseconds(1) });

        var refused = await Assert.ThrowsAsync<RenderException>(() => pool.ConvertAsync(ManyPages, CancellationToken.None));

        Assert.Equal("render.timeout", refused.Code);
    }

    [Fact]
    public async Task A_killed_parent_leaves_no_worker_behind()
    {
        using var parent = Process.Start(WorkerProcess.StartInfo(new() { DataFolder = folder.Path, Arguments = [PoolHost.Verb, folder.Path] }))!;
        var workerId = int.Parse((await parent.StandardOutput.ReadLineAsync())!);
        using var worker = Process.GetProcessById(workerId);

        parent.Kill(entireProcessTree: false);

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await worker.WaitForExitAsync(limit.Token);
        Assert.True(worker.HasExited);
    }

    [Fact]
    public async Task What_a_killed_process_left_is_removed_and_what_is_in_use_stays()
    {
        var stray = Directory.CreateDirectory(Path.Combine(folder.Path, "office-profiles", "stray", "1", "profile")).Parent!.Parent!.FullName;
        await File.WriteAllTextAsync(Path.Combine(stray, "in-use"), "");
        await using var first = Pool();
        await first.ConvertAsync(OnePage, CancellationToken.None);

        await using (var second = Pool())
        {
            AssertPdf(await second.ConvertAsync(OnePage, CancellationToken.None));
            AssertPdf(await first.ConvertAsync(OnePage, CancellationToken.None));
            Assert.Equal(2, Profiles().Length);
        }

        Assert.False(Directory.Exists(stray));
        Assert.Single(Profiles());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, new DirectoryInfo(Profiles().Single()).UnixFileMode);
    }

    [Theory]
    [InlineData(1, long.MaxValue)]
    [InlineData(500, 1)]
    public async Task A_worker_is_replaced_after_its_documents_or_its_memory(int documents, long memory)
    {
        await using var pool = new RenderPool(new() { DataFolder = folder.Path, Workers = 1, RecycleAfter = documents, MemoryLimitBytes = memory });

        await pool.ConvertAsync(OnePage, CancellationToken.None);

        Assert.Empty(pool.WorkerIds);
        AssertPdf(await pool.ConvertAsync(OnePage, CancellationToken.None));
    }

    [Fact]
    public async Task A_worker_serves_one_document_after_the_other()
    {
        await using var pool = Pool();
        await pool.ConvertAsync(OnePage, CancellationToken.None);
        var worker = Assert.Single(pool.WorkerIds);

        for (var i = 0; i < 5; i++) AssertPdf(await pool.ConvertAsync(OnePage, CancellationToken.None));

        Assert.Equal(worker, Assert.Single(pool.WorkerIds));
        Assert.Empty(Directory.GetFiles(folder.Path, "*.docx", SearchOption.AllDirectories));
        Assert.Empty(Directory.GetFiles(folder.Path, "*.pdf", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Many_callers_share_the_workers()
    {
        await using var pool = new RenderPool(new() { DataFolder = folder.Path, Workers = 2 });

        var pdfs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => pool.ConvertAsync(OnePage, CancellationToken.None)));

        Assert.All(pdfs, AssertPdf);
        Assert.InRange(pool.WorkerIds.Count, 1, 2);
    }

    [Fact]
    public async Task A_damaged_document_is_declined_and_the_worker_goes_on()
    {
        await using var pool = Pool();
        await pool.ConvertAsync(OnePage, CancellationToken.None);
        var worker = Assert.Single(pool.WorkerIds);

        var damaged = await Assert.ThrowsAsync<RenderException>(() => pool.ConvertAsync(OnePage[..2_000], CancellationToken.None));
        var text = await Assert.ThrowsAsync<RenderException>(() => pool.ConvertAsync("Dear customer"u8.ToArray(), CancellationToken.None));

        Assert.Equal(("render.failed", "render.not_docx"), (damaged.Code, text.Code));
        AssertPdf(await pool.ConvertAsync(OnePage, CancellationToken.None));
        Assert.Equal(worker, Assert.Single(pool.WorkerIds));
    }

    [Fact]
    public async Task A_caller_who_gives_up_does_not_block_the_next()
    {
        await using var pool = Pool();
        await pool.ConvertAsync(OnePage, CancellationToken.None);
        using var patience = new CancellationTokenSource();

        var conversion = pool.ConvertAsync(ManyPages, patience.Token);
        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => conversion);
        AssertPdf(await pool.ConvertAsync(OnePage, CancellationToken.None));
    }

    [Fact]
    public async Task A_closed_pool_takes_no_document()
    {
        var pool = Pool();
        var last = pool.ConvertAsync(OnePage, CancellationToken.None);
        var closing = pool.DisposeAsync();

        AssertPdf(await last);
        await closing;
        await Assert.ThrowsAsync<ObjectDisposedException>(() => pool.ConvertAsync(OnePage, CancellationToken.None));
        Assert.Empty(Profiles());
    }

    [Fact]
    public async Task A_missing_office_suite_is_named_as_the_reason()
    {
        var fake = Directory.CreateDirectory(folder.File("fake")).FullName;
        await File.WriteAllTextAsync(Path.Combine(fake, "libmergedlo.so"), "no library");
        foreach (var place in new[] { folder.File("nowhere"), fake })
        {
            await using var pool = new RenderPool(new() { DataFolder = folder.Path, Workers = 1, OfficeFolder = place });

            var refused = await Assert.ThrowsAsync<RenderException>(() => pool.ConvertAsync(OnePage, CancellationToken.None));
            Assert.Equal("render.no_libreoffice", refused.Code);
        }
    }

    [Fact]
    public async Task An_executable_that_is_no_worker_is_reported()
    {
        foreach (var file in new[] { "/bin/true", folder.File("absent") })
        {
            await using var pool = new RenderPool(new() { DataFolder = folder.Path, Workers = 1, FileName = file });

            var refused = await Assert.ThrowsAsync<RenderException>(() => pool.ConvertAsync(OnePage, CancellationToken.None));
            Assert.Equal("render.worker_start", refused.Code);
        }
    }

    private RenderPool Pool() => new(new() { DataFolder = folder.Path, Workers = 1 });

    private string[] Profiles() => Directory.GetDirectories(Path.Combine(folder.Path, "office-profiles"));

    private static void AssertPdf(byte[] pdf)
    {
        Assert.Equal("%PDF-"u8.ToArray(), pdf[..5]);
        using var read = UglyToad.PdfPig.PdfDocument.Open(pdf);
        Assert.Contains("Facture 2026-0418", read.GetPage(1).Text);
    }
}
