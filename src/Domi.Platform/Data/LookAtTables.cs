using Microsoft.EntityFrameworkCore;

namespace Domi.Platform;

/// <summary>
/// Every night SQLite looks how its tables are filled by now: the look at the start knows nothing of what came since. PostgreSQL does so by
/// itself.
/// </summary>
public sealed class LookAtTables(ModuleDb db) : IRecurring
{
    public static string Name => "look-at-tables";

    public static bool UsesWallClock => true;

    public static DateTimeOffset NextAfter(DateTimeOffset due, DomiSettings settings) => due.BrusselsDate().AddDays(1).At(3);

    public async Task RunAsync(DateTimeOffset due, CancellationToken ct)
    {
        if (db.IsSqlite) await db.WriteAsync(token => db.Database.ExecuteSqlRawAsync(Databases.LookAtTables, token), ct);
    }
}
