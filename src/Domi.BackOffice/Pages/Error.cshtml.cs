using System.Diagnostics;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Domi.BackOffice.Pages;

/// <summary>What is shown when a page does not exist, or something broke. It asks no database: that may be what broke.</summary>
[IgnoreAntiforgeryToken]
public sealed class ErrorModel(Texts t) : PageModel
{
    public string Title { get; private set; } = "";

    public string Words { get; private set; } = "";

    /// <summary>Stands in the log too; only when something broke.</summary>
    public string? TraceId { get; private set; }

    public void OnGet(int status) => Show(status);

    public void OnPost(int status) => Show(status);

    private void Show(int status)
    {
        var kind = status switch { 404 => "missing", 400 => "form", >= 500 => "broken", _ => "other" };
        (Title, Words) = (t[$"common.error.{kind}"], t[$"common.error.{kind}_words"]);
        if (status >= 500) TraceId = Activity.Current?.TraceId.ToString() ?? HttpContext.TraceIdentifier;
        // Asked for directly, the page is what it says.
        if (Response.StatusCode == 200) Response.StatusCode = status is >= 400 and < 600 ? status : 404;
    }
}
