using System.Diagnostics;
using System.Globalization;
using Domi.BackOffice.Connections;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Ledger;
using Domi.BackOffice.Relations;
using Domi.BackOffice.Statements;
using Domi.Engine.CollectionRuns;
using Domi.Engine.DirectDebits;
using Domi.Engine.Tests;
using Domi.Platform;
using Domi.Standards;
using Domi.Standards.BankFiles;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests;

/// <summary>
/// The whole loop on the clock: every month the office invoices its relations, the engine collects through files that it exchanges with a bank that
/// refuses, returns and refunds, and sends untidy files; some pay by transfer, somebody is given his money back; the office reads the feeds, and the same statements. At every month's end the three agree to
/// the cent, invoice by invoice. DOMI_MANDATES says how many, DOMI_MONTHS how long: 5,000 and 12 in the soak.
/// </summary>
public sealed class ClosedLoopTests(OfficeFixture app, ITestOutputHelper output) : IClassFixture<OfficeFixture>
{
    private static readonly int Mandates = OwnBank.Setting("DOMI_MANDATES", 16);
    private static readonly int Months = OwnBank.Setting("DOMI_MONTHS", 2);

    // The day of the month on which transfers are made, to the company and by it.
    private const int PaidOn = 5;

    private readonly Story story = new(app);
    private readonly EngineClient client = new(app);
    private readonly List<Relation> relations = [];

    // What was paid by transfer, by invoice.
    private readonly Dictionary<Guid, decimal> transferred = [];
    private OwnBank own = null!;

    [Fact]
    public async Task At_every_months_end_office_engine_and_bank_agree_to_the_cent()
    {
        own = await OwnBank.OpenAsync(app, "BE45734031872589", 1, new()
        {
            Charges = ChargeRule.Inside,
            ReportsReturns = true,
            Untidiness = Untidiness.All,
            DecideTransfer = (_, transfer) => (int)transfer.Amount % 2 == 0 ? Fate.Returned("AC04", 2) : Fate.Done,
            Decide = Mandates < 100 ? OwnBank.OfFew : null,
        });
        for (var n = 0; n < Mandates + (Mandates / PayersByTransfer); n++) await JoinAsync(n);
        await story.WhenFeedsAreRead();

        var first = app.Now().BrusselsDate();
        var month = new DateOnly(first.Year, first.Month, 1);
        for (var i = 0; i <= Months; i++)
        {
            var watch = Stopwatch.StartNew();
            if (i < Months) await InvoiceAllAsync();
            await own.UntilAsync(month.AddMonths(i + 1).AddDays(-1), BesideAsync); // by then the bank has sent what it held back
            await own.AnswerAsPersonAsync();
            await story.WhenFeedsAreRead();
            await AnswerAsClerkAsync();
            output.WriteLine($"{month.AddMonths(i):yyyy-MM}: {own.Bank.Truth.Payments.Count} collections so far, {watch.Elapsed.TotalSeconds:0.0} s");
            await ThenTheyAgreeAsync();
        }

        var states = own.Bank.Truth.Payments.Values.Where(p => p.Payment is Debit).Select(p => p.State).ToHashSet();
        Assert.Superset(new HashSet<BankState> { BankState.Settled, BankState.Returned, BankState.Refunded, BankState.Rejected }, states);
        Assert.NotEmpty(transferred);
        Assert.Superset(new HashSet<BankState> { BankState.Settled, BankState.Returned }, own.Bank.Truth.Payments.Values.Where(p => p.Payment is Transfer).Select(p => p.State).ToHashSet());
    }

    // For each seven mandates there is one who pays by transfer.
    private const int PayersByTransfer = 7;

    private static bool HasMandate(int n) => n % (PayersByTransfer + 1) != PayersByTransfer - 1;

    private async Task JoinAsync(int n)
    {
        var relation = await story.GivenARelation($"Member {n}");
        relations.Add(relation);
        if (HasMandate(n))
            await client.TakenAsync(HttpMethod.Post, "/sign", ("method", "import"), ("ct", "1"), ("iban", OwnBank.IbanOf(n)), ("customerNumber", relation.CustomerNumber), ("email", relation.Email!), ("firstname", "Member"), ("lastname", $"Nr {n}"), ("mandateNumber", $"LOOP-{n}"));
    }

    private async Task InvoiceAllAsync()
    {
        for (var n = 0; n < relations.Count; n++)
        {
            var amount = 20.50m + (n % 50);
            var proposal = await story.Office(services => services.GetRequiredService<EditProposal>().CreateAsync(story.CompanyId, new(relations[n].Id, InvoiceKind.Invoice, null, app.Now().BrusselsDate().AddDays(7), "Monthly fee", "", null, null, [new("Fee", 1, amount, 0)]), "test", CancellationToken.None));
            await story.WhenNumbered(proposal);
        }

        await AppFixture.RunAsync<RequestLinks>(app.Office!);
    }

    /// <summary>The office's day: the bank's statement and the provider's feeds come in either order.</summary>
    private async Task BesideAsync(DateOnly day, IReadOnlyList<SentFile> sent)
    {
        if (sent.Count == 0 && day.Day != PaidOn) return;
        await AppFixture.AdvanceAsync(app.Office!, app.Now() - app.Office!.Services.GetRequiredService<BusinessClock>().GetUtcNow());
        if (day.Day == PaidOn)
        {
            await PayByTransferAsync(day);
            await GiveBackAsync(day);
        }

        if (day.Day % 2 == 0) await story.WhenFeedsAreRead();
        foreach (var file in sent)
        {
            using var answer = await app.OfficeHttp.PostAsync($"/api/v1/statements?fileName={file.Name}", new ByteArrayContent(file.Content));
            // Only what came cut is refused: the whole one follows.
            Assert.True(answer.IsSuccessStatusCode || file.Name.Contains("cut", StringComparison.Ordinal), $"{file.Name}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }

        if (day.Day % 2 == 1) await story.WhenFeedsAreRead();
    }

    private async Task PayByTransferAsync(DateOnly day)
    {
        var open = await app.ReadAsync((OfficeDb db) => db.Invoices.AsNoTracking().Where(i => i.PaymentState == PaymentState.Unpaid && i.ProviderState != "PENDING").ToListAsync());
        foreach (var invoice in open.Where(i => !transferred.ContainsKey(i.Id) && !HasMandate(relations.FindIndex(r => r.Id == i.RelationId))))
        {
            own.Bank.Pay(own.Account, Iban.Parse(OwnBank.IbanOf(9_000)), "Member", invoice.Open, invoice.Communication!.Value.Value, day);
            transferred[invoice.Id] = invoice.Open;
        }
    }

    /// <summary>The creditor gives one collection back, of those that the debtor will not have taken back as well; in even months it is of an even amount, and comes back.</summary>
    private async Task GiveBackAsync(DateOnly day)
    {
        var paid = await app.ReadEngineAsync(db => db.DirectDebits.AsNoTracking().Where(d => d.State == DirectDebitState.Paid && !db.Transfers.Any(t => t.DirectDebitId == d.Id)).OrderByDescending(d => d.Number).ToListAsync());
        if (paid.Find(d => (int)d.Amount % 2 == day.Month % 2 && own.Bank.Truth.Payments[d.EndToEndId].Fate.Kind is FateKind.Done) is not { } debit) return;
        await client.TakenAsync(HttpMethod.Post, "/transaction/refund", ("id", debit.Number.ToString(CultureInfo.InvariantCulture)), ("message", "Sorry"), ("amount", debit.Amount.ToString(CultureInfo.InvariantCulture)));
        await app.ReadEngineAsync(async db =>
        {
            (await db.Transfers.SingleAsync(t => t.DirectDebitId == debit.Id)).Free();
            return await db.SaveChangesAsync();
        });
        await client.TakenAsync(HttpMethod.Post, "/transfer/complete");
        await AppFixture.RunAsync<HandOverFiles>(app.Engine);
        await own.CarryOutAsync();
    }

    /// <summary>What is held is looked at and let in; a payment that the provider told of too is the same; what the rest is, the bank knows.</summary>
    private async Task AnswerAsClerkAsync()
    {
        foreach (var held in await app.ReadAsync((OfficeDb db) => db.Statements.AsNoTracking().Where(s => s.State == StatementState.Held).OrderBy(s => s.Until).ToListAsync()))
            await story.Office(async services =>
            {
                await services.GetRequiredService<DecideStatement>().ReleaseAsync(held.Id, "An Clerk", CancellationToken.None);
                return true;
            });
        foreach (var line in await app.ReadAsync((OfficeDb db) => db.StatementLines.AsNoTracking().Where(l => l.State == LineState.ToDo).ToListAsync()))
            await story.Office(services => line.Finding is LineFinding.PerhapsKnown
                ? services.GetRequiredService<SettleLine>().IsKnownAsync(line.Id, line.Version, "An Clerk", CancellationToken.None)
                : services.GetRequiredService<SettleLine>().SetAsideAsync(line.Id, line.Version, "Collections", "An Clerk", CancellationToken.None));
    }

    private async Task ThenTheyAgreeAsync()
    {
        var differences = await own.DifferencesAsync();
        Assert.True(differences.Length == 0, differences);
        await story.ThenTheLedgerAgrees();

        var truth = own.Bank.Truth;
        var settled = truth.Payments.Values.Where(p => p.State is BankState.Settled).ToDictionary(p => p.EndToEndId, p => p.Amount);
        var debits = await app.ReadEngineAsync(db => db.DirectDebits.AsNoTracking().Where(d => d.RunId != null).Select(d => new { d.InvoiceId, d.EndToEndId }).ToListAsync());
        var collected = debits.GroupBy(d => d.InvoiceId!.Value).ToDictionary(g => g.Key, g => g.Sum(d => settled.GetValueOrDefault(d.EndToEndId)));
        foreach (var given in await app.ReadEngineAsync(db => db.Transfers.AsNoTracking().Where(t => t.RunId != null && t.InvoiceId != null).Select(t => new { t.InvoiceId, t.EndToEndId }).ToListAsync())) collected[given.InvoiceId!.Value] -= settled.GetValueOrDefault(given.EndToEndId);
        var there = await app.ReadEngineAsync(db => db.Invoices.AsNoTracking().ToDictionaryAsync(i => i.PublicId));
        var here = await app.ReadAsync((OfficeDb db) => db.Invoices.AsNoTracking().Where(i => i.State == InvoiceState.Numbered).ToListAsync());
        Assert.Equal(here.Count, there.Count);
        var unequal = here.Select(i => (Office: i, Engine: there[i.Id], Bank: collected.GetValueOrDefault(there[i.Id].Id) + transferred.GetValueOrDefault(i.Id)))
            .Where(i => (i.Office.Paid, i.Office.Open, i.Office.ProviderState) != (i.Engine.PaidAmount, i.Engine.Open, i.Engine.State.ToString().ToUpperInvariant()) || i.Office.Paid != i.Bank)
            .Select(i => $"{i.Office.Number}: office {i.Office.Paid} open {i.Office.Open} {i.Office.ProviderState}, engine {i.Engine.PaidAmount} open {i.Engine.Open} {i.Engine.State}, bank {i.Bank}").ToList();
        Assert.True(unequal.Count == 0, string.Join('\n', unequal));

        // The account: what was paid, less what the bank took for itself and its own mistakes that it did not undo yet.
        var others = truth.Bookings.Where(b => b.Kind is BookingKind.DoubleReturn or BookingKind.StrangersReturn or BookingKind.Correction).Sum(b => b.Amount) - truth.Payments.Values.Sum(p => p.Charges);
        var moved = truth.Balance(own.Account) - OwnBank.Start;
        Assert.Equal(moved, here.Sum(i => i.Paid) + others);
        var lines = await app.ReadAsync((OfficeDb db) => db.StatementLines.AsNoTracking().Where(l => db.Statements.Any(s => s.Id == l.StatementId && s.State == StatementState.Booked)).ToListAsync());
        Assert.Equal(moved, lines.Sum(l => l.Amount));
        Assert.DoesNotContain(lines, l => l.State is LineState.ToDo or LineState.New);
    }
}
