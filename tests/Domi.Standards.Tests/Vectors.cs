using Xunit;

namespace Domi.Standards.Tests;

/// <summary>Tables of check values that lie outside the repository; a test that needs them is not run without.</summary>
internal static class Vectors
{
    /// <summary>The rows of a tab-separated file under the samples' folder "vectors", without its heading.</summary>
    public static IReadOnlyList<string[]> Read(string file)
    {
        var path = Path.Combine(Folder(), "vectors", file);
        Assert.SkipUnless(System.IO.File.Exists(path), "no samples");
        return [.. System.IO.File.ReadLines(path).Skip(1).Where(line => line.Length > 0).Select(line => line.Split('\t'))];
    }

    /// <summary>A sample file; the test is not run without.</summary>
    public static byte[] File(string path)
    {
        var full = Path.Combine(Folder(), path);
        Assert.SkipUnless(System.IO.File.Exists(full), "no samples");
        return System.IO.File.ReadAllBytes(full);
    }

    /// <summary>The lines of a text file beside the samples.</summary>
    public static IReadOnlyList<string> Lines(string path) => System.Text.Encoding.UTF8.GetString(File(path)).Split('\n');

    /// <summary>Sample files of a folder by their path below the samples; none when there are no samples.</summary>
    public static IReadOnlyList<string> Files(string folder) => Directory.Exists(Path.Combine(Folder(), folder))
        ? [.. Directory.EnumerateFiles(Path.Combine(Folder(), folder)).Select(f => $"{folder}/{Path.GetFileName(f)}").Order(StringComparer.Ordinal)]
        : [];

    private static string Folder()
    {
        if (Environment.GetEnvironmentVariable("DOMI_SAMPLES") is { Length: > 0 } given) return given;

        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !System.IO.File.Exists(Path.Combine(root.FullName, "Domi.slnx")))
            root = root.Parent;
        return Path.Combine(root?.FullName ?? "", "..", "shared", "data");
    }
}
