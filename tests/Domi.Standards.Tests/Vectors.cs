using Xunit;

namespace Domi.Standards.Tests;

/// <summary>Tables of check values that lie outside the repository; a test that needs them is not run without.</summary>
internal static class Vectors
{
    /// <summary>The rows of a tab-separated file under the samples' folder "vectors", without its heading.</summary>
    public static IReadOnlyList<string[]> Read(string file)
    {
        var path = Path.Combine(Folder(), "vectors", file);
        Assert.SkipUnless(File.Exists(path), "no samples");
        return [.. File.ReadLines(path).Skip(1).Where(line => line.Length > 0).Select(line => line.Split('\t'))];
    }

    private static string Folder()
    {
        if (Environment.GetEnvironmentVariable("DOMI_SAMPLES") is { Length: > 0 } given) return given;

        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Domi.slnx")))
            root = root.Parent;
        return Path.Combine(root?.FullName ?? "", "..", "shared", "data");
    }
}
