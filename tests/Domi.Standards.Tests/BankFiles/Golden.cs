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
}
