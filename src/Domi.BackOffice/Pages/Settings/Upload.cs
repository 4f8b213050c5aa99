using Microsoft.AspNetCore.Http;

namespace Domi.BackOffice.Pages.Settings;

/// <summary>Reads what was uploaded, no further than asked for: one byte more than is allowed tells that it is too large.</summary>
internal static class Upload
{
    public static async Task<byte[]> ReadAsync(IFormFile file, int most, CancellationToken ct)
    {
        await using var stream = file.OpenReadStream();
        var content = new byte[Math.Min(most, file.Length)];
        var read = await stream.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, ct);
        return read == content.Length ? content : content[..read];
    }
}
