using Domi.Engine.Customers;
using Domi.Engine.DirectDebits;
using Domi.Engine.Mails;
using Domi.Engine.Mandates;
using Domi.Engine.Profiles;
using Domi.Platform;
using Domi.Standards;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.CollectionRuns;

/// <summary>A collection that may not leave yet.</summary>
/// <param name="IsNew">It did not wait for this reason before.</param>
internal sealed record Waits(DirectDebit Debit, Held Why, bool IsNew)
{
    /// <summary>It will not leave by itself.</summary>
    public bool NeedsSomebody => Why.Because is "no_address" or "mail_refused" or "mail_uncertain";
}

/// <summary>
/// Announces by mail what is to be collected from accounts and what nothing announced yet for its day and amount, inside the running
/// transaction: of a mandate all that is due on a day in one mail.
/// </summary>
/// <remarks>
/// The notice counts from the instant at which the mail server accepted the mail; until then, and until its days are over, a collection
/// stays. What is too early for its notice is moved to the first day that is not, and announced for that.
/// </remarks>
internal sealed class AnnounceCollections(EngineDb db, DebtorMail mail, BusinessClock clock)
{
    /// <summary>So many days before the notice has to begin it is announced: time for a mail server that is down, and for a person where there is no address.</summary>
    private const int AheadDays = 5;

    /// <param name="until">Up to this day all is announced; what lies further only when its notice is about to begin.</param>
    /// <param name="dayOf">The day on which the bank can collect what is asked for a day.</param>
    /// <param name="most">What is above it does not leave, so nobody is told that it will.</param>
    /// <returns>Those that may not leave yet, by their id.</returns>
    public async Task<IReadOnlyDictionary<Guid, Waits>> Async(Profile profile, DateOnly until, Func<DateOnly, DateOnly> dayOf, decimal? most, CancellationToken ct)
    {
        var (today, now, notice) = (clock.Today, clock.GetUtcNow(), profile.BindingNotificationDays);
        var last = today.AddDays(notice + AheadDays) is var ahead && ahead > until ? ahead : until;
        var open = db.DirectDebits.Where(d => d.CreditorId == profile.CreditorId && d.State == DirectDebitState.Open && !d.IsCard && d.RequestedOn <= last);
        var rows = await (from d in open
                          join m in db.Mandates on d.MandateId equals m.Id
                          join c in db.Customers on m.CustomerId equals c.Id
                          where m.ProfileId == profile.Id && (most == null || d.Amount <= most) && m.DebtorAccount != null && ((m.State == MandateState.Signed && !m.IsSuspended) || d.IsForced)
                          orderby d.Number
                          select new { Debit = d, Mandate = m, Customer = c, Email = db.Invoices.Where(i => i.Id == d.InvoiceId).Select(i => i.Email).FirstOrDefault() ?? c.Email }).ToListAsync(ct);
        var told = (await (from d in open
                           join a in db.Announcements.AsNoTracking() on d.Id equals a.DirectDebitId
                           join m in db.Mails on a.MailId equals (Guid?)m.Id into mails
                           from m in mails.DefaultIfEmpty()
                           orderby a.Id
                           select new { Announcement = a, MailState = m == null ? (MailState?)null : m.State, To = m == null ? null : m.To, Attempts = m == null ? 0 : m.Attempts }).ToListAsync(ct)).ToLookup(a => a.Announcement.DirectDebitId);
        var waits = new Dictionary<Guid, Waits>();
        var due = new List<(DirectDebit Debit, Mandate Mandate, Customer Customer, string Email)>();
        foreach (var row in rows)
        {
            var debit = row.Debit;
            var day = dayOf(debit.RequestedOn);
            // Given up after the last attempt no server declined it for good: the way out was shut, and another mail may well arrive.
            var former = told[debit.Id].LastOrDefault(a => a.MailState is not MailState.Withdrawn && !(a.MailState is MailState.Refused && a.Attempts >= Mail.MostAttempts));
            var (of, email) = (former?.Announcement, row.Email);
            var counts = of?.AnnouncedAt?.BrusselsDate() ?? today;
            // A mail that failed is not sent again by itself to the same address: it would fail again.
            if (of is { AnnouncedAt: null } && former!.MailState is MailState.Refused or MailState.Uncertain && (email is null || email == former.To) && (of.CollectOn, of.Amount) == (debit.RequestedOn, debit.Amount))
                Hold(debit, new(former.MailState is MailState.Uncertain ? "mail_uncertain" : "mail_refused"));
            else if (of is not null && (of.CollectOn, of.Amount) == (day, debit.Amount) && (of.By is AnnouncedBy.Debtor || counts.AddDays(notice) <= day) && (of.AnnouncedAt is not null || former!.MailState is MailState.Waiting or MailState.HandingOver))
            {
                if (of.AnnouncedAt is null) Hold(debit, Held.Of("announcing", day));
            }
            else if (email is null) Hold(debit, new("no_address"));
            else
            {
                Move(debit, day, notice);
                due.Add((debit, row.Mandate, row.Customer, email));
                Hold(debit, Held.Of("announced", debit.RequestedOn));
            }
        }

        foreach (var of in due.GroupBy(d => (d.Mandate.Id, d.Debit.RequestedOn, d.Email)).Select(g => g.ToList())) await SendAsync([.. of.Select(d => d.Debit)], of[0].Mandate, of[0].Customer, of[0].Email, ct);
        return waits;

        void Hold(DirectDebit debit, Held why) => waits[debit.Id] = new(debit, why, debit.Hold(why, now));
    }

    /// <summary>Tells by mail of what is collected all the same, and was not told yet for its day and amount: whoever asks for that answers for the notice.</summary>
    public async Task TellAsync(IReadOnlyList<DirectDebit> debits, CancellationToken ct)
    {
        var ids = debits.Where(d => !d.IsCard).Select(d => d.Id).ToList();
        var told = (await db.Announcements.AsNoTracking().Where(a => ids.Contains(a.DirectDebitId)).ToListAsync(ct)).ToLookup(a => a.DirectDebitId);
        await SendAsync([.. debits.Where(d => !d.IsCard && !told[d.Id].Any(a => (a.CollectOn, a.Amount) == (d.RequestedOn, d.Amount)))], ct);
    }

    /// <summary>A person wants what was refused, or is uncertain, announced by mail once more.</summary>
    /// <exception cref="RefusedException"><c>err_invalid_state</c>: it does not wait for that; <c>err_missing_params</c>: there is no address.</exception>
    public async Task AgainAsync(DirectDebit debit, CancellationToken ct)
    {
        if (debit is not { State: DirectDebitState.Open, HeldBecause: "mail_refused" or "mail_uncertain" }) throw new RefusedException("err_invalid_state", $"Transaction {debit.Number} does not wait for its announcement.");
        var profile = await db.Profiles.AsNoTracking().SingleAsync(p => db.Mandates.Any(m => m.Id == debit.MandateId && m.ProfileId == p.Id), ct);
        Move(debit, debit.RequestedOn, profile.BindingNotificationDays);
        if (!await SendAsync([debit], ct)) throw new RefusedException("err_missing_params", "There is no address.", ("name", "email"));
        debit.Hold(Held.Of("announced", debit.RequestedOn), clock.GetUtcNow());
    }

    private void Move(DirectDebit debit, DateOnly day, int notice)
    {
        var noticed = TargetCalendar.NextOpen(clock.Today.AddDays(notice));
        if (noticed > day) day = noticed;
        if (debit.RequestedOn != day) debit.Postpone(day, clock.GetUtcNow());
    }

    /// <summary>Mails to the debtors of collections, each at his address. Answers whether all have one.</summary>
    private async Task<bool> SendAsync(IReadOnlyList<DirectDebit> debits, CancellationToken ct)
    {
        var ids = debits.Select(d => d.Id).ToList();
        var known = await (from d in db.DirectDebits.AsNoTracking()
                           where ids.Contains(d.Id)
                           join m in db.Mandates on d.MandateId equals m.Id
                           join c in db.Customers on m.CustomerId equals c.Id
                           select new { d.Id, Mandate = m, Customer = c, Email = db.Invoices.Where(i => i.Id == d.InvoiceId).Select(i => i.Email).FirstOrDefault() ?? c.Email }).ToDictionaryAsync(k => k.Id, ct);
        foreach (var of in debits.Where(d => known[d.Id].Email is not null).GroupBy(d => (d.MandateId, d.RequestedOn, known[d.Id].Email)).Select(g => g.ToList()))
            await SendAsync(of, known[of[0].Id].Mandate, known[of[0].Id].Customer, known[of[0].Id].Email!, ct);
        return known.Values.All(k => k.Email is not null);
    }

    private async Task SendAsync(IReadOnlyList<DirectDebit> debits, Mandate mandate, Customer customer, string to, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var sent = await mail.AnnouncementAsync(db, debits, customer, mandate, to, now, ct);
        db.Announcements.AddRange(debits.Select(d => Announcement.Of(d, AnnouncedBy.Mail, null, now, sent.Id)));
    }

    /// <summary>A person says that the creditor announced a collection himself: on a day that is past, for a day that is far enough.</summary>
    /// <exception cref="RefusedException"><c>err_invalid_date</c>: it is yet to come; <c>notice_too_short</c>: the day of collection is within the notice, or past, or one that the bank cannot meet.</exception>
    public async Task RecordAsync(DirectDebit debit, DateOnly announcedOn, DateOnly collectOn, string note, string by, CancellationToken ct)
    {
        var (today, now) = (clock.Today, clock.GetUtcNow());
        var profile = await db.Profiles.AsNoTracking().SingleAsync(p => db.Mandates.Any(m => m.Id == debit.MandateId && m.ProfileId == p.Id), ct);
        if (announcedOn > today) throw new RefusedException("err_invalid_date", $"{announcedOn:O} is yet to come.", ("name", "announcedOn")) { Field = "announcedOn" };
        var first = TargetCalendar.NextOpen(announcedOn.AddDays(profile.BindingNotificationDays));
        if (await db.BankContracts.AsNoTracking().SingleOrDefaultAsync(c => c.CreditorId == debit.CreditorId, ct) is { } contract && contract.Bank.EarliestCollection(clock.GetLocalNow().DateTime) is var earliest && first < earliest) first = earliest;
        if (collectOn < first || collectOn < today) throw new RefusedException("notice_too_short", $"{collectOn:O} is too early.", ("day", first < today ? TargetCalendar.NextOpen(today) : first)) { Field = "collectOn" };
        debit.Postpone(TargetCalendar.NextOpen(collectOn), now);
        db.Announcements.Add(Announcement.Of(debit, AnnouncedBy.Creditor, announcedOn.StartOfDay(), now, null, note, by));
    }
}

/// <summary>The proof of an announcement is the mail's: accepted it counts. One that is no longer true, or too late for the day that it names, need not leave.</summary>
internal sealed class AnnouncementOutcome(BusinessClock clock) : MailOutcome
{
    public const string Purpose = "announcement";

    public override async Task<string?> WhyNotAsync(ModuleDb db, Mail mail, CancellationToken ct)
    {
        if (mail.Purpose != Purpose) return null;

        var engine = (EngineDb)db;
        var told = await (from a in engine.Announcements.AsNoTracking()
                          join d in engine.DirectDebits.AsNoTracking() on a.DirectDebitId equals d.Id
                          join m in engine.Mandates on d.MandateId equals m.Id
                          join p in engine.Profiles.AsNoTracking() on m.ProfileId equals p.Id
                          where a.MailId == mail.Id
                          select new { a.CollectOn, a.Amount, Debit = d, Profile = p }).ToListAsync(ct);
        if (told.Exists(x => x.Debit.State is not (DirectDebitState.Open or DirectDebitState.Sent) || (x.Debit.RequestedOn, x.Debit.Amount) != (x.CollectOn, x.Amount))) return "What it announces was changed, or taken back.";
        return told.Exists(x => x.Debit.State is DirectDebitState.Open && clock.Today.AddDays(x.Profile.BindingNotificationDays) > x.CollectOn) ? "Too late for the day that it names." : null;
    }

    public override async Task RecordAsync(ModuleDb db, Mail mail, CancellationToken ct)
    {
        if (mail is not { State: MailState.Accepted, AcceptedAt: { } at } || mail.Purpose is not (Purpose or "retry")) return;
        var engine = (EngineDb)db;
        foreach (var announcement in await engine.Announcements.Where(a => a.MailId == mail.Id).ToListAsync(ct)) announcement.Accept(at);
        var waiting = engine.DirectDebits.Where(d => d.State == DirectDebitState.Open && d.HeldBecause == "announcing");
        foreach (var debit in await waiting.Where(d => engine.Announcements.Any(a => a.MailId == mail.Id && a.DirectDebitId == d.Id)).ToListAsync(ct)) debit.Hold(Held.Of("announced", debit.RequestedOn), at);
    }
}
