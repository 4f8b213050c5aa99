using System.Globalization;
using Domi.Engine.Creditors;
using Domi.Engine.Customers;
using Domi.Engine.DirectDebits;
using Domi.Engine.Invoices;
using Domi.Engine.Mails;
using Domi.Engine.Mandates;
using Domi.Engine.PayLinks;
using Domi.Engine.Profiles;
using Domi.Engine.Simulator;
using Domi.Engine.Subscriptions;
using Domi.Engine.Transfers;
using Domi.Engine.Users;
using Domi.Engine.Wire;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Imports;

/// <summary>What holds for a whole file.</summary>
/// <param name="Profile">By its number; where the file names one itself, that one.</param>
/// <param name="AreSigned">The mandates were signed elsewhere: they come in as signed.</param>
/// <param name="Overwrites">Address, mobile and language of customers who are known are replaced.</param>
/// <param name="Mails">Invitations, invoices and links are mailed to the debtors.</param>
internal sealed record ImportTerms(ImportKind Kind, int? Profile = null, bool AreSigned = false, bool Overwrites = false, bool Mails = false);

internal enum RowOutcome { New, Changed, Known }

/// <summary>What a file would do, or did: the rows that go and what becomes of each, and what is wrong with the others.</summary>
internal sealed record ImportReport(IReadOnlyList<string> Header, IReadOnlyList<(CsvRow Row, RowOutcome Outcome)> Rows, IReadOnlyList<Fault> Faults)
{
    public int Count(RowOutcome outcome) => Rows.Count(r => r.Outcome == outcome);
}

/// <summary>Brings files of separated values in, row by row, each by the use case of the API.</summary>
/// <remarks>
/// First every row is played and taken back, so that what is shown before is what would happen. A row that is there already is left alone:
/// invoices and agreements are known by their number, everything else by its reference, which is made of the row's content where it has none.
/// </remarks>
internal sealed class Importer(
    EngineDb db, CreditorKeys keys, InvoiceView view, Settlement settlement, MandateEvents events, SignMandate sign, DebtorMail mail, DomiSettings settings, BusinessClock clock)
{
    /// <summary>What the file would do.</summary>
    /// <exception cref="RefusedException"><c>csv_too_large</c>, <c>csv_empty</c>.</exception>
    public Task<ImportReport> RehearseAsync(Actor actor, byte[] content, ImportTerms terms, CancellationToken ct) =>
        EachAsync(actor, content, terms, play => db.RehearseAsync(play, ct), ct);

    /// <summary>Does it, each row as a change of its own.</summary>
    /// <remarks>What is broken off goes on where it ended when the file comes again.</remarks>
    public Task<ImportReport> TakeAsync(Actor actor, byte[] content, ImportTerms terms, CancellationToken ct) =>
        EachAsync(actor, content, terms, play => db.WriteOrRepeatAsync(play, ct), ct);

    private async Task<ImportReport> EachAsync(Actor actor, byte[] content, ImportTerms terms, Func<Func<CancellationToken, Task<RowOutcome>>, Task<RowOutcome>> run, CancellationToken ct)
    {
        var file = CsvFile.Read(content);
        var faults = new List<Fault>(file.Faults);
        var profile = (await CreditorFacts.ReadAsync(db, actor.CreditorId, ct)).Profiles.SingleOrDefault(p => p.Number == terms.Profile);
        var columns = ColumnsOf(file, terms.Kind, profile, faults);
        var rows = new List<(CsvRow, RowOutcome)>();
        var (contents, identities) = (new Dictionary<string, int>(StringComparer.Ordinal), new Dictionary<string, int>(StringComparer.Ordinal));
        foreach (var row in columns is null ? [] : file.Rows)
        {
            // Two rows alike are two things; the same file again is the same two.
            var text = string.Join('\u001f', row.Cells);
            var copy = contents[text] = contents.GetValueOrDefault(text) + 1;
            var fields = columns!.Select((c, i) => KeyValuePair.Create(c.Wire, row.Cells[i])).ToList();
            if (terms.Profile is { } number && fields.TrueForAll(f => f.Key != "ct" || f.Value.Length == 0)) fields.Add(new("ct", number.ToString(CultureInfo.InvariantCulture)));
            if (terms.Kind is ImportKind.Transactions or ImportKind.Refunds && fields.TrueForAll(f => f.Key != "ref" || f.Value.Length == 0)) fields.Add(new("ref", "csv-" + Secrets.HashOf($"{terms.Kind}|{text}|{copy}")[..16].ToLowerInvariant()));
            try
            {
                var call = Call.By(actor.CreditorId, fields);
                if (IdentityOf(terms.Kind, call, terms.AreSigned || profile is { KeepsOlderInvitations: true }) is { } identity && !identities.TryAdd(identity, row.Line))
                    throw new RefusedException("csv_repeats", $"It repeats line {identities[identity]}.", ("line", identities[identity])) { Field = KeyOf(terms.Kind) };
                rows.Add((row, await run(token => PlayAsync(call, terms, actor, token))));
                db.ChangeTracker.Clear();
            }
            catch (RefusedException refused)
            {
                faults.Add(FaultOf(row, columns!, refused));
            }
        }

        return new(file.Header, rows, [.. faults.OrderBy(f => f.Line).ThenBy(f => f.Column)]);

        static Fault FaultOf(CsvRow row, IReadOnlyList<ImportColumn> columns, RefusedException refused)
        {
            var at = columns.ToList().FindIndex(c => string.Equals(c.Wire, refused.Field, StringComparison.OrdinalIgnoreCase));
            if (at < 0) at = columns.ToList().FindIndex(c => string.Equals(c.Name, refused.Field, StringComparison.OrdinalIgnoreCase));
            if (at < 0) return new(row.Line, 0, refused.Field ?? "", "", refused);
            // People know the column by the name it has in their file.
            var named = new RefusedException(refused.Code, refused.Message, [.. refused.Values.Select(v => v.Name == "name" ? (v.Name, columns[at].Name) : v)]) { Field = refused.Field };
            return new(row.Line, at + 1, columns[at].Name, row.Cells[at], named);
        }
    }

    /// <summary>The columns of the first line; null when one is unknown, twice there or missing: then no row can be read.</summary>
    private static IReadOnlyList<ImportColumn>? ColumnsOf(CsvFile file, ImportKind kind, Profile? profile, List<Fault> faults)
    {
        var shape = ImportShape.Of(kind);
        var own = kind is ImportKind.Agreements && profile is not null
            ? ProfileAttributes.Of(profile).Select(a => new ImportColumn(a.Name, a.Name)) : [];
        var known = shape.Columns.Concat(own).ToList();
        var columns = file.Header.Select(h => known.Find(c => string.Equals(c.Name, h, StringComparison.OrdinalIgnoreCase))).ToList();
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i] is null) faults.Add(new(1, i + 1, file.Header[i], "", new("csv_header_unknown", "No such column.", ("name", file.Header[i]))));
            else if (columns.IndexOf(columns[i]) < i) faults.Add(new(1, i + 1, file.Header[i], "", new("csv_header_twice", "It is there twice.", ("name", file.Header[i]))));
        }

        foreach (var missing in shape.Columns.Where(c => c.IsNeeded && !columns.Contains(c))) faults.Add(new(1, 0, missing.Name, "", new("csv_header_missing", "It is missing.", ("name", missing.Name))));
        return faults.Exists(f => f.Line == 1) ? null : [.. columns.OfType<ImportColumn>()];
    }

    /// <summary>What two rows of one file may not have in common.</summary>
    /// <param name="keepsOlder">A customer may have several agreements: an invitation does not take the place of the one before it.</param>
    private static string? IdentityOf(ImportKind kind, Call call, bool keepsOlder) => kind switch
    {
        ImportKind.Invoices => call.Text("number"),
        ImportKind.Agreements when !keepsOlder && WhoOf(call) is { } who => who,
        ImportKind.Agreements => call.Text("mandateNumber")?.ToUpperInvariant() ?? $"{WhoOf(call)}|{call.Text("contractNumber")}",
        ImportKind.Customers => WhoOf(call),
        ImportKind.Links => call.Text("ref"),
        ImportKind.Subscriptions => $"{call.Text("mndtId")?.ToUpperInvariant()}|{Subscription.KeyOf(call.Text("ref") ?? "")}",
        _ => $"{call.Text("mndtId")?.ToUpperInvariant()}|{call.Text("customerNumber")}|{call.Text("ref")}",
    };

    private static string? WhoOf(Call call) => call.Text("customerNumber") ?? Customer.KeyOf(call.Text("email"));

    private static string KeyOf(ImportKind kind) => kind switch { ImportKind.Invoices => "number", ImportKind.Agreements or ImportKind.Customers => "customerNumber", _ => "ref" };

    private Task<RowOutcome> PlayAsync(Call call, ImportTerms terms, Actor actor, CancellationToken ct) => terms.Kind switch
    {
        ImportKind.Customers => CustomerAsync(call, ct),
        ImportKind.Agreements => AgreementAsync(call, terms, ct),
        ImportKind.Subscriptions => SubscriptionAsync(call, ct),
        ImportKind.Invoices => InvoiceAsync(call, terms, ct),
        ImportKind.Transactions => TransactionAsync(call, actor, ct),
        ImportKind.Refunds => RefundAsync(call, call.Amount("amount") ?? throw Call.Missing("amount"), ct),
        _ => LinkAsync(call, terms, ct),
    };

    private async Task<RowOutcome> CustomerAsync(Call call, CancellationToken ct)
    {
        var block = CustomerBlock.Of(call);
        if (block.CustomerNumber is null && block.Email is null) throw Call.Missing("customerNumber");
        var customer = await FindOrCreate.CustomerAsync(db, call.CreditorId, block, ct);
        return db.Entry(customer).State switch { EntityState.Added => RowOutcome.New, EntityState.Modified => RowOutcome.Changed, _ => RowOutcome.Known };
    }

    private async Task<RowOutcome> AgreementAsync(Call call, ImportTerms terms, CancellationToken ct)
    {
        if (terms.AreSigned && call.Text("mandateNumber") is null) throw Call.Missing("mandateNumber");
        if (terms.AreSigned && call.Text("iban") is null) throw Call.Missing("iban");
        var on = call.Day("signDate") ?? clock.Today;
        if (on > clock.Today) throw new RefusedException("err_invalid_date", $"The signature is dated ahead: {on:O}.", ("name", "signDate")) { Field = "signDate" };

        var wanted = await Invite.ReadAsync(call, db, ct);
        if (wanted is { Reference: null, Customer: { CustomerNumber: null, Email: null } }) throw Call.Missing("customerNumber");
        var known = await FindOrCreate.KnownAsync(db, call.CreditorId, wanted.Customer, ct);
        if (wanted.Reference is { } reference && await db.Mandates.AsNoTracking().SingleOrDefaultAsync(m => m.CreditorId == call.CreditorId && m.Reference == reference, ct) is { } same)
            return known is null || same.CustomerId == known.Id ? RowOutcome.Known : throw Taken("mandateNumber", reference);
        var contract = call.Text("contractNumber", 70);
        if (wanted.Reference is null && known is not null && await db.Mandates.AnyAsync(m => m.CustomerId == known.Id && m.ContractReference == contract && m.State != MandateState.Cancelled
                && db.Profiles.Any(p => p.Id == m.ProfileId && p.Number == wanted.Number), ct))
            return RowOutcome.Known;

        var (mandate, _) = await Invite.PrepareAsync(call, wanted with { Customer = Kept(wanted.Customer, known, terms) }, db, keys, events, clock, ct);
        await db.SaveChangesAsync(ct); // what follows looks for it
        var customer = await db.Customers.SingleAsync(c => c.Id == mandate.CustomerId, ct);
        if (terms.AreSigned)
        {
            mandate.Import("import", on, null, null, false, clock.GetUtcNow(), clock.GetUtcNow() + Outcomes.Interval);
            await sign.FollowAsync(mandate, clock.GetUtcNow(), ct);
        }
        else if (terms.Mails)
        {
            if (customer.Email is null) throw Call.Missing("email");
            await mail.InvitationAsync(db, mandate, customer, await db.Profiles.SingleAsync(p => p.Id == mandate.ProfileId, ct), clock.GetUtcNow(), ct);
        }

        return RowOutcome.New;
    }

    private async Task<RowOutcome> SubscriptionAsync(Call call, CancellationToken ct)
    {
        var mandate = await Transactions.MandateAsync(db, call, call.Required("mndtId", 35).ToUpperInvariant(), ct);
        var reference = call.Required("ref", 70);
        var key = Subscription.KeyOf(reference);
        if (await db.Subscriptions.AnyAsync(s => s.MandateId == mandate.Id && s.Reference == key, ct)) return RowOutcome.Known;

        await AddSubscription.Async(db, mandate, reference, await SubscriptionRoutes.TermsAsync(call, db, clock, ct), clock, ct);
        return RowOutcome.New;
    }

    private async Task<RowOutcome> InvoiceAsync(Call call, ImportTerms terms, CancellationToken ct)
    {
        var wanted = CreateInvoice.Read(call);
        if (await db.Invoices.AsNoTracking().SingleOrDefaultAsync(i => i.CreditorId == call.CreditorId && i.Number == wanted.Number, ct) is { } same)
            return same.Amount == wanted.Amount ? RowOutcome.Known : throw Taken("number", wanted.Number);

        var known = await FindOrCreate.KnownAsync(db, call.CreditorId, wanted.Customer!, ct);
        await CreateInvoice.BookAsync(call, wanted with { Customer = Kept(wanted.Customer!, known, terms), Delivery = terms.Mails ? null : "disabled" }, db, view, settlement, keys, mail, clock, ct);
        return RowOutcome.New;
    }

    private async Task<RowOutcome> TransactionAsync(Call call, Actor actor, CancellationToken ct)
    {
        if (call.Amount("amount") is { } amount and < 0)
            return actor.May(ConsoleRole.Administrator) ? await RefundAsync(call, -amount, ct) : throw new RefusedException("role_missing", "Money goes out by an administrator alone.") { Field = "amount" };

        var wanted = Transactions.Read(call);
        var mandate = await Transactions.MandateAsync(db, call, wanted.Mandate, ct);
        if (await db.DirectDebits.AsNoTracking().Where(d => d.MandateId == mandate.Id && d.Ref == wanted.Ref).OrderBy(d => d.Attempt).FirstOrDefaultAsync(ct) is { } same)
            return same.Amount == wanted.Amount ? RowOutcome.Known : throw Taken("ref", wanted.Ref);

        await Transactions.AddAsync(db, mandate, wanted, clock, ct);
        return RowOutcome.New;
    }

    /// <summary>Money to the account of a mandate, or to one that is registered for a customer.</summary>
    private async Task<RowOutcome> RefundAsync(Call call, decimal amount, CancellationToken ct)
    {
        if (amount <= 0) throw new RefusedException("err_invalid_amount", $"{amount} cannot be sent.", ("amount", amount)) { Field = "amount" };
        var reference = call.Text("ref", 200);
        var same = await db.Transfers.AsNoTracking().Where(t => t.CreditorId == call.CreditorId && t.Ref == reference && t.State != TransferState.Failed).FirstOrDefaultAsync(ct);
        if (same is not null) return same.Amount == amount ? RowOutcome.Known : throw Taken("ref", reference);

        if (call.Text("mndtId", 35)?.ToUpperInvariant() is { } number)
        {
            var mandate = await Transactions.MandateAsync(db, call, number, ct);
            if (call.Text("iban") is not null) throw Call.Invalid("iban", "A refund goes to the account of the mandate.");
            RefundOf.Add(db, mandate, amount, Transactions.MessageOf(call.Text("message")), reference, call.Text("place", 140), call.Day("date") ?? call.Day("reqcolldt") ?? clock.Today, clock);
        }
        else
        {
            _ = call.Required("customerNumber", 50);
            await TransferRoutes.AddAsync(call, db, clock, ct);
        }

        return RowOutcome.New;
    }

    private async Task<RowOutcome> LinkAsync(Call call, ImportTerms terms, CancellationToken ct)
    {
        var wanted = PaymentLinks.Read(call, settings);
        var reference = call.Required("ref", 200);
        if (await db.PayLinks.AsNoTracking().Where(l => l.CreditorId == call.CreditorId && l.Ref == reference).FirstOrDefaultAsync(ct) is { } same)
            return same.Amount == wanted.Amount ? RowOutcome.Known : throw Taken("ref", reference);

        var known = await FindOrCreate.KnownAsync(db, call.CreditorId, wanted.Customer, ct);
        await PaymentLinks.AddAsync(call, wanted with { Customer = Kept(wanted.Customer, known, terms), Sends = terms.Mails ? "email" : null }, db, keys, mail, clock, ct);
        return RowOutcome.New;
    }

    /// <summary>Of who is known a file changes nothing, or what it may overwrite.</summary>
    private static CustomerBlock Kept(CustomerBlock block, Customer? known, ImportTerms terms) => known is null
        ? block
        : new(block.CustomerNumber, known.CustomerNumber is not null && known.CustomerNumber == block.CustomerNumber ? null : block.Email, null, null, null, null,
            terms.Overwrites ? block.Street : null, terms.Overwrites ? block.Zip : null, terms.Overwrites ? block.City : null, terms.Overwrites ? block.Country : null,
            terms.Overwrites ? block.Language : null, terms.Overwrites ? block.Mobile : null);

    private static RefusedException Taken(string field, string? value) => new("csv_taken", $"{value} is taken by something else.", ("value", value)) { Field = field };
}
