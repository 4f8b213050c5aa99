using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Domi.Standards.Tests.BankFiles;

/// <summary>Bank files that are almost right: one that is, broken in one to four places by what it is made of.</summary>
internal sealed class FuzzedFile(Random random)
{
    // What stands where a name, a number, a date or nothing should.
    private static readonly string[] Rubbish =
    [
        "", " ", "0", "-1", "1e9", "1,50", "0.001", "0.123456", "999999999.99", "999999999999999999", "79228162514264337593543950335", "0000000000000001.00", "NaN", "true", "BOOK", "PDNG", "XXXX",
        "CRDT", "DBIT", "EUR", "USD", "2026-02-30", "2026-03-17", "9999-12-31T23:59:59Z", "0001-01-01", "NOTPROVIDED", "SMNDA", "RJCT", "BE68539007547034", "BE68 5390 0754 7035", "RF18539007547034",
        "+++090/9337/55493+++", "090933755493", "é€𝄞", "‮", "\ufffd", "]]>", "<", "&amp;", "'; drop table x; --", "=1+1", "//", "/a/", "\r\n", "\t", "A\u0301",
    ];

    private readonly Random random = random;

    public byte[] Broken(string text) => text.StartsWith('<') ? Bytes(BrokenXml(text)) : Bytes(BrokenCoda(text));

    private string BrokenXml(string text)
    {
        var document = XDocument.Parse(text);
        document.Root!.Attributes().Remove(); // its namespace is written again by whatever the names then say
        for (var times = random.Next(1, 5); times > 0; times--) Break(document);
        var xml = document.ToString(Chance(2) ? SaveOptions.None : SaveOptions.DisableFormatting);
        return Chance(6) ? Cut(xml) : Chance(2) ? $"<?xml version=\"1.0\" encoding=\"{One("UTF-8", "utf-8", "ISO-8859-1", "UTF-16", "us-ascii", "windows-1252", "x")}\"?>\n{xml}" : xml;
    }

    private void Break(XDocument document)
    {
        var all = document.Descendants().ToList();
        var one = all[random.Next(all.Count)];
        var other = all[random.Next(all.Count)];
        switch (random.Next(13))
        {
            case 0 when one.Parent is not null:
                one.Remove();
                break;
            case 1 when one.Parent is not null:
                for (var times = random.Next(1, 8); times > 0; times--) one.AddAfterSelf(new XElement(one));
                break;
            case 2 when one.Parent is not null && !other.AncestorsAndSelf().Contains(one):
                one.Remove();
                other.Add(one);
                break;
            case 3 when one.NextNode is { } next:
                next.Remove();
                one.AddBeforeSelf(next);
                break;
            case 4:
                one.Name = Chance(2) ? other.Name : XName.Get(one.Name.LocalName, One("", "urn:x", "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08", "urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"));
                break;
            case 5:
                one.SetAttributeValue("Ccy", One("EUR", "USD", "", "eur"));
                break;
            case 6:
                one.AddFirst(One<XNode>(new XComment(" x "), new XProcessingInstruction("x", "y"), new XCData("a<b"), new XText("loose")));
                break;
            case 7:
                var inner = one.Nodes().ToList();
                one.RemoveNodes();
                one.Add(new XElement(one.Name, inner));
                break;
            case 8:
                for (var deep = random.Next(1, 60); deep > 0; deep--)
                {
                    var child = new XElement(one.Name);
                    one.Add(child);
                    one = child;
                }

                break;
            case 9 when !one.HasElements:
                one.Value = new string('A', random.Next(100, 12_000));
                break;
            default:
                var leaf = all.Where(e => !e.HasElements).ElementAt(random.Next(all.Count(e => !e.HasElements)));
                leaf.Value = Chance(2) ? One(Rubbish) : other.HasElements ? leaf.Value + One(Rubbish) : other.Value;
                break;
        }
    }

    private string BrokenCoda(string text)
    {
        var lines = text.Split('\n').ToList();
        for (var times = random.Next(1, 5); times > 0; times--)
        {
            var (at, other) = (random.Next(lines.Count), random.Next(lines.Count));
            switch (random.Next(9))
            {
                case 0:
                    lines.RemoveAt(at);
                    if (lines.Count == 0) lines.Add("");
                    break;
                case 1:
                    lines.Insert(other, lines[at]);
                    break;
                case 2:
                    (lines[at], lines[other]) = (lines[other], lines[at]);
                    break;
                case 3:
                    lines.Insert(at, new string(' ', random.Next(3)));
                    break;
                case 4:
                    lines[at] += One(" ", "X", "\r");
                    break;
                case 5 when lines[at].Length > 1:
                    lines[at] = lines[at][..random.Next(lines[at].Length)];
                    break;
                default:
                    if (lines[at].Length < 128) break;
                    var places = lines[at].ToCharArray();
                    var from = random.Next(128);
                    var rubbish = Chance(2) ? new string(One('9', '0', ' ', '1', 'A', 'é', '\0'), random.Next(1, 16)) : One(Rubbish);
                    for (var i = 0; i < rubbish.Length && from + i < 128; i++) places[from + i] = rubbish[i];
                    lines[at] = new string(places);
                    break;
            }
        }

        return string.Join(One("\n", "\r\n", "\n"), lines);
    }

    private byte[] Bytes(string text)
    {
        var encoding = Chance(8) ? Encoding.Unicode : Chance(6) ? Encoding.Latin1 : new UTF8Encoding(false);
        byte[] bytes = [.. Chance(8) ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)];
        if (Chance(8) && bytes.Length > 0)
        {
            for (var times = random.Next(1, 4); times > 0; times--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return Chance(20) ? Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes, Base64FormattingOptions.InsertLineBreaks)) : bytes;
    }

    private string Cut(string text) => text[..random.Next(text.Length)];

    private bool Chance(int oneIn) => random.Next(oneIn) == 0;

    private T One<T>(params T[] of) => of[random.Next(of.Length)];
}
