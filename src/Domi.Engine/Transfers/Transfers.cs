using System.Globalization;
using System.Text.Json.Nodes;
using Domi.Engine.CollectionRuns;
using Domi.Engine.Creditors;
using Domi.Engine.Customers;
using Domi.Engine.DirectDebits;
using Domi.Engine.Feeds;
using Domi.Engine.Invoices;
using Domi.Engine.Wire;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Transfers;

/// <summary><c>/creditor/transfer</c>: money to beneficiaries, put together and handed to the bank in runs.</summary>
/// <remarks>
/// Money goes only to an account that is registered as a beneficiary and available. Refuses with <c>err_invalid_iban</c>,
/// <c>err_invalid_amount</c>, <c>err_not_found</c>, <c>err_invalid_state</c>, <c>err_debtor_not_found</c>, <c>err_no_such_ct</c>, <c>err_provide_account</c>.
/// Source: Twikey API, Refunds (credit transfers).
/// </remarks>
internal static class TransferRoutes
{
    private const int Most = 50;

    public static void Map(IEndpointRouteBuilder creditor)
    {
        creditor.MapPost("transfer", CreateAsync);
        creditor.MapDelete("transfer", RemoveAsync);
        creditor.MapGet("transfer/detail", DetailAsync);
        creditor.MapPost("transfer/complete", CompleteAsync);
        creditor.MapGet("transfer/complete", RunsAsync);
    }

    private static async Task<IResult> CreateAsync(Call call, EngineDb db, BusinessClock clock, CancellationToken ct)
    {
        var transfer = await db.WriteOrRepeatAsync(async token =>
        {
            await Idempotency.UseAsync(db, call, token);
            return await AddAsync(call, db, clock, token);
        }, ct);
        return Json.Answer(new JsonObject { ["Entries"] = new JsonArray(TransferView.Of(transfer)) });
    }

    /// <summary>Plans a transfer to a beneficiary, inside the running transaction.</summary>
    internal static async Task<CreditTransfer> AddAsync(Call call, EngineDb db, BusinessClock clock, CancellationToken ct)
    {
        var account = Accounts.IbanOf(call.Required("iban", 60));
        var message = Transactions.MessageOf(call.TextOf(1000, "message", "msg"));
        var amount = call.Amount("amount") ?? throw Call.Missing("amount");
        if (amount <= 0) throw new RefusedException("err_invalid_amount", $"{amount} cannot be sent.", ("amount", amount)) { Field = "amount" };
        var number = call.Text("customerNumber", 50);
        var beneficiary = await db.Beneficiaries.SingleOrDefaultAsync(b => b.CreditorId == call.CreditorId && b.Account == account, ct);
        if (beneficiary is not { IsAvailable: true }) throw new RefusedException("err_not_found", "No beneficiary has this account, or it is suspended.") { Field = "iban" };
        if (number is not null && !await db.Customers.AnyAsync(c => c.CreditorId == call.CreditorId && c.CustomerNumber == number && (beneficiary.CustomerId == null || c.Id == beneficiary.CustomerId), ct))
            throw new RefusedException("err_debtor_not_found", $"The account is not of customer {number}.") { Field = "customerNumber" };
        var made = new CreditTransfer
        {
            CreditorId = call.CreditorId,
            EndToEndId = Guid.CreateVersion7().ToString("n"),
            CustomerId = beneficiary.CustomerId,
            Name = beneficiary.Name,
            Account = account,
            Bic = beneficiary.Bic,
            Amount = amount,
            Message = message,
            Ref = call.Text("ref", 200),
            Place = call.Text("place", 140),
            RequestedOn = call.Day("date") is { } day && day > clock.Today ? day : clock.Today,
            CreatedAt = clock.GetUtcNow(),
        };
        db.Transfers.Add(made);
        return made;
    }

    /// <summary>204. What is with the bank stays.</summary>
    private static async Task<IResult> RemoveAsync(Call call, EngineDb db, CancellationToken ct)
    {
        await db.WriteAsync(async token =>
        {
            var transfer = await FindAsync(db, call, token);
            transfer.MayBeRemoved();
            db.Transfers.Remove(transfer);
        }, ct);
        return Results.NoContent();
    }

    private static async Task<IResult> DetailAsync(Call call, EngineDb db, CancellationToken ct)
    {
        var entry = TransferView.Of(await FindAsync(db, call, ct));
        var answer = (JsonObject)entry.DeepClone(); // one client reads it at the top, the others in the list
        answer["Entries"] = new JsonArray(entry);
        return Json.Answer(answer);
    }

    /// <summary>Hands what is open and due to the bank in one run. With nothing to send it answers a run without entries.</summary>
    private static async Task<IResult> CompleteAsync(Call call, EngineDb db, MakeFiles make, ReleaseFile release, BusinessClock clock, CancellationToken ct)
    {
        var facts = await CreditorFacts.ReadAsync(db, call.CreditorId, ct);
        Iban? given = call.Text("iban", 60) is { } text ? Accounts.IbanOf(text) : null;
        if (call.Number("ct") is { } number and not 0 && facts.Profiles.All(p => p.Number != number)) throw new RefusedException("err_no_such_ct", $"No profile {number}.") { Field = "ct" };
        if (await MakeFiles.ContractAsync(db, call.CreditorId, ct) is { } contract)
        {
            if (given is { } other && other != contract.Account) throw new RefusedException("err_invalid_iban", "Transfers leave from the account of the contract with the bank.") { Field = "iban" };
            var made = await db.WriteOrRepeatAsync(token => make.TransferAsync(contract, new("API", null), token), ct);
            foreach (var file in made.Files.Where(f => f.Amount <= contract.ReleaseLimit)) await release.Async(call.CreditorId, file.Number, "API", null, ct);
            var runs = await db.TransferRuns.AsNoTracking().Where(r => r.CreditorId == call.CreditorId && made.Runs.Contains(r.PaymentInformationId)).OrderBy(r => r.Number).ToListAsync(ct);
            return Json.Answer(new JsonObject { ["CreditTransfers"] = new JsonArray([.. runs.Zip(made.Files, (r, f) => (JsonNode)Of(r, f.Count, "sent"))]) });
        }

        var account = given ?? facts.Creditor.Account ?? throw new RefusedException("err_provide_account", "The creditor has no account.") { Field = "iban" };
        if (facts.Creditor.Account is { } own && own != account) throw new RefusedException("err_invalid_iban", "Transfers leave from the creditor's own account.") { Field = "iban" };
        var (run, count) = await db.WriteOrRepeatAsync(async token =>
        {
            var today = clock.Today;
            await db.TakeTurnsAsync(call.CreditorId, token);
            var open = await db.Transfers.Where(t => t.CreditorId == call.CreditorId && t.State == TransferState.Open && t.RequestedOn <= today
                && !db.Beneficiaries.Any(b => b.CreditorId == t.CreditorId && b.Account == t.Account && !b.IsAvailable)).OrderBy(t => t.CreatedAt).ToListAsync(token);
            var sequence = await db.NextObjectNumberAsync(call.CreditorId, token);
            var made = new TransferRun
            {
                CreditorId = call.CreditorId,
                Number = sequence,
                PaymentInformationId = string.Create(CultureInfo.InvariantCulture, $"Domi-T-{today:yyyyMMdd}-{sequence}"),
                Account = account,
                CreatedAt = clock.GetUtcNow(),
            };
            if (open.Count > 0) db.TransferRuns.Add(made);
            foreach (var transfer in open) transfer.Send(made.Id, TargetCalendar.AddOpenDays(TargetCalendar.NextOpen(today), 1).At(8));
            return (made, open.Count);
        }, ct);
        return Json.Answer(new JsonObject { ["CreditTransfers"] = new JsonArray(Of(run, count, count == 0 ? "empty" : "sent")) });
    }

    private static async Task<IResult> RunsAsync(Call call, EngineDb db, CancellationToken ct)
    {
        var runs = db.TransferRuns.AsNoTracking().Where(r => r.CreditorId == call.CreditorId);
        if (call.Number("id") is { } id) runs = runs.Where(r => r.Number == id);
        if (call.Text("pmtinfid", 35) is { } wanted) runs = runs.Where(r => r.PaymentInformationId == wanted);
        var found = await runs.OrderByDescending(r => r.Number).Take(Most).Select(r => new { Run = r, Count = db.Transfers.Count(t => t.RunId == r.Id), Open = db.Transfers.Count(t => t.RunId == r.Id && t.State == TransferState.Sent) }).ToListAsync(ct);
        return Json.Answer(new JsonObject { ["CreditTransfers"] = new JsonArray([.. found.Select(f => (JsonNode)Of(f.Run, f.Count, f.Open > 0 ? "sent" : "done"))]) });
    }

    private static JsonObject Of(TransferRun run, int entries, string progress) => new()
    {
        ["id"] = run.Number,
        ["pmtinfid"] = run.PaymentInformationId,
        ["progress"] = progress,
        ["entries"] = entries,
    };

    private static async Task<CreditTransfer> FindAsync(EngineDb db, Call call, CancellationToken ct)
    {
        var id = call.Required("id", 35);
        return await db.Transfers.SingleOrDefaultAsync(t => t.CreditorId == call.CreditorId && t.EndToEndId == id, ct) ?? throw new RefusedException("err_not_found", $"No transfer {id}.") { Field = id };
    }
}

/// <summary>The simulated bank books what it was handed; a transfer that gives an invoice back opens it again.</summary>
internal sealed class BookTransfers(EngineDb db, Settlement settlement, BusinessClock clock) : IJob
{
    public static string Name => "book-transfers";

    public async Task<IReadOnlyList<DueWork>> DueAsync(DateTimeOffset now, int most, CancellationToken ct) =>
        await db.Transfers.AsNoTracking().Where(t => t.DueAt <= now).OrderBy(t => t.DueAt).Take(most).Select(t => new DueWork(t.Id.ToString(), t.Id.ToString(), t.DueAt!.Value)).ToListAsync(ct);

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken ct) => await db.Transfers.MinAsync(t => t.DueAt, ct);

    public async Task RunAsync(DueWork work, CancellationToken ct)
    {
        var id = Guid.Parse(work.Id);
        await db.WriteOrRepeatAsync(async token =>
        {
            if (await db.Transfers.SingleOrDefaultAsync(t => t.Id == id, token) is not { DueAt: { } due } transfer || due > clock.GetUtcNow()) return;

            await BookedAsync(db, settlement, transfer, clock.Today, clock.GetUtcNow(), token);
        }, ct);
    }

    /// <summary>What follows from a transfer that a bank booked, inside the running transaction: the feed tells it, and an invoice that it gives back is open again.</summary>
    public static async Task BookedAsync(EngineDb db, Settlement settlement, CreditTransfer transfer, DateOnly on, DateTimeOffset now, CancellationToken ct)
    {
        transfer.Book(on);
        Feed.Append(db, transfer.CreditorId, FeedName.Transfers, TransferView.Of(transfer), now);
        if (transfer.InvoiceId is not { } invoiceId) return;

        var debit = transfer.DirectDebitId is { } of ? await db.DirectDebits.SingleAsync(d => d.Id == of, ct) : null;
        await settlement.RefundedAsync(await db.Invoices.SingleAsync(i => i.Id == invoiceId, ct), transfer, debit, ct);
    }
}

/// <summary><c>/creditor/transfers/beneficiaries</c>: whom money may go to.</summary>
/// <remarks>
/// Refuses with <c>err_invalid_iban</c>, <c>err_invalid_bic</c>, <c>err_debtor_not_found</c>, <c>err_name_required</c>, <c>register_address_missing</c> (an
/// unknown customer needs name and address); a removal of an unknown one is 404. Source: Twikey API, Beneficiaries.
/// </remarks>
internal static class BeneficiaryRoutes
{
    public static void Map(IEndpointRouteBuilder creditor)
    {
        foreach (var path in new[] { "transfers/beneficiaries", "transfer/beneficiaries" })
        {
            creditor.MapGet(path, ListAsync);
            creditor.MapPost(path, AddAsync);
            creditor.MapDelete(path, (Call call, EngineDb db, CancellationToken ct) => RemoveAsync(call.Required("iban", 60), call, db, ct));
            creditor.MapDelete(path + "/{iban}", (string iban, Call call, EngineDb db, CancellationToken ct) => RemoveAsync(iban, call, db, ct));
        }
    }

    private static async Task<IResult> ListAsync(Call call, EngineDb db, CancellationToken ct)
    {
        var all = await db.Beneficiaries.AsNoTracking().Where(b => b.CreditorId == call.CreditorId).OrderBy(b => b.CreatedAt).ThenBy(b => b.Id).Take(5_000).ToListAsync(ct);
        return Json.Answer(new JsonObject { ["beneficiaries"] = new JsonArray([.. all.Select(b => (JsonNode)Of(b, call.Flag("withAddress")))]) });
    }

    private static async Task<IResult> AddAsync(Call call, EngineDb db, BusinessClock clock, CancellationToken ct)
    {
        var account = Accounts.IbanOf(call.Required("iban", 60));
        var bic = Accounts.BicOf(call.Text("bic", 20)) ?? BelgianBanks.BicOf(account);
        var block = CustomerBlock.Of(call);
        var name = call.Text("name", 140);
        var beneficiary = await db.WriteOrRepeatAsync(async token =>
        {
            var customer = block.CustomerNumber is { } number ? await db.Customers.SingleOrDefaultAsync(c => c.CreditorId == call.CreditorId && c.CustomerNumber == number, token)
                : Customer.KeyOf(block.Email) is { } key ? await db.Customers.OrderBy(c => c.Id).FirstOrDefaultAsync(c => c.CreditorId == call.CreditorId && c.EmailKey == key, token) : null;
            if (customer is null)
            {
                name ??= block.CompanyName ?? (block.FirstName is null && block.LastName is null ? null : $"{block.FirstName} {block.LastName}".Trim());
                if (name is null) throw new RefusedException("err_name_required", "Who is not known needs a name.") { Field = "name" };
                if (block.Street is null || block.Zip is null || block.City is null) throw new RefusedException("register_address_missing", "Who is not known needs an address.") { Field = "address" };
                if (block.CustomerNumber is not null || block.Email is not null)
                    customer = await FindOrCreate.CustomerAsync(db, call.CreditorId, block with { LastName = block.LastName ?? (block.CompanyName is null ? Shorten.To(70, name) : null) }, token);
            }

            var known = await db.Beneficiaries.SingleOrDefaultAsync(b => b.CreditorId == call.CreditorId && b.Account == account, token);
            if (known is null) db.Beneficiaries.Add(known = new() { CreditorId = call.CreditorId, Account = account, Name = "", CreatedAt = clock.GetUtcNow() });
            var holder = name ?? customer!.DisplayName;
            known.Name = holder.Length > 140 ? holder[..140] : holder;
            (known.Bic, known.CustomerId, known.IsAvailable) = (bic ?? known.Bic, customer?.Id ?? known.CustomerId, true);
            (known.Street, known.Zip, known.City, known.Country) = (block.Street ?? customer?.Street ?? known.Street, block.Zip ?? customer?.Zip ?? known.Zip, block.City ?? customer?.City ?? known.City, block.Country ?? customer?.Country ?? known.Country);
            return known;
        }, ct);
        return Json.Answer(Of(beneficiary, withAddress: true));
    }

    private static async Task<IResult> RemoveAsync(string text, Call call, EngineDb db, CancellationToken ct)
    {
        var account = Accounts.IbanOf(text);
        var number = call.Text("customerNumber", 50);
        var removed = await db.WriteAsync(async token =>
        {
            var found = await db.Beneficiaries.SingleOrDefaultAsync(b => b.CreditorId == call.CreditorId && b.Account == account
                && (number == null || db.Customers.Any(c => c.Id == b.CustomerId && c.CustomerNumber == number)), token);
            if (found is not null) db.Beneficiaries.Remove(found);
            return found is not null;
        }, ct);
        return removed ? Results.NoContent() : Results.NotFound();
    }

    private static JsonObject Of(Beneficiary beneficiary, bool withAddress)
    {
        var entry = new JsonObject { ["name"] = beneficiary.Name, ["iban"] = beneficiary.Account.Value, ["bic"] = beneficiary.Bic?.Value, ["available"] = beneficiary.IsAvailable };
        if (withAddress) entry["address"] = new JsonObject { ["street"] = beneficiary.Street, ["city"] = beneficiary.City, ["zip"] = beneficiary.Zip, ["country"] = beneficiary.Country };
        return entry;
    }
}
