using Domi.Engine.DirectDebits;
using Domi.Engine.Users;
using Domi.Engine.Wire;
using Domi.Platform;
using Microsoft.AspNetCore.Http;
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

/// <summary>What is asked before something ends or money leaves: keys and values of the question and of what follows.</summary>
internal sealed record Doubt(string Key, params (string Name, object? Value)[] Values);

/// <summary>A page for a creditor's own people. What is another creditor's, or beyond one's role, is the same as nothing.</summary>
internal abstract class ConsolePage(Desk desk) : PageModel
{
    private const int MostBytes = 10_000_000;

    protected EngineDb Db => desk.Db;

    public Actor Actor => desk.Actor;

    protected BusinessClock Clock => desk.Clock;

    protected Texts T => desk.T;

    /// <summary>The creditor of whoever signed in.</summary>
    protected Guid Me => desk.Actor.CreditorId;

    public Show Show => new(T, Clock.GetUtcNow());

    /// <summary>The item of the menu that is lit.</summary>
    public abstract string Section { get; }

    /// <summary>What is asked now, instead of being done, and where one goes who does not want it.</summary>
    public (Doubt Doubt, string Back)? Raised { get; private set; }

    /// <summary>What was posted, to be posted again with the answer.</summary>
    public IEnumerable<KeyValuePair<string, string>> Posted =>
        Request.Form.Where(f => f.Key is not ("form-token" or Sure)).SelectMany(f => f.Value.Select(v => KeyValuePair.Create(f.Key, v ?? "")));

    /// <summary>Does something as one transaction, keeps that it was done, and goes back; a refusal is told on the page one comes back to.</summary>
    /// <param name="act">Key of what is done: <c>agreement.cancel</c>.</param>
    /// <param name="doubt">What is asked first; null there: nothing to ask about.</param>
    protected async Task<IActionResult> ActAsync(ConsoleRole needs, string act, Func<CancellationToken, Task<string?>> work, string back, CancellationToken ct, Func<CancellationToken, Task<Doubt?>>? doubt = null)
    {
        if (!Actor.May(needs)) return NotFound();
        try
        {
            if (doubt is not null && !IsSure) return await doubt(ct) is { } asked ? Ask(asked, back) : NotFound();
            var subject = await Db.WriteOrRepeatAsync(async token =>
            {
                // A form that makes something is sent twice by an impatient hand.
                if (Guid.TryParse(Request.Form["once"], out var once)) await Idempotency.UseAsync(Db, Actor.UserId, once, token);
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

    /// <summary>Takes a file in, keeps that it was done, and goes back. What is wrong with a file is a matter of its lines: that is told too.</summary>
    /// <param name="work">Takes it, and answers what is told.</param>
    protected async Task<IActionResult> TakeFileAsync(ConsoleRole needs, string act, IFormFile? file, Func<Stream, CancellationToken, Task<string>> work, string back, CancellationToken ct)
    {
        if (!Actor.May(needs)) return NotFound();
        try
        {
            if (file is null || file.Length is 0 or > MostBytes) throw new RefusedException("invalid_file", $"No file, or more than {MostBytes} bytes.");
            await using var content = file.OpenReadStream();
            TempData["Toast"] = await work(content, ct);
            await Db.WriteAsync(_ =>
            {
                Note(act, Path.GetFileName(file.FileName));
                return Task.CompletedTask;
            }, ct);
        }
        catch (RefusedException refused)
        {
            TempData["Refused"] = T.Refused(refused) + " " + refused.Message;
        }

        return LocalRedirect(back);
    }

    /// <summary>What was typed, as the use cases of the API read it.</summary>
    protected Call Typed(params (string Name, string? Value)[] more) =>
        Call.By(Me, [.. Posted.Where(f => f.Key is not ("profile" or "mails")), .. more.Where(f => f.Value is not null).Select(f => KeyValuePair.Create(f.Name, f.Value!))]);

    /// <summary>How much is given back, and what for.</summary>
    protected (decimal Amount, string Message) TypedRefund()
    {
        var call = Typed();
        var amount = call.Amount("amount") ?? throw Call.Missing("amount");
        if (amount <= 0) throw new RefusedException("err_invalid_amount", $"{amount} cannot be given back.", ("amount", amount)) { Field = "amount" };
        return (amount, Transactions.MessageOf(call.Text("message") ?? throw new RefusedException("err_msg_missing", "Say what it is for.")));
    }

    protected bool IsTicked(string field) => Request.Form[field] == "true";

    protected const string Sure = "sure";

    /// <summary>The question was answered.</summary>
    protected bool IsSure => Request.Form[Sure] == "yes";

    /// <summary>A page of its own, so that it is asked without script too.</summary>
    protected IActionResult Ask(Doubt doubt, string back)
    {
        Raised = (doubt, back);
        return Partial("_Ask", this);
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

    // A handler that a page does not have would draw it without its content; what is posted is a form.
    public override void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        if (context.HandlerMethod is null) context.Result = NotFound();
        else if (HttpMethods.IsPost(Request.Method) && !Request.HasFormContentType) context.Result = StatusCode(StatusCodes.Status400BadRequest);
    }
}
