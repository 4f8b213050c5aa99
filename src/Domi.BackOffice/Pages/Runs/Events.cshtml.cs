using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Hosting;

namespace Domi.BackOffice.Pages.Runs;

/// <summary>How far a run is, as server-sent events: one a second, until it is finished. A reader that is cut off asks again by itself.</summary>
public sealed class EventsModel(OfficeDb db, IHostApplicationLifetime lifetime) : PageModel
{
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(10);
    private static readonly TimeProvider Wall = TimeProvider.System;

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken ct)
    {
        if (await RunProgress.ReadAsync(db, id, ct) is not { } progress) return NotFound();

        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(ct, lifetime.ApplicationStopping);
        Response.ContentType = "text/event-stream";
        Response.Headers.CacheControl = "no-store";
        var since = Wall.GetTimestamp();
        using var beat = new PeriodicTimer(TimeSpan.FromSeconds(1), Wall);
        try
        {
            while (true)
            {
                var data = JsonSerializer.Serialize(new { progress.Total, progress.Done, progress.Failed, progress.Left, progress.IsFinished }, JsonSerializerOptions.Web);
                await Response.WriteAsync($"data: {data}\n\n", stopping.Token);
                await Response.Body.FlushAsync(stopping.Token);
                if (progress.IsFinished || Wall.GetElapsedTime(since) > Most || !await beat.WaitForNextTickAsync(stopping.Token)) break;
                if (await RunProgress.ReadAsync(db, id, stopping.Token) is not { } next) break;
                progress = next;
            }
        }
        catch (OperationCanceledException)
        {
            // The reader left, or the office closes: there is nobody to tell any more.
        }

        return new EmptyResult();
    }
}
