using System.Reflection;
using System.Text.Json;

namespace Domi.Rendering;

/// <summary>How a field's value is written. <c>Amount</c>, <c>Quantity</c> and <c>Percent</c> are all decimals.</summary>
public enum FieldKind
{
    Text,
    Amount,
    Quantity,
    Percent,
    Date,
    Link,
    Image,
    Condition,
}

/// <summary>One name that may stand in a template.</summary>
/// <param name="Name">As people type it, without braces; pictures of Word templates begin with <c>Image:</c>.</param>
/// <param name="Descriptions">What it stands for, by language code.</param>
public sealed record FieldDefinition(string Name, FieldKind Kind, IReadOnlyDictionary<string, string>? Descriptions = null)
{
    /// <summary>The explanation in a language; empty when there is none.</summary>
    public string Describe(DocumentLanguage language) =>
        Descriptions is null ? "" : Descriptions.GetValueOrDefault(language.Code()) ?? Descriptions.GetValueOrDefault("en") ?? "";
}

/// <summary>A list whose fields repeat a row (Word) or a block (mail).</summary>
public sealed record TableDefinition(
    string Name, IReadOnlyList<FieldDefinition> Fields, IReadOnlyDictionary<string, string>? Descriptions = null)
{
    public string Describe(DocumentLanguage language) => new FieldDefinition(Name, FieldKind.Text, Descriptions).Describe(language);
}

/// <summary>The names a kind of template may use. The check knows no others.</summary>
public sealed record FieldCatalog(IReadOnlyList<FieldDefinition> Fields, IReadOnlyList<TableDefinition> Tables)
{
    private readonly Dictionary<string, FieldDefinition> fields =
        Fields.ToDictionary(field => field.Name, StringComparer.OrdinalIgnoreCase);

    private readonly Dictionary<string, TableDefinition> tables =
        Tables.ToDictionary(table => table.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Finds a field outside tables by its name in any letter case.</summary>
    public FieldDefinition? Field(string name) => fields.GetValueOrDefault(name);

    public TableDefinition? Table(string name) => tables.GetValueOrDefault(name);

    /// <summary>Finds <c>Table.Column</c>.</summary>
    internal (TableDefinition Table, FieldDefinition? Column)? TableField(string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        if (dot <= 0 || Table(name[..dot]) is not { } table) return null;

        var column = name[(dot + 1)..];
        return (table, table.Fields.FirstOrDefault(field => field.Name.Equals(column, StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary>All names as they stand between braces, for hints and lists.</summary>
    internal IEnumerable<string> Names() =>
        Fields.Select(field => field.Name)
            .Concat(Tables.SelectMany(table => table.Fields.Select(field => $"{table.Name}.{field.Name}")));

    /// <summary>Reads a catalog that lies in this assembly as JSON.</summary>
    internal static FieldCatalog Read(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The resource {resource} is missing from the build.");
        var file = JsonSerializer.Deserialize<CatalogFile>(stream, Json)!;
        return new(
            [.. file.Fields.Select(Definition)],
            [.. file.Tables.Select(table => new TableDefinition(table.Name, [.. table.Fields.Select(Definition)], table.Texts()))]);
    }

    private static FieldDefinition Definition(FieldLine line) => new(line.Name, line.Kind, line.Texts());

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() },
    };

    private sealed record CatalogFile(FieldLine[] Fields, TableLine[] Tables);

    private sealed record FieldLine(string Name, FieldKind Kind, string Fr, string Nl, string En, string De)
    {
        public Dictionary<string, string> Texts() => new() { ["fr"] = Fr, ["nl"] = Nl, ["en"] = En, ["de"] = De };
    }

    private sealed record TableLine(string Name, string Fr, string Nl, string En, string De, FieldLine[] Fields)
    {
        public Dictionary<string, string> Texts() => new() { ["fr"] = Fr, ["nl"] = Nl, ["en"] = En, ["de"] = De };
    }
}

/// <summary>The standard names for invoices and credit notes in Word.</summary>
public static class InvoiceFields
{
    public static FieldCatalog Catalog { get; } = FieldCatalog.Read("invoice-fields.json");
}

/// <summary>The standard names for mails.</summary>
public static class MailFields
{
    public static FieldCatalog Catalog { get; } = FieldCatalog.Read("mail-fields.json");
}
