using System.Globalization;
using System.Security;
using System.Text;
using QRCoder;

namespace Domi.Rendering;

/// <summary>QR codes as pictures: error correction M, UTF-8 without byte order mark, quiet zone of four modules.</summary>
/// <remarks>Source: ISO/IEC 18004; level M and UTF-8 as EPC069-12 asks for credit transfers.</remarks>
public static class QrPicture
{
    /// <summary>Draws a black-and-white PNG.</summary>
    /// <param name="text">At most 2,331 bytes in UTF-8.</param>
    /// <exception cref="ArgumentException">The text is longer than a QR code can hold.</exception>
    public static byte[] Png(string text, int pixelsPerModule = 8)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pixelsPerModule, 1);
        using var data = Encode(text);
        using var png = new PngByteQRCode(data);
        return png.GetGraphic(pixelsPerModule, drawQuietZones: true);
    }

    /// <summary>Draws an SVG that scales, with a title for screen readers. One unit is one module.</summary>
    /// <exception cref="ArgumentException">The text is longer than a QR code can hold.</exception>
    public static string Svg(string text, string title)
    {
        using var data = Encode(text);
        var rows = data.ModuleMatrix; // has the quiet zone already
        var path = new StringBuilder();
        for (var y = 0; y < rows.Count; y++)
        {
            for (var x = 0; x < rows.Count;)
            {
                var start = x;
                while (x < rows.Count && rows[y][x]) x++;
                if (x > start)
                    path.Append(CultureInfo.InvariantCulture, $"M{start} {y}h{x - start}v1H{start}z");
                else
                    x++;
            }
        }

        var name = SecurityElement.Escape(title);
        return $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {rows.Count} {rows.Count}" role="img" aria-label="{name}" shape-rendering="crispEdges"><title>{name}</title><path fill="#fff" d="M0 0h{rows.Count}v{rows.Count}H0z"/><path fill="#000" d="{path}"/></svg>""";
    }

    private static QRCodeData Encode(string text)
    {
        try
        {
            return QRCodeGenerator.GenerateQrCode(
                text, QRCodeGenerator.ECCLevel.M, forceUtf8: true, utf8BOM: false, QRCodeGenerator.EciMode.Default);
        }
        catch (QRCoder.Exceptions.DataTooLongException tooLong)
        {
            throw new ArgumentException("The text is too long for a QR code.", nameof(text), tooLong);
        }
    }
}
