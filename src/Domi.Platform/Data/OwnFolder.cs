namespace Domi.Platform;

/// <summary>A folder for the program's data: what is made here is for its own user alone, what is there already stays as it is.</summary>
public static class OwnFolder
{
    public static void Make(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
