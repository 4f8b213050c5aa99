using System.Globalization;
using Domi.Engine.Creditors;
using Domi.Engine.Customers;
using Domi.Engine.Pages;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.PayLinks;

/// <summary>What a payer does on the page of a payment link.</summary>
internal sealed class PayByLink(EngineDb db, CreditorKeys keys, BusinessClock clock)
{
    public Task<PayLink?> FindAsync(string token, CancellationToken ct)
    {
        var hash = Secrets.HashOf(token);
        return db.PayLinks.AsNoTracking().SingleOrDefaultAsync(l => l.PageTokenHash == hash && l.ArchivedAt == null, ct);
    }

    /// <summary>The page was opened: the creditor learns of it once.</summary>
    public Task OpenAsync(Guid linkId, CancellationToken ct) => db.WriteOrRepeatAsync(async write =>
    {
        var link = await db.PayLinks.SingleAsync(l => l.Id == linkId, write);
        if (!link.IsTemplate && link.MayBePaid(clock.GetUtcNow()) && link.Open(clock.GetUtcNow())) await LinkView.ChangedAsync(db, link, clock.GetUtcNow(), write);
    }, ct);

    /// <summary>Goes to the provider; answers the token under which its page knows the payment. One form begins one payment.</summary>
    /// <param name="shown">What the payer signs by it goes out with him in the token, which holds as a whole: the link is found by its hash.</param>
    /// <exception cref="RefusedException"><c>method_unknown</c>, <c>link_ended</c>.</exception>
    public async Task<string> StartAsync(Guid linkId, string method, string once, CancellationToken ct, ShownStep? shown = null)
    {
        if (!PayInvoice.Methods.Contains(method)) throw new RefusedException("method_unknown", $"No method {method}.");

        var token = Secrets.HashOf($"{linkId:n}:{method}:{once}")[..40];
        if (shown is { TextHash.Length: > 0 }) token = string.Create(CultureInfo.InvariantCulture, $"{token}-{shown.Language}-{shown.ShownAt.UtcTicks}-{shown.TextHash}");
        var hash = Secrets.HashOf(token);
        await db.WriteOrRepeatAsync(async write =>
        {
            var link = await db.PayLinks.SingleAsync(l => l.Id == linkId, write);
            if (link.TokenHash != hash) link.Start(method, hash, clock.GetUtcNow());
        }, ct);
        return token;
    }

    /// <summary>What the payer was shown who went out with a token; null when nothing is signed by paying.</summary>
    public static ShownStep? ShownOf(string token) => token.Split('-') is [_, var language, var ticks, var hash]
        ? new(0, new(long.Parse(ticks, CultureInfo.InvariantCulture), TimeSpan.Zero), language) { TextHash = hash }
        : null;

    /// <summary>A link of one's own, from a template: for the payer, and with his amount where the template has none.</summary>
    /// <param name="id">Chosen with the form: sent twice it is one link.</param>
    /// <returns>The token of its page.</returns>
    public Task<string> FromTemplateAsync(Guid id, PayLink template, decimal amount, string name, string email, string language, CancellationToken ct) => db.WriteOrRepeatAsync(async write =>
    {
        var creditor = (await CreditorFacts.ReadAsync(db, template.CreditorId, write)).Creditor;
        var reference = id.ToString("n");
        if (await db.PayLinks.AsNoTracking().SingleOrDefaultAsync(l => l.TemplateId == template.Id && l.Ref == reference, write) is { } there) return keys.LinkToken(creditor, there.Id);

        // Anybody fills it in: a customer who is known by that address stays as the creditor said, and of a new one the address is merely given.
        if (await FindOrCreate.KnownAsync(db, template.CreditorId, new(null, email, null, name, null, null, null, null, null, null, language, null), write) is not { } customer)
        {
            customer = new() { CreditorId = template.CreditorId, LastName = name, Language = language };
            customer.TakeEmail(email);
            db.Customers.Add(customer);
        }

        var link = await MakeLink.AddAsync(db, keys, template.CreditorId, amount, template.Title, clock.GetUtcNow(), new(PayLinkOrigin.Page)
        {
            CustomerId = customer.Id,
            ProfileId = template.ProfileId,
            TemplateId = template.Id,
            Ref = reference,
            Place = template.Place,
            RedirectUrl = template.RedirectUrl,
            Language = language,
        }, write);
        return keys.LinkToken(creditor, link.Id);
    }, ct);
}
