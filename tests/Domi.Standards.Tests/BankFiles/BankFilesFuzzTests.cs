using System.Diagnostics;
using System.Text;
using Domi.Standards.BankFiles;
using Xunit;

namespace Domi.Standards.Tests.BankFiles;

/// <summary>
/// Files of every kind that are almost right. Whatever comes ends in parts or in a finding; what does not add up is never silent; and nothing takes
/// much memory. DOMI_FUZZ_SECONDS says for how long, DOMI_SEED plays a run again: bin/fuzz files sets both.
/// </summary>
public sealed class BankFilesFuzzTests(ITestOutputHelper output)
{
    private const int Cases = 6_000;

    private static readonly int? Seconds = int.TryParse(Environment.GetEnvironmentVariable("DOMI_FUZZ_SECONDS"), out var seconds) ? seconds : null;
    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("DOMI_SEED"), out var seed) ? seed : 1;

    [Fact]
    public void Whatever_a_file_holds_it_ends_in_parts_or_a_finding_and_never_silently()
    {
        output.WriteLine($"seed {Seed}");
        var whole = Messages.All().ToList();
        var (watch, n, faults) = (Stopwatch.StartNew(), 0, new List<string>());
        for (; (Seconds is { } most ? watch.Elapsed < TimeSpan.FromSeconds(most) : n < Cases) && faults.Count < 10; n++)
        {
            var file = new FuzzedFile(new Random(unchecked(Seed * 1_000_003 + n))).Broken(whole[n % whole.Count]);
            try
            {
                Play(file);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                faults.Add($"case {n}: {e}\n{Convert.ToBase64String(file)}");
            }
        }

        output.WriteLine($"{n} cases");
        Assert.True(faults.Count == 0, $"seed {Seed}, {n} cases:\n\n{string.Join("\n\n", faults)}");
    }

    [Fact]
    public void Files_that_are_right_have_nothing_to_tell()
    {
        foreach (var message in Messages.All())
            Assert.Empty(BankFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(message))).OfType<Finding>().Select(f => f.ToString()));
    }

    [Fact]
    public void Every_file_that_once_broke_a_reader_is_read()
    {
        foreach (var file in Directory.EnumerateFiles(Golden.Folder("crashers"))) Play(File.ReadAllBytes(file));
    }

    private static void Play(byte[] file)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var judge = new FileJudge();
        foreach (var part in BankFile.Read(new MemoryStream(file))) judge.Take(part);
        judge.End();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < 4_000_000 + 200L * file.Length, $"{allocated} bytes of memory for {file.Length} of a file");

        if (judge.Format is { } format && SchemaCheck.Formats.Contains(format))
            foreach (var fault in SchemaCheck.Validate(new MemoryStream(file), format)) Assert.NotEmpty(fault.ToString());
    }
}
