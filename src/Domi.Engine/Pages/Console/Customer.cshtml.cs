using Domi.Engine.Creditors;
using Domi.Engine.Customers;
using Domi.Engine.Invoices;
using Domi.Engine.Mails;
using Domi.Engine.Mandates;
using Domi.Engine.PayLinks;
using Domi.Engine.Users;
using Domi.Engine.Wire;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>One debtor with agreements, invoices, transactions, links and refunds: changed, invited, billed, merged with another one, removed.</summary>
internal sealed class CustomerModel(Desk desk, CreditorKeys keys, MandateEvents events, InvoiceView view, Settlement settlement, DebtorMail mail, DomiSettings settings) : ConsolePage(desk)
{
    public override string Section => "customers";

    public DetailView Detail { get; private set; } = null!; // set before the page is drawn

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken ct)
    {
        if (await Db.Customers.AsNoTracking().SingleOrDefaultAsync(c => c.CreditorId == Me && c.Id == id, ct) is not { } c) return NotFound();

        var tables = new Tables(Db, T, Me);
        Detail = new(c.DisplayName, null, c.CustomerNumber,
        [
            new(T["console.customer_number"], new(c.CustomerNumber)), new(T["console.email"], new(c.Email)), new(T["console.mobile"], new(c.Mobile)), new(T["console.contact"], new($"{c.FirstName} {c.LastName}".Trim())),
            new(T["console.enterprise_number"], new(c.EnterpriseNumber)), new(T["console.address"], new(string.Join(", ", new[] { c.Street, $"{c.Zip} {c.City}".Trim(), c.Country }.Where(p => !string.IsNullOrEmpty(p))))),
            new(T["page.language"], new(c.Language?.ToUpperInvariant())),
        ],
        await ActsAsync(c, ct),
        [
            await tables.AgreementsAsync(Db.Mandates.AsNoTracking().Where(m => m.CustomerId == id), ct: ct),
            await tables.InvoicesAsync(Db.Invoices.AsNoTracking().Where(i => i.CustomerId == id), ct: ct),
            await tables.DebitsAsync(Db.DirectDebits.AsNoTracking().Where(d => !d.IsSuperseded && Db.Mandates.Any(m => m.Id == d.MandateId && m.CustomerId == id)), ct: ct),
            await tables.LinksAsync(Db.PayLinks.AsNoTracking().Where(l => l.CustomerId == id), ct: ct),
            await tables.RefundsAsync(Db.Transfers.AsNoTracking().Where(t => t.CustomerId == id), ct: ct),
        ]);
        return Page();
    }

    public Task<IActionResult> OnPostChangeAsync(Guid id, CancellationToken ct) => DoAsync(id, "customer.change", ConsoleRole.User, async (c, token) =>
    {
        var block = CustomerBlock.Of(Typed());
        if (block.CustomerNumber is { } wanted && wanted != c.CustomerNumber && await Db.Customers.AnyAsync(o => o.CreditorId == Me && o.CustomerNumber == wanted, token))
            throw new RefusedException("err_duplicate_ref", $"Customer number {wanted} is taken.") { Field = "customerNumber" };
        c.CustomerNumber = block.CustomerNumber ?? c.CustomerNumber;
        var repeats = c.EmailIsGiven && Customer.KeyOf(block.Email) == c.EmailKey; // the form shows the address that was given on a page: sent back with another field it is nobody's word
        CustomerRoutes.Replace(c, block);
        if (repeats) c.TakeEmail(block.Email!);
        return null;
    }, ct);

    public Task<IActionResult> OnPostInviteAsync(Guid id, CancellationToken ct) => DoAsync(id, "customer.invite", ConsoleRole.User, async (c, token) =>
    {
        var call = Typed(("ct", Request.Form["profile"]));
        var wanted = await Invite.ReadAsync(call, Db, token) with { Customer = CustomerBlock.Of(c) };
        var (mandate, _) = await Invite.PrepareAsync(call, wanted, Db, keys, events, Clock, token);
        if (!IsTicked("mails")) return Tables.Agreement(mandate);

        if (c.Email is null) throw new RefusedException("err_email_disabled", "The debtor has no e-mail address.");
        await Db.SaveChangesAsync(token); // the mail looks for it
        await mail.InvitationAsync(Db, mandate, c, await Db.Profiles.SingleAsync(p => p.Id == mandate.ProfileId, token), Clock.GetUtcNow(), token);
        return Tables.Agreement(mandate);
    }, ct);

    public Task<IActionResult> OnPostLinkAsync(Guid id, CancellationToken ct) => DoAsync(id, "customer.link", ConsoleRole.User, async (c, token) =>
    {
        var call = Typed();
        var wanted = PaymentLinks.Read(call, settings) with { Customer = CustomerBlock.Of(c), Sends = IsTicked("mails") ? "email" : null };
        var link = await PaymentLinks.AddAsync(call, wanted, Db, keys, mail, Clock, token);
        return "/console/links/" + Tables.Text(link.Number);
    }, ct);

    public Task<IActionResult> OnPostBillAsync(Guid id, CancellationToken ct) => DoAsync(id, "customer.bill", ConsoleRole.Administrator, async (c, token) =>
    {
        var call = Typed(("ct", Request.Form["profile"]), ("customerNumber", c.CustomerNumber), ("email", c.Email));
        var wanted = CreateInvoice.Read(call) with { Customer = CustomerBlock.Of(c), Email = null, Delivery = IsTicked("mails") ? null : "disabled" };
        if (await Db.Invoices.AnyAsync(i => i.CreditorId == Me && i.Number == wanted.Number, token)) throw new RefusedException("err_duplicate_ref", $"Invoice {wanted.Number} exists.") { Field = "number" };
        await CreateInvoice.BookAsync(call, wanted, Db, view, settlement, keys, mail, Clock, token);
        await Db.SaveChangesAsync(token);
        return "/console/invoices/" + await Db.Invoices.Where(i => i.CreditorId == Me && i.Number == wanted.Number).Select(i => i.Id).SingleAsync(token);
    }, ct);

    /// <summary>Everything of this one becomes the other one's, and this one goes.</summary>
    public Task<IActionResult> OnPostMergeAsync(Guid id, string? other, CancellationToken ct) => DoAsync(id, "customer.merge", ConsoleRole.Administrator, async (c, token) =>
    {
        var into = await OtherAsync(c, other, token);
        await MergeCustomers.Async(Db, c, into, token);
        return "/console/customers/" + into.Id;
    }, ct, async (c, token) =>
    {
        var into = await OtherAsync(c, other, token);
        return new("customer.merge", ("name", c.DisplayName), ("into", into.DisplayName), ("number", into.CustomerNumber), ("count", await Db.Mandates.CountAsync(m => m.CustomerId == id, token)), ("invoices", await Db.Invoices.CountAsync(i => i.CustomerId == id, token)));
    });

    public Task<IActionResult> OnPostDeleteAsync(Guid id, CancellationToken ct) => DoAsync(id, "customer.delete", ConsoleRole.Administrator, async (c, token) =>
    {
        await CustomerRoutes.RemoveOneAsync(Db, c, events, token);
        return "/console/customers";
    }, ct, async (c, token) => new("customer.delete", ("name", c.DisplayName), ("count", await Db.Mandates.CountAsync(m => m.CustomerId == id, token))));

    private async Task<List<Act>> ActsAsync(Customer c, CancellationToken ct)
    {
        if (!Actor.May(ConsoleRole.User)) return [];

        var profiles = await ProfileOptions.ReadAsync(Db, Me, ct);
        var today = Clock.Today;
        List<Act> acts =
        [
            new("Invite", T["console.new_invitation"], Fields: [new("profile", T["console.profile"], Options: profiles), new("contractNumber", T["console.contract"], IsNeeded: false, Longest: 70), new("iban", "IBAN", IsNeeded: false, Longest: 42), new("mails", T["console.mail_it"], c.Email is null ? null : "true", "checkbox")]),
            new("Link", T["console.new_link"], Fields: [new("title", T["console.title"], Longest: 200), new("amount", T["console.amount"], Type: "money"), new("ref", T["console.reference"], IsNeeded: false), new("expiry", T["console.expires"], Type: "date", IsNeeded: false), new("mails", T["console.mail_it"], Type: "checkbox")]),
        ];
        if (Actor.May(ConsoleRole.Administrator))
            acts.Add(new("Bill", T["console.new_invoice"], Fields:
            [
                new("number", T["console.number"], Longest: 70), new("amount", T["console.amount"], Type: "money"), new("date", T["console.date"], Tables.Text(today), "date"), new("duedate", T["console.due"], Tables.Text(today.AddDays(30)), "date"),
                new("remittance", T["console.message"], IsNeeded: false), new("profile", T["console.profile"], Options: profiles), new("mails", T["console.mail_it"], Type: "checkbox"),
            ]));
        acts.Add(new("Change", T["console.change_customer"], Fields: FieldsOf(T, c)));
        if (!Actor.May(ConsoleRole.Administrator)) return acts;

        acts.Add(new("Merge", T["console.merge"], true, [new("other", T["console.merge_into"], Longest: 50)]));
        acts.Add(new("Delete", T["console.delete"], true));
        return acts;
    }

    /// <summary>What can be said of a customer.</summary>
    public static IReadOnlyList<ActField> FieldsOf(Texts t, Customer? c) =>
    [
        new("customerNumber", t["console.customer_number"], c?.CustomerNumber, IsNeeded: c?.CustomerNumber is not null, Longest: 50), new("companyName", t["console.company"], c?.CompanyName, IsNeeded: false), new("firstname", t["console.first_name"], c?.FirstName, IsNeeded: false, Longest: 70),
        new("lastname", t["console.last_name"], c?.LastName, IsNeeded: false, Longest: 70), new("email", t["console.email"], c?.Email, "email", false, 254), new("mobile", t["console.mobile"], c?.Mobile, "tel", false, 50), new("coc", t["console.enterprise_number"], c?.EnterpriseNumber, IsNeeded: false, Longest: 50),
        new("address", t["console.address"], c?.Street, IsNeeded: false), new("zip", t["console.zip"], c?.Zip, IsNeeded: false, Longest: 50), new("city", t["console.city"], c?.City, IsNeeded: false, Longest: 70), new("country", t["console.country"], c?.Country, IsNeeded: false, Longest: 2),
        new("l", t["page.language"], c?.Language ?? t.Language, Options: LanguageNames.All),
    ];

    // Whoever has no number is not meant by none.
    private async Task<Customer> OtherAsync(Customer c, string? number, CancellationToken ct) =>
        (number is null ? null : await Db.Customers.SingleOrDefaultAsync(o => o.CreditorId == Me && o.CustomerNumber == number && o.Id != c.Id, ct)) ?? throw new RefusedException("err_debtor_not_found", $"No other customer {number}.") { Field = "other" };

    /// <summary>Does it, and goes to what was made or, without anything, back to the customer.</summary>
    private async Task<IActionResult> DoAsync(Guid id, string act, ConsoleRole needs, Func<Customer, CancellationToken, Task<string?>> work, CancellationToken ct, Func<Customer, CancellationToken, Task<Doubt?>>? doubt = null)
    {
        string? to = null;
        var done = false;
        var answer = await ActAsync(needs, act, async token =>
        {
            if (await FindAsync(id, token) is not { } c) return null;
            to = await work(c, token);
            done = true;
            return c.DisplayName;
        }, "/console/customers/" + id, ct, doubt is null ? null : async token => await FindAsync(id, token) is { } c ? await doubt(c, token) : null);
        return done && to is not null && answer is LocalRedirectResult && TempData.Peek("Refused") is null ? LocalRedirect(to) : answer;
    }

    private Task<Customer?> FindAsync(Guid id, CancellationToken ct) => Db.Customers.SingleOrDefaultAsync(c => c.CreditorId == Me && c.Id == id, ct);
}
