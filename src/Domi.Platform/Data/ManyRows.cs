using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Microsoft.EntityFrameworkCore.Update;

namespace Domi.Platform;

/// <summary>
/// Writes what is tracked by one statement for all rows of a kind, prepared once. SQLite takes a statement for each row, and what EF does
/// around each costs several times as much as the row itself.
/// </summary>
internal static class ManyRows
{
    public static void Save(ChangeTracker tracker, SqliteTransaction transaction)
    {
        tracker.DetectChanges();
#pragma warning disable EF1001 // the entry is meant as what it publicly is, an IUpdateEntry
        var entries = tracker.Entries().Where(e => e.State is not EntityState.Unchanged).Select(e => (IUpdateEntry)e.GetInfrastructure()).ToList();
#pragma warning restore EF1001
        foreach (var kind in entries.GroupBy(e => (e.EntityType, e.EntityState)))
        {
            var properties = kind.Key.EntityType.GetProperties().ToList();
            if (kind.Key.EntityState is EntityState.Added) Write(kind, properties, [], transaction);
            else if (kind.Key.EntityState is EntityState.Modified)
            {
                var guards = properties.FindAll(p => p.IsPrimaryKey() || p.IsConcurrencyToken);
                foreach (var alike in kind.GroupBy(e => string.Create(properties.Count, (e, properties), static (marks, of) =>
                {
                    for (var n = 0; n < marks.Length; n++) marks[n] = of.e.IsModified(of.properties[n]) ? 'x' : '-';
                })))
                    Write(alike, properties.Where((_, n) => alike.Key[n] == 'x').ToList(), guards, transaction);
            }
            else throw new NotSupportedException("Rows are added and changed here, not removed.");
        }
    }

    private static void Write(IEnumerable<IUpdateEntry> entries, List<IProperty> written, List<IProperty> guards, SqliteTransaction transaction)
    {
        var table = $"\"{written[0].DeclaringType.GetTableName()}\"";
        var names = written.ConvertAll(p => $"\"{p.GetColumnName()}\"");
        using var command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // names of tables and columns, from the model
        command.CommandText = guards.Count == 0
            ? $"insert into {table} ({string.Join(", ", names)}) values ({string.Join(", ", names.Select((_, n) => $"$v{n}"))})"
            : $"update {table} set {string.Join(", ", names.Select((name, n) => $"{name} = $v{n}"))} where {string.Join(" and ", guards.Select((p, n) => $"\"{p.GetColumnName()}\" = $g{n}"))}";
#pragma warning restore CA2100
        var values = written.Select((_, n) => command.Parameters.Add(new SqliteParameter($"$v{n}", null))).ToList();
        var befores = guards.Select((_, n) => command.Parameters.Add(new SqliteParameter($"$g{n}", null))).ToList();
        var (toWritten, toGuard) = (written.ConvertAll(p => p.FindTypeMapping()?.Converter), guards.ConvertAll(p => p.FindTypeMapping()?.Converter));
        foreach (var entry in entries)
        {
            for (var n = 0; n < written.Count; n++) values[n].Value = Stored(entry.GetCurrentValue(written[n]), toWritten[n]);
            for (var n = 0; n < guards.Count; n++) befores[n].Value = Stored(entry.GetOriginalValue(guards[n]), toGuard[n]);
            if (command.ExecuteNonQuery() != 1) throw new DbUpdateConcurrencyException($"A row of {table} was changed meanwhile.");
        }
    }

    private static object Stored(object? value, ValueConverter? converter) =>
        value is null ? DBNull.Value : converter is null ? value : converter.ConvertToProvider(value) ?? DBNull.Value;
}
