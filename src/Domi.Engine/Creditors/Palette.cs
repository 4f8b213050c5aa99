using System.Globalization;

namespace Domi.Engine.Creditors;

/// <summary>
/// The colours that a creditor's accent makes on hosted pages. The accent is darkened, or in the dark lightened, until everything that is
/// written in it or on it can be read: a contrast of 4.5 to 1.
/// </summary>
/// <remarks>Source: WCAG 2.2, 1.4.3 and its definition of contrast ratio. The grounds are those of hosted.css.</remarks>
internal sealed record Palette(Palette.Shades Light, Palette.Shades Dark)
{
    public const double LeastContrast = 4.5;

    /// <summary>Buttons and links; the same pressed; a ground that reminds of it; what is written on a button.</summary>
    public sealed record Shades(string Accent, string Pressed, string Tint, string OnAccent);

    private static readonly Colour White = new(255, 255, 255);
    private static readonly Colour Black = new(0, 0, 0);
    private static readonly Colour Night = new(0x14, 0x13, 0x12);

    public static bool IsColour(string? text) => text is { Length: 6 } && text.All(char.IsAsciiHexDigit);

    /// <summary>Of a colour of six hexadecimal digits.</summary>
    public static Palette Of(string accent)
    {
        var chosen = Colour.Of(accent);
        return new(
            Readable(chosen, Black, White, [White, new(0xf5, 0xf3, 0xef), new(0xfa, 0xf9, 0xf6)], Black, .25),
            Readable(chosen, White, Night, [new(0x1c, 0x1b, 0x19), Night, new(0x23, 0x21, 0x20)], White, .35));
    }

    public static double Contrast(string one, string other) => Colour.Of(one.TrimStart('#')).Against(Colour.Of(other.TrimStart('#')));

    /// <summary>The stylesheet that comes after the house's own.</summary>
    public string Css()
    {
        return Rule(Light) + $"@media (prefers-color-scheme: dark) {{ {Rule(Dark)} }}\n";

        static string Rule(Shades s) => $":root {{ --accent: {s.Accent}; --accent-2: {s.Pressed}; --accent-tint: {s.Tint}; --on-accent: {s.OnAccent}; }}\n";
    }

    private static Shades Readable(Colour accent, Colour towards, Colour written, IReadOnlyList<Colour> grounds, Colour pressed, double much)
    {
        var paper = grounds[0];
        for (var part = 0.0; ; part += .02)
        {
            var tried = accent.Mixed(towards, Math.Min(part, 1));
            var tint = paper.Mixed(tried, .08);
            if (part < 1 && grounds.Append(tint).Append(written).Any(ground => tried.Against(ground) < LeastContrast)) continue;
            return new(tried.Hex, tried.Mixed(pressed, much).Hex, tint.Hex, written.Hex);
        }
    }

    private readonly record struct Colour(double Red, double Green, double Blue)
    {
        public static Colour Of(string hex) => new(Part(hex, 0), Part(hex, 2), Part(hex, 4));

        public string Hex => string.Create(CultureInfo.InvariantCulture, $"#{(int)Math.Round(Red):x2}{(int)Math.Round(Green):x2}{(int)Math.Round(Blue):x2}");

        /// <summary>As it is shown: a screen knows whole steps only.</summary>
        public Colour Mixed(Colour other, double part) => new(Mix(Red, other.Red, part), Mix(Green, other.Green, part), Mix(Blue, other.Blue, part));

        public double Against(Colour other)
        {
            var (one, two) = (Luminance, other.Luminance);
            return (Math.Max(one, two) + .05) / (Math.Min(one, two) + .05);
        }

        private double Luminance => (.2126 * Linear(Red)) + (.7152 * Linear(Green)) + (.0722 * Linear(Blue));

        private static double Linear(double part) => part / 255 is var share && share <= .04045 ? share / 12.92 : Math.Pow((share + .055) / 1.055, 2.4);

        private static double Mix(double one, double other, double part) => Math.Round(one + ((other - one) * part));

        private static double Part(string hex, int at) => int.Parse(hex.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
