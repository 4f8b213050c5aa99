using System.Globalization;
using Domi.Engine.CollectionRuns;
using Domi.Engine.DirectDebits;
using Domi.Engine.Invoices;
using Domi.Engine.Profiles;
using Domi.Engine.Users;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>Transactions by where they are: still to be sent, with the bank or followed up, waiting for a person, paid.</summary>
internal sealed class TransactionsModel(Desk desk, FailureWorkflow failures, Settlement settlement) : ListPage(desk)
{
    private static readonly string[] Known = ["open", "sent", "unsettled", "paid"];

    [BindProperty(SupportsGet = true)]
    public string Tab { get; set; } = "";

    public override string Section => Tab;

    /// <summary>What is collected from accounts leaves as files.</summary>
    public bool OwnBank { get; private set; }

    /// <summary>Whose open transactions can be sent now.</summary>
    public IReadOnlyList<(string Value, string Words)> Profiles { get; private set; } = [];

    public override async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        OwnBank = await MakeFiles.ContractAsync(Db, Me, ct) is not null;
        if (Tab == "open" && Actor.May(ConsoleRole.User)) Profiles = await ProfileOptions.ReadAsync(Db, Me, ct, OwnBank ? AgreementKind.CreditCard : null);
        return await base.OnGetAsync(ct);
    }

    protected override async Task<ListView?> ReadAsync(int most, CancellationToken ct)
    {
        if (!Known.Contains(Tab)) return null;

        var all = Of(Tab).Found(Db.Mandates.Where(m => m.CreditorId == Me), Db.Customers.Where(c => c.CreditorId == Me), Asked("q"));
        if (AskedProfile is { } number) all = all.Where(d => Db.Mandates.Any(m => m.Id == d.MandateId && Db.Profiles.Any(p => p.Id == m.ProfileId && p.Number == number)));
        if (From is { } from) all = all.Where(d => d.RequestedOn >= from);
        if (To is { } to) all = all.Where(d => d.RequestedOn <= to);
        var bucket = Asked<FailureBucket>("why");
        if (bucket is not null)
        {
            var codes = (await all.Where(d => d.ReasonCode != null).Select(d => d.ReasonCode!).Distinct().ToListAsync(ct)).Where(c => ReasonCodes.BucketOf(c) == bucket).ToList();
            all = all.Where(d => codes.Contains(d.ReasonCode!));
        }

        var debits = AfterNumber is { } after ? all.Where(d => d.Number < after) : all;
        List<Filter> filters = [new("q", T["console.search"], Asked("q")), new("profile", T["console.profile"], Asked("profile"), await ProfileOptions.ReadAsync(Db, Me, ct)), .. Days];
        if (Tab is "unsettled") filters.Add(new("why", T["console.reason"], Asked("why"), Options<FailureBucket>("bucket")));
        return await new Tables(Db, T, Me).DebitsAsync(debits, most, ct) with
        {
            Title = T[$"console.title.{Tab}"],
            Sub = T[$"console.sub.{Tab}"],
            Tabs = await TabsAsync(ct),
            Filters = filters,
            Figures = Tab is "unsettled" ? await FiguresAsync(all, ct) : await TotalAsync(all.Select(d => d.Amount), ct),
            Beside = OwnBank ? [("/console/files", T["console.files"])] : [],
            Links = Actor.May(ConsoleRole.User) ? [("/console/import/transactions", T["console.import"])] : [],
            Empty = T[$"console.empty.{Tab}"],
            Bulk = !Actor.May(ConsoleRole.User) ? [] : Tab switch
            {
                "unsettled" => [new("Link", T["console.send_link"]), new("Reoffer", T["console.reoffer"]), new("Paid", T["console.mark_paid"]), new("Archive", T["console.archive"])],
                "sent" => [new("Unsettle", T["console.unsettle"])],
                "open" => [new("Paid", T["console.mark_paid"])],
                _ => [new("Archive", T["console.archive"])],
            },
        };
    }

    public Task<IActionResult> OnPostLinkAsync(string[]? pick, CancellationToken ct) => EachAsync("backup", pick, ct);

    public Task<IActionResult> OnPostReofferAsync(string[]? pick, CancellationToken ct) => EachAsync("reoffer", pick, ct);

    public Task<IActionResult> OnPostPaidAsync(string[]? pick, CancellationToken ct) => EachAsync("paid", pick, ct);

    public Task<IActionResult> OnPostArchiveAsync(string[]? pick, CancellationToken ct) => EachAsync("archive", pick, ct, new("transaction.archive_all", ("count", pick?.Length)));

    public Task<IActionResult> OnPostUnsettleAsync(string[]? pick, CancellationToken ct) => EachAsync("unsettle", pick, ct);

    public Task<IActionResult> OnPostCollectAsync(int profile, CancellationToken ct) => ActAsync(ConsoleRole.User, "transaction.collect", async token =>
    {
        if (await Db.Profiles.AsNoTracking().SingleOrDefaultAsync(p => p.CreditorId == Me && p.Number == profile && p.IsActive, token) is not { } chosen) return null;
        if (chosen.Kind is AgreementKind.DirectDebit && await MakeFiles.ContractAsync(Db, Me, token) is not null) throw new RefusedException("own_bank_collects", "What leaves as files is put together there.");
        return await Collect.HandOverAsync(Db, chosen, null, null, Clock, token) ?? throw new RefusedException("err_not_found", "Nothing is open.");
    }, "/console/transactions/open", ct);

    private Task<IActionResult> EachAsync(string action, string[]? picks, CancellationToken ct, Doubt? doubt = null) => BulkAsync(ConsoleRole.User, "transaction." + action, picks, async (pick, token) =>
    {
        if (!long.TryParse(pick, CultureInfo.InvariantCulture, out var number) || await Db.DirectDebits.SingleOrDefaultAsync(d => d.CreditorId == Me && d.Number == number && !d.IsSuperseded, token) is not { } debit) return null;
        await failures.ActAsync(debit, action, settlement, token);
        return pick;
    }, ct, doubt);

    private IQueryable<DirectDebit> Of(string tab)
    {
        var current = Db.DirectDebits.AsNoTracking().Where(d => d.CreditorId == Me && !d.IsSuperseded && d.ArchivedAt == null);
        return tab switch
        {
            "open" => current.Where(d => d.State == DirectDebitState.Open),
            "sent" => current.Where(d => d.State == DirectDebitState.Sent || (d.State == DirectDebitState.Failed && !d.IsUnsettled && d.SettledBy == null)),
            "unsettled" => current.Where(d => d.IsUnsettled),
            _ => current.Where(d => d.State == DirectDebitState.Paid || d.SettledBy != null),
        };
    }

    private async Task<IReadOnlyList<Tab>> TabsAsync(CancellationToken ct)
    {
        var tabs = new List<Tab>();
        foreach (var tab in Known) tabs.Add(new("/console/transactions/" + tab, T[$"console.tab.{tab}"], tab == Tab, tab == "paid" ? 0 : await Of(tab).CountAsync(ct)));
        tabs.Add(new("/console/batches", T["console.tab.batches"], false));
        return tabs;
    }

    private async Task<IReadOnlyList<Figure>> FiguresAsync(IQueryable<DirectDebit> all, CancellationToken ct)
    {
        var sums = await all.GroupBy(d => d.ReasonCode).Select(g => new { g.Key, Amount = g.Sum(d => d.Amount), Count = g.Count() }).ToListAsync(ct);
        return
        [
            new(T["console.tab.unsettled"], sums.Sum(s => s.Amount), T["console.transactions_count", ("count", sums.Sum(s => s.Count))], true),
            .. Enum.GetValues<FailureBucket>().Select(b => sums.Where(s => ReasonCodes.BucketOf(s.Key ?? "") == b).ToList() is var of
                ? new Figure(T[$"console.bucket.{b}"], of.Sum(s => s.Amount), T["console.transactions_count", ("count", of.Sum(s => s.Count))]) : null!),
        ];
    }
}
