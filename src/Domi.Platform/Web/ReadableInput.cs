using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Domi.Platform;

/// <summary>
/// What cannot be read never becomes a fault: a NUL, which PostgreSQL declines as text, is left out of an address, and a form that has
/// one, or is no form at all, is malformed (400). Other control characters, which come along when text is pasted from a word processor
/// and which no document shows, are left out of a form.
/// </summary>
public static class ReadableInput
{
    /// <param name="upload">Address of a page that takes larger files than others: it reads its form itself, once it is known who asks.</param>
    public static void UseReadableInput(this IApplicationBuilder pages, string? upload = null) => pages.Use(async (HttpContext context, RequestDelegate next) =>
    {
        var request = context.Request;
        if (request.QueryString.Value?.Contains("%00", StringComparison.Ordinal) == true)
            request.QueryString = new(request.QueryString.Value.Replace("%00", "", StringComparison.Ordinal));
        if (request.HasFormContentType && request.Path != upload && !await CanBeReadAsync(request))
        {
            (request.ContentType, request.Body, request.Form) = (null, Stream.Null, FormCollection.Empty); // the error page is drawn for the same request, and reads no form
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        await next(context);
    });

    private static bool IsUnseen(char c) => char.IsControl(c) && c is not ('\n' or '\r' or '\t');

    private static string? Seen(string? value) => value?.Any(IsUnseen) == true ? string.Concat(value.Where(c => !IsUnseen(c))) : value;

    private static async Task<bool> CanBeReadAsync(HttpRequest request)
    {
        try
        {
            var form = await request.ReadFormAsync(request.HttpContext.RequestAborted);
            if (form.Any(field => field.Value.Any(value => value?.Contains('\0', StringComparison.Ordinal) == true))) return false;
            if (form.Any(field => field.Value.Any(value => value?.Any(IsUnseen) == true)))
                request.Form = new FormCollection(form.ToDictionary(field => field.Key, field => new StringValues([.. field.Value.Select(Seen)])), form.Files);
            return true;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException)
        {
            return false; // no form, whatever its header says; torn off, too large, or in UTF-7
        }
    }
}
