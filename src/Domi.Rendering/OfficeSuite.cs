using System.Globalization;
using System.Text.RegularExpressions;

namespace Domi.Rendering;

/// <summary>Where LibreOffice is, and a profile for it that starts fast and does nothing but convert.</summary>
internal static partial class OfficeSuite
{
    public const string FolderVariable = "DOMI_LIBREOFFICE";

    /// <summary>Finds the <c>program</c> folder.</summary>
    /// <exception cref="RenderException"><c>render.no_libreoffice</c></exception>
    public static string FindProgramFolder(string? configured)
    {
        foreach (var folder in Candidates(configured))
            if (LibraryIn(folder) is not null) return Path.GetFullPath(folder);

        throw new RenderException("render.no_libreoffice",
            $"LibreOffice was not found. Install libreoffice-writer-nogui, or name its program folder in {FolderVariable}.");
    }

    /// <summary>The library with the conversion interface: distributions link everything into one, the vendor's build does not.</summary>
    public static string? LibraryIn(string programFolder) =>
        new[] { "libmergedlo.so", "libsofficeapp.so" }.Select(name => Path.Combine(programFolder, name)).FirstOrDefault(File.Exists);

    /// <summary>Writes a fresh user profile.</summary>
    /// <remarks>
    /// Without the last set-up version the suite migrates "old" settings at every start, which takes four seconds. The rest shuts what a
    /// document could use to reach out: macros, links, and any network address (all go to a proxy that is not there).
    /// </remarks>
    public static void SeedProfile(string profileFolder, string programFolder)
    {
        var user = Directory.CreateDirectory(Path.Combine(profileFolder, "user")).FullName;
        var items = new (string Path, string Name, string Value)[]
        {
            ("/org.openoffice.Setup/Product", "ooSetupLastVersion", Version(programFolder)),
            ("/org.openoffice.Setup/Office", "ooSetupInstCompleted", "true"),
            ("/org.openoffice.Office.Common/Misc", "FirstRun", "false"),
            ("/org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
            ("/org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
            ("/org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
            ("/org.openoffice.Office.Common/Security/Scripting", "CheckDocumentEvents", "false"),
            ("/org.openoffice.Office.Writer/Content/Update", "Link", "0"),
            ("/org.openoffice.Office.Writer/Content/Update", "Field", "true"),
            ("/org.openoffice.Office.Common/History", "PickListSize", "0"),
            ("/org.openoffice.Office.Recovery/AutoSave", "Enabled", "false"),
            ("/org.openoffice.Inet/Settings", "ooInetProxyType", "2"),
            ("/org.openoffice.Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
            ("/org.openoffice.Inet/Settings", "ooInetHTTPProxyPort", "9"),
            ("/org.openoffice.Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
            ("/org.openoffice.Inet/Settings", "ooInetHTTPSProxyPort", "9"),
            ("/org.openoffice.Inet/Settings", "ooInetFTPProxyName", "127.0.0.1"),
            ("/org.openoffice.Inet/Settings", "ooInetFTPProxyPort", "9"),
        };
        var lines = items.Select(item => string.Create(CultureInfo.InvariantCulture,
            $"""<item oor:path="{item.Path}"><prop oor:name="{item.Name}" oor:op="fuse"><value>{item.Value}</value></prop></item>"""));
        File.WriteAllText(Path.Combine(user, "registrymodifications.xcu"), $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
            {string.Join('\n', lines)}
            </oor:items>
            """);
    }

    private static IEnumerable<string> Candidates(string? configured)
    {
        if (!string.IsNullOrWhiteSpace(configured))
            return [configured, Path.Combine(configured, "program")]; // who names a folder means that one, and no other
        if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } named)
            return [named, Path.Combine(named, "program")];

        var opt = Directory.Exists("/opt") ? Directory.GetDirectories("/opt", "libreoffice*") : [];
        return new[] { "/usr/lib/libreoffice/program", "/usr/lib64/libreoffice/program" }
            .Concat(opt.OrderDescending(StringComparer.Ordinal).Select(folder => Path.Combine(folder, "program")));
    }

    // Major and minor, as the suite compares them.
    private static string Version(string programFolder)
    {
        var registry = Path.Combine(programFolder, "..", "share", "registry", "main.xcd");
        if (File.Exists(registry) && SetupVersion().Match(File.ReadAllText(registry)) is { Success: true } match)
            return match.Groups["version"].Value;
        return "7.4"; // a wrong version costs seconds at the start, nothing else
    }

    [GeneratedRegex("""ooSetupVersion"[^/]*?<value>(?<version>\d+\.\d+)""")]
    private static partial Regex SetupVersion();
}
