using Domi.Engine.Creditors;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.PayLinks;

/// <summary>What a link has beside its amount and title.</summary>
internal sealed record LinkFacts(PayLinkOrigin Origin)
{
    public Guid? InvoiceId { get; init; }

    public Guid? CustomerId { get; init; }

    public Guid? ProfileId { get; init; }

    public Guid? MandateId { get; init; }

    public Guid? TemplateId { get; init; }

    public string? TransactionNumbers { get; init; }

    public string? Ref { get; init; }

    public string? Place { get; init; }

    public string? RedirectUrl { get; init; }

    public string? Language { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public bool IsTemplate { get; init; }
}

internal static class MakeLink
{
    /// <summary>Adds a payment link with a page of its own to the running transaction.</summary>
    public static async Task<PayLink> AddAsync(EngineDb db, CreditorKeys keys, Guid creditorId, decimal amount, string title, DateTimeOffset now, LinkFacts facts, CancellationToken ct)
    {
        var creditor = (await CreditorFacts.ReadAsync(db, creditorId, ct)).Creditor;
        var id = Guid.CreateVersion7();
        var link = new PayLink
        {
            Id = id,
            CreditorId = creditorId,
            Number = await db.NextObjectNumberAsync(creditorId, ct),
            Origin = facts.Origin,
            InvoiceId = facts.InvoiceId,
            CustomerId = facts.CustomerId,
            ProfileId = facts.ProfileId,
            MandateId = facts.MandateId,
            TemplateId = facts.TemplateId,
            TransactionNumbers = facts.TransactionNumbers,
            Title = title,
            Ref = facts.Ref,
            Place = facts.Place,
            Amount = amount,
            IsTemplate = facts.IsTemplate,
            RedirectUrl = facts.RedirectUrl,
            Language = facts.Language,
            ExpiresAt = facts.ExpiresAt,
            PageTokenHash = Secrets.HashOf(keys.LinkToken(creditor, id)),
            CreatedAt = now,
        };
        db.PayLinks.Add(link);
        return link;
    }

    /// <summary>The path of a link's page.</summary>
    public static string PageOf(CreditorKeys keys, Creditor creditor, PayLink link) => "/payment/tr_" + keys.LinkToken(creditor, link.Id);

    /// <summary>A failed transaction is settled, tried again or written off: nobody shall pay the links that were mailed for it any more.</summary>
    public static async Task ExpireForAsync(EngineDb db, Guid creditorId, long transaction, DateTimeOffset now, CancellationToken ct)
    {
        var number = transaction.ToString(System.Globalization.CultureInfo.InvariantCulture);
        foreach (var link in await db.PayLinks.Where(l => l.CreditorId == creditorId && l.TransactionNumbers == number && l.ArchivedAt == null
            && (l.State == PayLinkState.Created || l.State == PayLinkState.Started || l.State == PayLinkState.Pending || l.State == PayLinkState.Declined)).ToListAsync(ct))
        {
            if (!link.IsOpen && link.State is not PayLinkState.Declined) continue; // it is the one that was just paid
            link.Expire(now);
            await LinkView.ChangedAsync(db, link, now, ct);
        }
    }
}
