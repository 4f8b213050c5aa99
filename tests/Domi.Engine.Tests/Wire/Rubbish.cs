using System.Globalization;
using System.Text;

namespace Domi.Engine.Tests.Wire;

/// <summary>Values that are none, or almost one. The same seed gives the same values.</summary>
internal sealed class Rubbish(Random random)
{
    private static readonly string[] Odd =
    [
        "", " ", "null", "undefined", "NaN", "Infinity", "-1", "0", "-0", "00", "1e3", "1e400", "1e-40", "0x10", "1,5", "1.005", "1.2.3", "٣", "２", "+5", " 5 ", "12.100000000000001", "2147483648", "-2147483649", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "99999999999999999999999999999999", "79228162514264337593543950335", "79228162514264337593543950336", "0.0000000000000000000000000001", "999999999.99", "1000000000", "true", "TRUE", "yes", "[]", "{}", "[object Object]", "{\"0\":1}",
        "0000-00-00", "0001-01-01", "1989-12-31", "1990-01-01", "2026-02-30", "2200-12-31", "2201-01-01", "9999-12-31", "10000-01-01", "-2026-01-01", "31/12/2026", "2026-03-17T25:61:61Z", "2026-03-17 08:00", "253402300800000", "-62135596800000", "6999999999999", "7000000000000",
        "\0", "a\0b", "\ud800", "a\udc00b", "\ufeffx", "\u202etxt", "e\u0301", "\u200b", "\uffff", "\u0085", "\u2028", "\u001b[31m", "👩‍👩‍👧‍👦", "İıſK", "ǆ", "a\r\nX-Evil: 1", "a\tb\nc", "\u007f",
        "'; drop table invoices; --", "\" or 1=1", "a%' or '_'='", "<script>alert(1)</script>", "]]>", "&amp;&#0;", "${7*7}", "{{7*7}}", "{0}", "{name}", "%s%n", "%00", "%", "%zz", "../../../etc/passwd", "\\\\host\\share", "file:///etc/passwd", "javascript:alert(1)", "http://", "https://[::1",
        "//evil.example", "https://example.org/", "https://exa mple.org", "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "{00000000-0000-0000-0000-000000000001}", "BE00", "BE68539007547034", "be68 5390 0754 7034", "XX68539007547034", "NL91ABNA0417164300", "GKCCBEBB", "GKCCBEBBXXXX",
        "a@b", "a@b.c", "\"a b\"@example.org", "a@[127.0.0.1]", "é@exämple.org", "a@b.example,c@d.example", "a@b.example\r\nBcc: x@y.example", "+++090/9337/55493+++", "RF18539007547034", "|", ";", ",", ",,,", "a,b,c", "=1+1", "@SUM(A1)", "1w", "1m", "12m", "0m", "999999999m", "-1d",
        "PREPARED", "SIGNED", "active", "passive", "BOOKED", "archived", "paid", "deleted", "refund", "pause", "EUR", "be", "BELGIUM", "xx", "en-US", "CORE", "B2B", "%PDF-", "JVBERi0xLjQ=", "data:image/png;base64,iVBORw0KGgo=", "====", "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ",
    ];

    private static readonly int[] Lengths = [9, 36, 51, 71, 141, 201, 255, 256, 501, 1_001, 2_001, 5_000, 70_000];

    // Values of JSON that are no text.
    private static readonly string[] Tokens =
    [
        "null", "true", "false", "0", "-1", "1e999", "-1e-999", "1.0000000000000000000000000000001", "123456789012345678901234567890", "9007199254740993", "[]", "{}", "[null]", "[[[[[[]]]]]]", "[1,\"2\",{\"a\":[]}]", "{\"0\":{\"amount\":\"x\"}}", "{\"value\":null}", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\n\"",
        "{\"\":\"\"}", "{\"\\ud800\":1}", "{\"__proto__\":{}}", "[\"a\",\"a\",\"a\"]", "{\"customerNumber\":[]}", "{\"customerNumber\":null,\"email\":7}", "[{\"unitprice\":\"1e400\"}]", "[{\"unitprice\":999999999,\"quantity\":999999999,\"vatrate\":999999999}]", "NaN", "01", "'x'", "/*x*/1",
    ];

    private static readonly string[] Types =
    [
        "application/json", "application/json; charset=utf-16", "application/json; charset=nonsense", "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-7", "application/x-www-form-urlencoded; charset=iso-8859-1", "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=x",
        "multipart/mixed; boundary=x", "application/xml", "text/xml; charset=utf-16", "text/plain", "text/html", "application/pdf", "application/octet-stream", "application/vnd.api+json", "JSON", "a/b/c", "*/*", "; charset", "application/json;;;", "image/png",
    ];

    public bool Chance(int percent) => random.Next(100) < percent;

    public T One<T>(IReadOnlyList<T> list) => list[random.Next(list.Count)];

    public int Below(int most) => random.Next(most);

    public string Type() => One(Types);

    public string Token() => One(Tokens);

    public string Text(string plausible) => random.Next(9) switch
    {
        0 => string.Concat(Enumerable.Repeat(One(["x", "é", "😀", " ", "9", "<", "\\", "\"", "%", "a."]), One(Lengths))),
        1 => new string([.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => (char)random.Next(0x10000))]),
        2 => plausible.Insert(random.Next(plausible.Length + 1), One(Odd)),
        3 => plausible.Length > 0 ? plausible.Remove(random.Next(plausible.Length)) : "-",
        4 => Chance(50) ? plausible.ToUpperInvariant() : " " + plausible + " ",
        _ => One(Odd),
    };

    /// <summary>Spoils bytes: some are others, some are missing, some come twice.</summary>
    public byte[] Spoilt(byte[] bytes)
    {
        var list = bytes.ToList();
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var at = random.Next(list.Count + 1);
            var length = Math.Min(random.Next(1, 12), list.Count - at);
            switch (random.Next(6))
            {
                case 0: list.RemoveRange(at, list.Count - at); break;
                case 1: list.RemoveRange(at, length); break;
                case 2: list.InsertRange(at, list.GetRange(at, length)); break;
                case 3: list.Insert(at, One<byte>([0x00, 0xFF, 0xC0, 0xED, 0x80, 0x0D, 0x0A, 0x22, 0x26, 0x3C, 0x5B, 0x7B])); break;
                case 4: list.InsertRange(at, One([[0xEF, 0xBB, 0xBF], [0xFF, 0xFE], "&#0;"u8.ToArray(), "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]>"u8.ToArray(), "%00"u8.ToArray(), "\r\n--x--\r\n"u8.ToArray()])); break;
                default:
                    if (at < list.Count) list[at] = (byte)random.Next(256);
                    break;
            }
        }

        return [.. list];
    }

    /// <summary>A text as it stands in an address or a form: UTF-8 in percent signs, half a character too; sometimes with less of it than is due.</summary>
    public string Escaped(string text, bool allowsBare = true)
    {
        var bare = allowsBare && Chance(10);
        var escaped = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (i < text.Length - 1 && char.IsSurrogatePair(text[i], text[i + 1]))
            {
                Write(Encoding.UTF8.GetBytes(text.Substring(i++, 2)));
                continue;
            }

            var c = text[i];
            if (char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '~' || (bare && c is > ' ' and < (char)127 and not ('#' or '?' or '&'))) escaped.Append(c);
            else if (c == ' ' && allowsBare && Chance(50)) escaped.Append('+');
            else if (char.IsSurrogate(c)) Write([(byte)(0xE0 | (c >> 12)), (byte)(0x80 | ((c >> 6) & 0x3F)), (byte)(0x80 | (c & 0x3F))]);
            else Write(Encoding.UTF8.GetBytes([c]));
        }

        return escaped.ToString();

        void Write(byte[] bytes)
        {
            foreach (var b in bytes) escaped.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
        }
    }

    /// <summary>A text of JSON, half characters as they are.</summary>
    public static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            if (c is '"' or '\\') quoted.Append('\\').Append(c);
            else if (c < ' ' || char.IsSurrogate(c)) quoted.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else quoted.Append(c);
        }

        return quoted.Append('"').ToString();
    }
}
