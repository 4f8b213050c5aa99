using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using NpgsqlTypes;

namespace Domi.Platform;

/// <summary>What a backup says of itself, in its first entry: enough to restore it without knowing the model of the day.</summary>
/// <param name="Format">How the file is laid out; a program reads the formats up to its own.</param>
/// <param name="Id">Of this backup: a restore that was interrupted between two modules knows by it what it has done.</param>
/// <param name="Program">Version of the program that made it.</param>
/// <param name="CreatedAt">When its snapshots were taken, UTC.</param>
/// <param name="Modules">The modules that it holds: <c>office</c>, <c>engine</c> or both.</param>
public sealed record BackupManifest(int Format, Guid Id, string Program, DateTimeOffset CreatedAt, IReadOnlyList<BackedUpModule> Modules);

/// <summary>One module in a backup.</summary>
/// <param name="Module"><c>office</c> or <c>engine</c>.</param>
/// <param name="Migrations">What was applied to its database, in order.</param>
/// <param name="Tables">Its tables, each after those that it refers to.</param>
public sealed record BackedUpModule(string Module, IReadOnlyList<string> Migrations, IReadOnlyList<BackedUpTable> Tables);

/// <summary>One table in a backup; its rows follow as JSON lines.</summary>
public sealed record BackedUpTable(string Name, IReadOnlyList<BackedUpColumn> Columns, long Rows);

/// <summary>One column in a backup.</summary>
/// <param name="Type">One of <c>guid</c>, <c>text</c>, <c>decimal</c>, <c>instant</c>, <c>date</c>, <c>bytes</c>, <c>bool</c>, <c>int</c>, <c>long</c>.</param>
public sealed record BackedUpColumn(string Name, string Type);

/// <summary>How a value stands in a backup, whichever database it came from and goes to.</summary>
internal sealed record BackupType(
    string Name, Type Clr, NpgsqlDbType Postgres, Action<Utf8JsonWriter, DbDataReader, int> Write, Func<JsonElement, object> Read)
{
    private static readonly BackupType[] All =
    [
        new("guid", typeof(Guid), NpgsqlDbType.Uuid, (json, row, i) => json.WriteStringValue(row.GetGuid(i)), value => value.GetGuid()),
        new("text", typeof(string), NpgsqlDbType.Text, (json, row, i) => json.WriteStringValue(row.GetString(i)), value => value.GetString()!),
        // As text: what reads JSON may take a number for a double.
        new("decimal", typeof(decimal), NpgsqlDbType.Numeric, (json, row, i) => json.WriteStringValue(row.GetDecimal(i).ToString(CultureInfo.InvariantCulture)),
            value => decimal.Parse(value.GetString()!, NumberStyles.Number, CultureInfo.InvariantCulture)),
        // Both databases hold instants as UTC; SQLite does not say so.
        new("instant", typeof(DateTime), NpgsqlDbType.TimestampTz, (json, row, i) => json.WriteStringValue(DateTime.SpecifyKind(row.GetDateTime(i), DateTimeKind.Utc)),
            value => value.GetDateTime().ToUniversalTime()),
        new("date", typeof(DateOnly), NpgsqlDbType.Date, (json, row, i) => json.WriteStringValue(row.GetFieldValue<DateOnly>(i).ToString("O", CultureInfo.InvariantCulture)),
            value => DateOnly.ParseExact(value.GetString()!, "O", CultureInfo.InvariantCulture)),
        new("bytes", typeof(byte[]), NpgsqlDbType.Bytea, (json, row, i) => json.WriteBase64StringValue(row.GetFieldValue<byte[]>(i)), value => value.GetBytesFromBase64()),
        new("bool", typeof(bool), NpgsqlDbType.Boolean, (json, row, i) => json.WriteBooleanValue(row.GetBoolean(i)), value => value.GetBoolean()),
        new("int", typeof(int), NpgsqlDbType.Integer, (json, row, i) => json.WriteNumberValue(row.GetInt32(i)), value => value.GetInt32()),
        new("long", typeof(long), NpgsqlDbType.Bigint, (json, row, i) => json.WriteNumberValue(row.GetInt64(i)), value => value.GetInt64()),
    ];

    /// <exception cref="InvalidOperationException">No backup knows the type: give it a line above.</exception>
    public static BackupType Of(Type clr, string column) => All.FirstOrDefault(t => t.Clr == (Nullable.GetUnderlyingType(clr) ?? clr))
        ?? throw new InvalidOperationException($"Column {column} is stored as {clr}, which no backup knows.");

    /// <exception cref="SettingsException">The backup is of a later program.</exception>
    public static BackupType Of(string name) => All.FirstOrDefault(t => t.Name == name)
        ?? throw new SettingsException($"The backup has a column of type '{name}', which this version does not know. Restore it with the version that made it, or a newer one.");
}
