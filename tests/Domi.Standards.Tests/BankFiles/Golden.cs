using Xunit;

namespace Domi.Standards.Tests.BankFiles;

/// <summary>Files under tests/data: what is written has to be the same byte for byte, and what once broke a reader never goes.</summary>
internal static class Golden
{
    /// <summary>A folder of tests/data.</summary>
    public static string Folder(string name)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Domi.slnx"))) root = root.Parent ?? throw new DirectoryNotFoundException("no checkout");
        return Path.Combine(root.FullName, "tests", "data", name);
    }

    /// <summary>Holds bytes against a file; with DOMI_GOLDEN=write they become the file, to be looked at before they are committed.</summary>
    public static void Same(string folder, string file, byte[] written)
    {
        var path = Path.Combine(Folder(folder), file);
        if (Environment.GetEnvironmentVariable("DOMI_GOLDEN") == "write")
        {
            Directory.CreateDirectory(Folder(folder));
            File.WriteAllBytes(path, written);
        }

        Assert.True(File.Exists(path), $"{path} is missing; DOMI_GOLDEN=write makes it");
        Assert.True(File.ReadAllBytes(path).AsSpan().SequenceEqual(written), $"{file} is not what it was; DOMI_GOLDEN=write takes it over");
    }
}
