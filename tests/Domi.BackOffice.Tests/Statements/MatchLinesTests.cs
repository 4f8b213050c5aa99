using Domi.BackOffice.Invoices;
using Domi.BackOffice.Ledger;
using Domi.BackOffice.Statements;
using Domi.BackOffice.Sync;
using Domi.BackOffice.Tests.Pages;
using Domi.Platform;
using Domi.Standards;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests.Statements;

public sealed class MatchLinesTests(OfficeFixture app) : IClassFixture<OfficeFixture>
{
    private readonly Story story = new(app);

    [Theory]
    [InlineData("structured")]
    [InlineData("printed in the text")]
    [InlineData("twelve digits in the text")]
    [InlineData("RF around the communication")]
    [InlineData("RF around the number")]
    [InlineData("the number, written otherwise")]
    public async Task A_payment_that_names_its_invoice_and_pays_it_exactly_is_booked(string way)
    {
        var (bank, invoice) = (await Bank.WithAnAccountAsync(app), await GivenAnInvoice());
        var (digits, number) = (invoice.Communication!.Value.Value, invoice.Number!);
        var payment = way switch
        {
            "structured" => new Payment(121m, Bank.Ogm(invoice)),
            "printed in the text" => new(121m, Text: $"facture mars {Bank.Ogm(invoice)} merci"),
            "twelve digits in the text" => new(121m, Text: $"ref {digits} van An"),
            "RF around the communication" => new(121m, CreditorReference.Create(digits).Value),
            "RF around the number" => new(121m, CreditorReference.Create(number).Value),
            _ => new(121m, Text: $"invoice {number.Replace("-", " / ", StringComparison.Ordinal)[..4]}/{number[5..]}, thanks"),
        };

        await bank.ImportAsync(bank.Statement(1, 0m, payment));

        Assert.Equal((121m, PaymentState.Paid), (await StateOf(invoice)));
        var line = await bank.LineAsync();
        Assert.Equal((LineState.Matched, 0m, invoice.Id), (line.State, line.Rest, line.InvoiceId));
        Assert.Contains("paid_bank", (await app.ReadAsync((OfficeDb db) => db.Timeline.Where(t => t.InvoiceId == invoice.Id).Select(t => t.Code).ToListAsync())));
        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task Less_than_is_open_is_a_part_and_more_leaves_credit_and_what_comes_again_is_kept_whole()
    {
        var (bank, invoice) = (await Bank.WithAnAccountAsync(app), await GivenAnInvoice());

        await bank.ImportAsync(bank.Statement(1, 0m, new(100m, Bank.Ogm(invoice)), new(50m, Bank.Ogm(invoice)), new(121m, Bank.Ogm(invoice))));

        Assert.Equal((121m, PaymentState.Paid), await StateOf(invoice));
        var lines = await bank.LinesAsync();
        Assert.Equal([(LineState.Matched, LineFinding.ByCommunication, 100m, 0m), (LineState.Credit, LineFinding.TooMuch, 21m, 29m), (LineState.Credit, LineFinding.PaidTwice, 0m, 121m)],
            lines.Select(l => (l.State, l.Finding, l.Paid, l.Credit)));
        Assert.All(lines, l => Assert.Equal(invoice.RelationId, l.RelationId));
        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task What_is_uncertain_is_booked_nowhere_and_waits_with_its_reason()
    {
        var (bank, one, other) = (await Bank.WithAnAccountAsync(app), await GivenAnInvoice(), await GivenAnInvoice());
        var note = await GivenACreditNote();

        await bank.ImportAsync(bank.Statement(1, 1000m,
            new(121m, StructuredCommunication.FromNumber(4_711).ToString()),
            new(121m, Bank.Ogm(one), $"and also {Bank.Ogm(other)}"),
            new(120m, Text: $"invoice {one.Number}"),
            new(121m, Text: "rent of March"),
            new(121m, Bank.Ogm(one), MandateId: "MANDATE-1"),
            new(-121m, Bank.Ogm(one)),
            new(-50m, Bank.Ogm(one), Reason: "AM04"),
            new(60.5m, Text: $"credit note {note.Number}")));

        Assert.Equal([
            (LineState.ToDo, LineFinding.UnknownReference), (LineState.ToDo, LineFinding.TwoReferences), (LineState.ToDo, LineFinding.None), (LineState.ToDo, LineFinding.None), (LineState.ToDo, LineFinding.Collection),
            (LineState.Out, LineFinding.None), (LineState.Out, LineFinding.None), (LineState.ToDo, LineFinding.None),
        ], (await bank.LinesAsync()).Select(l => (l.State, l.Finding)));
        Assert.Equal("AM04", (await bank.LinesAsync())[6].ReturnReason);
        Assert.Equal((0m, PaymentState.Unpaid), await StateOf(one));
        Assert.Equal((0m, PaymentState.Unpaid), await StateOf(other));
    }

    [Fact]
    public async Task A_payment_that_the_provider_told_of_is_not_booked_again_whichever_comes_first()
    {
        var (bank, invoice, later, collected) = (await Bank.WithAnAccountAsync(app), await GivenAnInvoice(), await GivenAnInvoice(), await GivenAnInvoice());
        await WhenTold(invoice, "dd:E2E-1", "sdd");
        await WhenTold(invoice, "transfer:T-1", "transfer", 60m);

        await bank.ImportAsync(bank.Statement(1, 0m, new(121m, Text: "collection", EndToEndId: "E2E-1"), new(60m, Bank.Ogm(invoice)), new(121m, Bank.Ogm(later)), new(121m, Bank.Ogm(collected), MandateId: "M-2", EndToEndId: "E2E-2")));
        Assert.Equal((121m, PaymentState.Paid), await StateOf(later));
        Assert.Equal((0m, PaymentState.Unpaid), await StateOf(collected)); // the provider tells of it
        await WhenTold(later, "transfer:T-2", "transfer");
        await WhenTold(collected, "dd:E2E-2", "sdd");

        Assert.Equal([(LineState.Aside, LineFinding.Known), (LineState.ToDo, LineFinding.PerhapsKnown), (LineState.ToDo, LineFinding.PerhapsKnown), (LineState.Aside, LineFinding.Known)], (await bank.LinesAsync()).Select(l => (l.State, l.Finding)));
        Assert.Equal([(121m, PaymentState.Paid), (121m, PaymentState.Paid)], [await StateOf(later), await StateOf(collected)]);
        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task Credit_pays_a_later_invoice_and_whatever_was_done_is_taken_back_by_a_counter_row()
    {
        var (bank, relation) = (await Bank.WithAnAccountAsync(app), await story.GivenARelation());
        var (first, second) = (await GivenAnInvoice(relation), await GivenAnInvoice(relation));
        await bank.ImportAsync(bank.Statement(1, 0m, new Payment(200m, Bank.Ogm(first))));

        var line = await bank.LineAsync();
        line = await bank.SettleAsync(s => s.PayAsync(line.Id, line.Version, [new(second.Id, 50m)], true, "An Clerk", CancellationToken.None));

        Assert.Equal((LineState.Credit, 171m, 29m), (line.State, line.Paid, line.Credit));
        Assert.Equal((50m, PaymentState.PartiallyPaid), await StateOf(second));
        await Assert.ThrowsAsync<RefusedException>(() => bank.SettleAsync(s => s.PayAsync(line.Id, line.Version - 1, [new(second.Id, 1m)], true, "An Clerk", CancellationToken.None)));

        var entry = await app.ReadAsync((OfficeDb db) => db.LedgerEntries.SingleAsync(e => e.InvoiceId == second.Id && e.Kind == EntryKind.Paid));
        line = await bank.SettleAsync(s => s.TakeBackAsync(line.Id, line.Version, entry.Id, "An Clerk", CancellationToken.None));
        Assert.Equal((LineState.ToDo, 50m), (line.State, line.Rest));
        Assert.Equal((0m, PaymentState.Unpaid), await StateOf(second));
        Assert.Equal(2, await app.ReadAsync((OfficeDb db) => db.LedgerEntries.CountAsync(e => e.InvoiceId == second.Id && e.Key == entry.Key)));
        await Assert.ThrowsAsync<RefusedException>(() => bank.SettleAsync(s => s.TakeBackAsync(line.Id, line.Version, entry.Id, "An Clerk", CancellationToken.None)));

        line = await bank.SettleAsync(s => s.RepayAsync(line.Id, line.Version, "An Clerk", CancellationToken.None));
        Assert.Equal((LineState.Repay, 79m, 0m), (line.State, line.Repay, line.Credit));
        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task Two_people_who_book_one_payment_at_once_book_it_once()
    {
        var (bank, relation) = (await Bank.WithAnAccountAsync(app), await story.GivenARelation());
        var (first, second) = (await GivenAnInvoice(relation), await GivenAnInvoice(relation));
        await bank.ImportAsync(bank.Statement(1, 0m, new Payment(121m, Text: "no reference")));
        var line = await bank.LineAsync();

        var booked = await Task.WhenAll(new[] { first, second }.Select(invoice => Task.Run(async () =>
        {
            try
            {
                await bank.SettleAsync(s => s.PayAsync(line.Id, line.Version, [new(invoice.Id, 121m)], false, "An Clerk", CancellationToken.None));
                return true;
            }
            catch (RefusedException)
            {
                return false;
            }
        })));

        Assert.Single(booked, b => b);
        Assert.Equal(121m, (await StateOf(first)).Paid + (await StateOf(second)).Paid);
        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task Suggestions_say_why_and_the_likeliest_is_first()
    {
        var bank = await Bank.WithAnAccountAsync(app);
        var (name, other) = (await story.GivenARelation("Zoë Vermeulen-Claes"), await story.GivenARelation("Karel Appel"));
        var (one, two, alike) = (await GivenAnInvoice(name, 217.13m), await GivenAnInvoice(name, 300.01m), await GivenAnInvoice(other, 217.13m));
        await bank.ImportAsync(bank.Statement(1, 0m, new(217.13m, Name: "VERMEULEN CLAES ZOE"), new(0.01m, Bank.Ogm(one), Account: "BE62510007547061"), new(517.13m, Account: "BE62510007547061", Name: null)));
        var lines = await bank.LinesAsync();

        var byName = await SuggestionsOf(lines[0]);
        Assert.Equal([SuggestionReason.SameAmount], byName.Single(s => s.Invoices[0].Id == alike.Id).Reasons);

        // An account that paid for a customer before; the cent that was paid is missing, so both together are its sum.
        var sum = (await SuggestionsOf(lines[2]))[0];
        Assert.Equal((name.Id, 517.13m), (sum.RelationId, sum.Total));
        Assert.Equal([SuggestionReason.AccountBefore, SuggestionReason.Sum], sum.Reasons);
        Assert.Equal([one.Id, two.Id], sum.Invoices.Select(i => i.Id));

        Task<IReadOnlyList<Suggestion>> SuggestionsOf(StatementLine line) => app.OfficeAsync((services, _) => services.GetRequiredService<SuggestInvoices>().OfAsync(line, CancellationToken.None));
    }

    private async Task<Invoice> GivenAnInvoice(Domi.BackOffice.Relations.Relation? relation = null, decimal amount = 121m) => await story.WhenNumbered(await story.GivenAProposal(relation ?? await story.GivenARelation(), amount));

    private async Task<Invoice> GivenACreditNote() => await story.WhenNumbered(await story.GivenAProposal(await story.GivenARelation(), -60.5m, InvoiceKind.CreditNote));

    private async Task<(decimal Paid, PaymentState State)> StateOf(Invoice invoice) => await story.Read(invoice.Id) is var read ? (read.Paid, read.PaymentState) : default;

    private Task<Applied> WhenTold(Invoice invoice, string key, string method, decimal amount = 121m) => app.OfficeAsync((services, db) => db.WriteAsync(async ct =>
        await services.GetRequiredService<ApplyPayment>().PaidAsync(await db.Invoices.SingleAsync(i => i.Id == invoice.Id, ct), key, amount, method, AppFixture.Start.AddDays(1), false, ct), CancellationToken.None));
}
