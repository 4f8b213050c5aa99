using System.Data;
using System.Data.Common;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.Testing;

/// <summary>
/// Builds one database from the migrations and one from the model, and compares tables, columns and indexes: the safety of migrations
/// that are written by hand.
/// </summary>
public static class SchemaComparison
{
    public static async Task<(IReadOnlyList<string> Migrated, IReadOnlyList<string> Model)> OfAsync<T>(DatabaseProvider provider, string migratedConnection, string modelConnection)
        where T : ModuleDb
    {
        await using var migrated = Open<T>(provider, migratedConnection);
        await migrated.Database.MigrateAsync();
        await using var model = Open<T>(provider, modelConnection);
        await model.Database.EnsureCreatedAsync();
        return (await DescribeAsync(migrated, provider), await DescribeAsync(model, provider));
    }

    private static T Open<T>(DatabaseProvider provider, string connection)
        where T : ModuleDb
    {
        var options = new DbContextOptionsBuilder<T>();
        Databases.Configure(options, provider, connection);
        return (T)Activator.CreateInstance(typeof(T), options.Options)!;
    }

    private static async Task<IReadOnlyList<string>> DescribeAsync(ModuleDb db, DatabaseProvider provider)
    {
        var connection = db.Database.GetDbConnection();
        if (connection.State is not ConnectionState.Open) await connection.OpenAsync();
        var lines = provider == DatabaseProvider.Sqlite
            ? [.. await LinesAsync(connection, """
                select m.name || '.' || c.name || ' ' || c.type || case c."notnull" when 1 then ' not null' else '' end || case when c.pk > 0 then ' key' || c.pk else '' end
                from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' and m.name not like 'sqlite_%' and m.name not like '\_\_%' escape '\'
                """),
                .. await LinesAsync(connection, "select replace(sql, '\"', '') from sqlite_master where type = 'index' and sql is not null")]
            : (List<string>)[.. await LinesAsync(connection, """
                select table_name || '.' || column_name || ' ' || data_type || coalesce('(' || character_maximum_length || ')', '') || coalesce('(' || numeric_precision || ',' || numeric_scale || ')', '') || case is_nullable when 'NO' then ' not null' else '' end
                from information_schema.columns where table_schema = 'public' and table_name not like '\_\_%'
                """),
                .. await LinesAsync(connection, "select indexdef from pg_indexes where schemaname = 'public' and tablename not like '\\_\\_%'")];
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    private static async Task<List<string>> LinesAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync()) lines.Add(reader.GetString(0));
        return lines;
    }
}
