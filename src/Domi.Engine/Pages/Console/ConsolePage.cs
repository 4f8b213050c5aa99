using Domi.Engine.Users;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Domi.Engine.Pages.Console;

/// <summary>What every page of the console works with.</summary>
internal sealed class Desk(EngineDb db, Actor actor, Texts texts, BusinessClock clock)
{
    public EngineDb Db => db;

    public Actor Actor => actor;

    public Texts T => texts;

    public BusinessClock Clock => clock;
}

/// <summary>A page for a creditor's own people. What is another creditor's, or beyond one's role, is the same as nothing.</summary>
internal abstract class ConsolePage(Desk desk) : PageModel
{
    protected EngineDb Db => desk.Db;

    public Actor Actor => desk.Actor;

    protected BusinessClock Clock => desk.Clock;

    protected Texts T => desk.T;

    /// <summary>The creditor of whoever signed in.</summary>
    protected Guid Me => desk.Actor.CreditorId;

    public Show Show => new(T, Clock.GetUtcNow());

    /// <summary>The item of the menu that is lit.</summary>
    public abstract string Section { get; }

    /// <summary>Does something as one transaction, keeps that it was done, and goes back; a refusal is told on the page one comes back to.</summary>
    /// <param name="act">Key of what is done: <c>agreement.cancel</c>.</param>
    protected async Task<IActionResult> ActAsync(ConsoleRole needs, string act, Func<CancellationToken, Task<string?>> work, string back, CancellationToken ct)
    {
        if (!Actor.May(needs)) return NotFound();
        try
        {
            var subject = await Db.WriteOrRepeatAsync(async token =>
            {
                var done = await work(token);
                if (done is not null) Note(act, done);
                return done;
            }, ct);
            if (subject is null) return NotFound();
            TempData["Toast"] = T[$"console.act.{act}", ("subject", subject)];
        }
        catch (RefusedException refused)
        {
            TempData["Refused"] = T.Refused(refused);
        }

        return LocalRedirect(back);
    }

    /// <summary>Keeps what was done, inside the running transaction.</summary>
    protected void Note(string act, string subject) => Db.ConsoleActs.Add(new()
    {
        CreditorId = Me,
        UserId = Actor.UserId,
        Name = Actor.Name,
        Act = act,
        Subject = subject.Length > 200 ? subject[..200] : subject,
        At = Clock.GetUtcNow(),
    });

    // A handler that a page does not have would draw it without its content.
    public override void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        if (context.HandlerMethod is null) context.Result = NotFound();
    }
}
