using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Schema;

namespace Domi.Standards.BankFiles;

/// <summary>Holds a file against its schema. Needed, and not enough: a schema leaves open nearly all that banks insist on.</summary>
/// <remarks>The schemas are those of the ISO 20022 registration authority, unchanged: see THIRD-PARTY.md.</remarks>
public static partial class SchemaCheck
{
    /// <summary>After this many faults the rest of a file is not looked at.</summary>
    public const int MaxFaults = 100;

    private const string Prefix = "Domi.Standards.Schemas.";
    private const string Suffix = ".xsd";

    private static readonly ConcurrentDictionary<string, XmlSchemaSet> Compiled = new(StringComparer.Ordinal);

    /// <summary>The formats there is a schema for, such as <c>pain.008.001.08</c>.</summary>
    public static IReadOnlyList<string> Formats { get; } =
    [
        .. typeof(SchemaCheck).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^Suffix.Length]).Order(StringComparer.Ordinal),
    ];

    /// <summary>The faults of a file against a schema, in the file's order; none when it is valid. One pass, constant memory.</summary>
    /// <param name="file">Read to its end, and left open.</param>
    /// <param name="format">One of <see cref="Formats"/>.</param>
    /// <param name="limits">How large the file and its parts may be; <see cref="FileLimits.Default"/> unless given.</param>
    /// <returns>Faults of rule <c>schema</c>, which hold; the last one rejects when the file is no XML or too large.</returns>
    /// <exception cref="ArgumentException">There is no schema for the format.</exception>
    public static IEnumerable<Finding> Validate(Stream file, string format, FileLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (!Formats.Contains(format)) throw new ArgumentException($"There is no schema for {format}.", nameof(format));
        return BankFile.Guarded(Faults(new(file, limits ?? FileLimits.Default), format, limits ?? FileLimits.Default)).Cast<Finding>();
    }

    private static IEnumerable<Finding> Faults(GuardedStream file, string format, FileLimits limits)
    {
        var found = new Queue<Finding>();
        var settings = XmlCursor.Settings(limits);
        settings.ValidationType = ValidationType.Schema;
        settings.ValidationFlags = XmlSchemaValidationFlags.ReportValidationWarnings;
        settings.Schemas = Compiled.GetOrAdd(format, Compile);
        settings.ValidationEventHandler += (_, e) => found.Enqueue(new(Severity.Hold, "schema", Namespaces().Replace(e.Message, ""), $"line {e.Exception.LineNumber}"));
        using var reader = XmlReader.Create(file, settings);
        for (var count = 0; reader.Read(); file.GotFurther())
        {
            if (reader.Depth > limits.MaxDepth) throw new InvalidDataException($"Elements are more than {limits.MaxDepth} deep.");
            while (found.TryDequeue(out var fault))
            {
                yield return fault;
                if (++count < MaxFaults) continue;
                yield return new(Severity.Hold, "schema", $"More than {MaxFaults} faults: the rest is not looked at.", fault.Place);
                yield break;
            }
        }
    }

    private static XmlSchemaSet Compile(string format)
    {
        using var stream = typeof(SchemaCheck).Assembly.GetManifestResourceStream(Prefix + format + Suffix)!;
        using var reader = XmlReader.Create(stream);
        var set = new XmlSchemaSet { XmlResolver = null };
        set.Add(null, reader);
        set.Compile();
        return set;
    }

    // The namespace, repeated for each name, makes the message hard to read.
    [GeneratedRegex(" in namespace '[^']*'")]
    private static partial Regex Namespaces();
}
