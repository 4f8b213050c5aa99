using System.Text.Json;
using System.Text.Json.Serialization;

namespace Domi.Standards;

/// <summary>Carries an identifier in JSON as the string of its electronic form; a <c>default</c> one is written as null.</summary>
/// <exception cref="JsonException">On reading: the value is no string, or no identifier of this kind.</exception>
public sealed class StandardTextJsonConverter<T> : JsonConverter<T>
    where T : struct, IParsable<T>, IStandardText
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType is JsonTokenType.String ? Read(reader.GetString()) : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (value.Value.Length == 0) writer.WriteNullValue();
        else writer.WriteStringValue(value.Value);
    }

    public override T ReadAsPropertyName(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(reader.GetString());

    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.Value);

    private static T Read(string? text) =>
        T.TryParse(text, null, out var value) ? value : throw new JsonException($"'{text}' is not a valid {typeof(T).Name}.");
}
