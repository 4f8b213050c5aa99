using Domi.Engine.Mails;
using Domi.Engine.Pages;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Invoices;

/// <summary>A debtor's question about an invoice: a mail to the creditor's people, and a line among what happened to it.</summary>
internal sealed class AskCreditor(EngineDb db, DebtorMail mail, BusinessClock clock)
{
    /// <summary>What fits into the event beside the address.</summary>
    public const int Longest = 1_500;

    private const int MostADay = 5;

    /// <param name="from">Where the answer goes; nobody has proved that it is the debtor's.</param>
    /// <param name="once">Names the form: posted twice it is one question.</param>
    /// <exception cref="RefusedException"><c>question_too_many</c>: five within a day about one invoice.</exception>
    public Task AskAsync(Guid invoiceId, string from, string question, string once, CancellationToken ct) => db.WriteOrRepeatAsync(async write =>
    {
        var key = "question:" + Secrets.HashOf($"{once}\n{from}\n{question}")[..40];
        if (await db.Mails.AnyAsync(m => m.OnceKey == key, write)) return;

        var invoice = await db.Invoices.AsNoTracking().SingleAsync(i => i.Id == invoiceId, write);
        var now = clock.GetUtcNow();
        var since = now.AddDays(-1);
        if (await db.PageEvents.CountAsync(e => e.CreditorId == invoice.CreditorId && e.AboutId == invoice.Id && e.Kind == PageEvent.Question && e.At > since, write) >= MostADay)
            throw new RefusedException("question_too_many", $"{MostADay} questions about invoice {invoice.Number} were sent within a day.");

        var customer = await db.Customers.AsNoTracking().SingleAsync(c => c.Id == invoice.CustomerId, write);
        await mail.QuestionAsync(db, invoice, customer, from, question, key, now, write);
        db.PageEvents.Add(new() { CreditorId = invoice.CreditorId, AboutId = invoice.Id, Kind = PageEvent.Question, Text = $"{from}: {question}", At = now });
    }, ct);
}
