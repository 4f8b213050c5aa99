namespace Domi.Standards.BankFiles;

/// <summary>A file that has its name only when it is whole, on the disk, and found right.</summary>
internal static class ReleasedFile
{
    /// <exception cref="InvalidDataException">The check found something.</exception>
    public static void Make(string path, Action<Stream> write, Func<Func<Stream>, IEnumerable<Finding>> check)
    {
        var draft = path + ".tmp";
        try
        {
            using (var stream = new FileStream(draft, FileMode.Create, FileAccess.Write, FileShare.None, 64 << 10))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            var faults = check(() => new FileStream(draft, FileMode.Open, FileAccess.Read, FileShare.Read, 64 << 10)).Take(10).ToList();
            if (faults.Count > 0) throw new InvalidDataException($"The file is not released. {string.Join(" ", faults)}");
            File.Move(draft, path, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
    }
}
