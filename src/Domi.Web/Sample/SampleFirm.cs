using System.Globalization;
using System.Text.Json;
using Domi.BackOffice;
using Domi.BackOffice.Companies;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Mandates;
using Domi.BackOffice.Payments;
using Domi.BackOffice.Relations;
using Domi.BackOffice.Reminders;
using Domi.BackOffice.Sync;
using Domi.Engine;
using Domi.Engine.Mandates;
using Domi.Engine.PayLinks;
using Domi.Platform;
using Domi.Rendering;
using Domi.Standards;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Web.Sample;

/// <summary>
/// A believable firm for a fresh installation. It is not written into tables: it is lived, from a hundred days ago until today, by the
/// modules' own use cases on clocks of their own, over the real wire, so that every state is one that can really come about.
/// </summary>
internal static class SampleFirm
{
    private const string Actor = "Sophie";

    private sealed record CompanyFacts(string Name, string Enterprise, string Street, string Zip, string City, string Email, string Phone, string Website, string Account, string Language);

    private sealed record Firm(CompanyFacts Company, int Days, JsonElement[][] Services, string[][] Relations);

    private sealed record Client(Relation Relation, string Habit, int Index);

    /// <summary>The hosts listen already, their workers wait; their business clocks are set back, and forward again at the end.</summary>
    public static async Task LoadAsync(WebApplication engine, WebApplication office, EngineAccess access, FirstStart.Made made, CancellationToken ct)
    {
        await using var stream = typeof(SampleFirm).Assembly.GetManifestResourceStream("Domi.Web.Sample.firm.json")!;
        var firm = (await JsonSerializer.DeserializeAsync<Firm>(stream, JsonSerializerOptions.Web, ct))!;

        try
        {
            await new Loader(firm, engine, office, access, made.CompanyId).RunAsync(ct);
        }
        finally
        {
            foreach (var app in new[] { engine, office }) app.Services.GetRequiredService<BusinessClock>().RunAheadBy(TimeSpan.Zero);
        }
    }

    private sealed class Loader(Firm firm, WebApplication engine, WebApplication office, EngineAccess access, Guid companyId)
    {
        private readonly List<Client> clients = [];
        private readonly List<(DateOnly On, Func<Task> Act)> plans = [];
        // The firm works in the morning.
        private readonly DateTimeOffset start = TimeProvider.System.GetUtcNow().BrusselsDate().AddDays(-firm.Days).At(9).AddMinutes(12);

        private DateOnly Today => office.Services.GetRequiredService<BusinessClock>().Today;

        public async Task RunAsync(CancellationToken ct)
        {
            SetClocks(start);
            await NameFirmAsync(ct);
            await AddRelationsAsync(ct);
            await SignMandatesAsync(ct);
            for (var day = 0; day <= firm.Days; day++)
            {
                SetClocks(start.AddDays(day));
                await LiveDayAsync(day, ct);
            }

            await LeaveProposalsAsync(ct);
        }

        private void SetClocks(DateTimeOffset instant)
        {
            var now = TimeProvider.System.GetUtcNow();
            if (instant > now) instant = now;
            foreach (var app in new[] { engine, office })
                app.Services.GetRequiredService<BusinessClock>().RunAheadBy(instant - TimeProvider.System.GetUtcNow());
        }

        private async Task NameFirmAsync(CancellationToken ct)
        {
            var facts = firm.Company;
            var account = BelgianAccount(facts.Account);
            await Office(async services =>
            {
                var db = services.GetRequiredService<OfficeDb>();
                var company = await db.Companies.SingleAsync(c => c.Id == companyId, ct);
                (company.Name, company.Street, company.Zip, company.City, company.Email, company.Phone, company.Website, company.Language) =
                    (facts.Name, facts.Street, facts.Zip, facts.City, facts.Email, facts.Phone, facts.Website, facts.Language);
                (company.EnterpriseNumber, company.Account, company.Bic) = (EnterpriseNumber.Parse(facts.Enterprise), account, BelgianBanks.BicOf(account));
                company.MailSignature = $"{facts.Name}\n{facts.Phone}";
                await db.SaveChangesAsync(ct);
                return true;
            });
            await Engine(async services =>
            {
                var db = services.GetRequiredService<EngineDb>();
                var creditor = await db.Creditors.SingleAsync(c => c.Id == access.CreditorId, ct);
                (creditor.Name, creditor.Street, creditor.Zip, creditor.City, creditor.Phone, creditor.Language) = (facts.Name, facts.Street, facts.Zip, facts.City, facts.Phone, facts.Language);
                (creditor.SenderName, creditor.SenderAddress, creditor.ReplyTo) = (facts.Name, facts.Email, facts.Email);
                (creditor.EnterpriseNumber, creditor.Account, creditor.Bic) = (EnterpriseNumber.Parse(facts.Enterprise), account, BelgianBanks.BicOf(account));
                creditor.CreditorIdentifier = CreditorIdentifier.For(EnterpriseNumber.Parse(facts.Enterprise)).Value;
                await db.SaveChangesAsync(ct);
                return true;
            });
        }

        private async Task AddRelationsAsync(CancellationToken ct)
        {
            foreach (var (index, r) in firm.Relations.Index())
            {
                var kind = Enum.Parse<RelationKind>(r[1]);
                var slug = string.Concat(SepaText.Convert(r[0], 70, "relation").ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Trim('-').Replace("--", "-", StringComparison.Ordinal);
                var words = r[0].Split(' ');
                var relation = await Office(services => services.GetRequiredService<EditRelation>().CreateAsync(companyId, new(
                    kind, r[0], kind is RelationKind.Person ? words[0] : null, kind is RelationKind.Person ? words[^1] : null,
                    kind is RelationKind.Person ? null : EnterpriseOf(index).Value, kind is not RelationKind.Person, r[2], r[3], r[4], "BE", r[5], null,
                    $"{slug}@relations.example", null, null, null, null, index % 9 == 0 ? 14 : null, null, true), Actor, ct));
                clients.Add(new(relation, r[6], index));
            }
        }

        /// <summary>Some signed long ago: by an invitation, without any invoice.</summary>
        private async Task SignMandatesAsync(CancellationToken ct)
        {
            foreach (var client in clients.Where(c => c.Habit is "debit" or "fails"))
            {
                var isB2B = client.Relation.Kind is RelationKind.Company && client.Index % 8 == 0;
                await Office(services => services.GetRequiredService<InviteRelation>().RunAsync(client.Relation.Id, isB2B ? 2 : 1, Actor, ct));
            }

            await RunOffice<SendInvitations>();
            await Engine(async services =>
            {
                var db = services.GetRequiredService<EngineDb>();
                var keys = services.GetRequiredService<Domi.Engine.Creditors.CreditorKeys>();
                var creditor = (await Domi.Engine.Creditors.CreditorFacts.ReadAsync(db, access.CreditorId, ct)).Creditor;
                foreach (var mandate in await db.Mandates.AsNoTracking().Where(m => m.State == MandateState.Prepared).OrderBy(m => m.Id).ToListAsync(ct))
                {
                    var number = await db.Customers.Where(c => c.Id == mandate.CustomerId).Select(c => c.CustomerNumber).SingleAsync(ct);
                    var client = clients.Single(c => c.Relation.CustomerNumber == number);
                    await SignAsync(services, keys.MandateToken(creditor, mandate.Id), client, ct);
                    db.ChangeTracker.Clear();
                }

                return true;
            });
            await RunEngine<Domi.Engine.Simulator.AnswerB2BMandates>();
            SetClocks(start.AddMinutes(30));
            await RunEngine<Domi.Engine.Simulator.AnswerB2BMandates>();
            await ReadFeedsAsync(ct);
        }

        private static async Task SignAsync(IServiceProvider services, string token, Client client, CancellationToken ct)
        {
            var sign = services.GetRequiredService<SignMandate>();
            var db = services.GetRequiredService<EngineDb>();
            var mandate = (await sign.FindAsync(token, ct))!;
            db.ChangeTracker.Clear();
            var relation = client.Relation;
            await sign.FillAsync(mandate.Id, new(relation.Name, relation.Street, relation.Zip, relation.City, "BE", relation.Email!, BelgianAccount($"001{5000000 + (client.Index * 13577)}", even: true),
                relation.Kind is not RelationKind.Person, relation.EnterpriseNumber?.Value), ct);
            db.ChangeTracker.Clear();
            await sign.SignByDrawingAsync(mandate.Id, Signature(relation.Name), new(relation.Language, "192.0.2.10", "Mozilla/5.0 (sample)", services.GetRequiredService<BusinessClock>().GetUtcNow()), relation.City, ct);
            db.ChangeTracker.Clear();
        }

        private async Task LiveDayAsync(int day, CancellationToken ct)
        {
            // Three invoices a client over the hundred days, spread so that every week has its own.
            var due = clients.Where(c => c.Habit is not "invited" && (day - (c.Index % 30)) % 33 == 2 && day < firm.Days - 1).ToList();
            foreach (var client in due) await InvoiceAsync(client, day, ct);
            if (due.Count > 0)
            {
                await RunOffice<RequestLinks>();
                await PlanPaymentsAsync(day, ct);
            }

            foreach (var (_, act) in plans.Where(p => p.On <= Today).ToList()) await act();
            plans.RemoveAll(p => p.On <= Today);

            for (var steps = 0; steps < 3; steps++)
            {
                await RunEngine<Domi.Engine.Simulator.RunBank>();
                SetClocks(start.AddDays(day).AddMinutes(10 * (steps + 1))); // what fails does so on the bank's next run
            }

            await RunEngine<Domi.Engine.Invoices.ExpireInvoices>();
            if (day % 3 == 0 || day >= firm.Days - 2) await ReadFeedsAsync(ct);
        }

        private async Task InvoiceAsync(Client client, int day, CancellationToken ct)
        {
            var relation = client.Relation;
            var language = Array.IndexOf(["fr", "nl", "en", "de"], relation.Language);
            var month = Today.ToString("MMMM yyyy", PageFormat.CultureOf(relation.Language));
            var lines = Enumerable.Range(0, 1 + ((client.Index + day) % 2)).Select(i => firm.Services[(client.Index + (day / 30) + i) % firm.Services.Length])
                .Select(s => new ProposalLine(s[language].GetString()!.Replace("{month}", month, StringComparison.Ordinal), 1 + ((client.Index + day) % 3 == 0 ? 1 : 0), s[4].GetDecimal(), 21)).ToList();
            // An account with too little on it: by the published rules of the simulated bank, 6 to 10 euro fail with AM04.
            if (client.Habit == "fails" && day is > 20 and < 90) lines = [new(lines[0].Description, 1, 7.00m, 0)];

            await Office(async services =>
            {
                var proposal = await services.GetRequiredService<EditProposal>().CreateAsync(companyId, new(relation.Id, InvoiceKind.Invoice, null, null, lines[0].Description, "", null, null, lines), Actor, ct);
                return await services.GetRequiredService<NumberInvoice>().RunAsync(proposal.Id, null, false, Actor, ct);
            });
        }

        private async Task PlanPaymentsAsync(int day, CancellationToken ct)
        {
            var now = office.Services.GetRequiredService<BusinessClock>().GetUtcNow();
            var fresh = await Office(services => services.GetRequiredService<OfficeDb>().Invoices.AsNoTracking().Where(i => i.Date == Today && i.State == InvoiceState.Numbered).ToListAsync(ct));
            foreach (var invoice in fresh)
            {
                var client = clients.Single(c => c.Relation.Id == invoice.RelationId);
                await Office(async services =>
                {
                    var db = services.GetRequiredService<OfficeDb>();
                    var sent = await db.Invoices.SingleAsync(i => i.Id == invoice.Id, ct);
                    if (day < firm.Days - 3)
                    {
                        sent.HandOver(client.Relation.Email!, now);
                        // Two that did not go well, so that the clerk's exceptions can be seen.
                        if (client.Index == 6 && day > 70) sent.SendFailed("550 5.1.1 mailbox unknown");
                        else if (client.Index == 13 && day > 70) sent.SendUncertain("The connection broke while the mail was handed over.");
                        else
                        {
                            sent.Sent(now);
                            Domi.BackOffice.Timeline.TimelineWriting.Note(db, sent, "invoice_mail_accepted", "office", now, ("to", client.Relation.Email));
                        }
                    }

                    await db.SaveChangesAsync(ct);
                    return true;
                });

                switch (client.Habit)
                {
                    case "online":
                        Plan(3 + (client.Index % 12), () => PayAsync(invoice, client.Index % 3 == 0 ? "card" : client.Index % 3 == 1 ? "bancontact" : "payconiq", ct));
                        break;
                    case "late":
                        Plan(44 + (client.Index % 10), () => PayAsync(invoice, "bancontact", ct));
                        break;
                    case "double":
                        // Paid online, and once more by transfer: an overpayment that a clerk sees.
                        Plan(6, () => PayAsync(invoice, "bancontact", ct));
                        Plan(9, () => Office(services => services.GetRequiredService<RegisterPayment>().RunAsync(invoice.Id, Guid.CreateVersion7(), invoice.TotalInclVat, Today, false, Actor, ct)));
                        break;
                    case "partial":
                        Plan(10, () => Office(services => services.GetRequiredService<RegisterPayment>().RunAsync(invoice.Id, Guid.CreateVersion7(), Math.Round(invoice.TotalInclVat / 2, 2), Today, false, Actor, ct)));
                        break;
                }
            }

            void Plan(int days, Func<Task> act) => plans.Add((Today.AddDays(days), act));
        }

        private async Task PayAsync(Invoice invoice, string method, CancellationToken ct)
        {
            var url = await Office(services => services.GetRequiredService<OfficeDb>().Invoices.Where(i => i.Id == invoice.Id).Select(i => i.PaymentUrl).SingleAsync(ct));
            if (url is null) return;
            await Engine(async services =>
            {
                var pay = services.GetRequiredService<PayInvoice>();
                if (await pay.FindAsync(url[(url.LastIndexOf('/') + 1)..], ct) is { IsPayable: true } there)
                    await pay.EndAsync(await pay.StartAsync(there.Id, method, Guid.CreateVersion7().ToString("n"), ct), approved: true, ct);
                return true;
            });
        }

        /// <summary>What waits for the clerk: proposals, a credit note, an open invitation.</summary>
        private async Task LeaveProposalsAsync(CancellationToken ct)
        {
            SetClocks(TimeProvider.System.GetUtcNow());
            foreach (var client in clients.Where(c => c.Index % 5 == 3))
            {
                var language = Array.IndexOf(["fr", "nl", "en", "de"], client.Relation.Language);
                var service = firm.Services[client.Index % firm.Services.Length];
                var text = service[language].GetString()!.Replace("{month}", Today.ToString("MMMM yyyy", PageFormat.CultureOf(client.Relation.Language)), StringComparison.Ordinal);
                await Office(services => services.GetRequiredService<EditProposal>().CreateAsync(companyId, new(client.Relation.Id, InvoiceKind.Invoice, null, null, text, "", null, null, [new(text, 1, service[4].GetDecimal(), 21)]), Actor, ct));
            }

            var credited = await Office(services => services.GetRequiredService<OfficeDb>().Invoices.AsNoTracking().Where(i => i.State == InvoiceState.Numbered && i.PaymentState == PaymentState.Unpaid && i.ProviderState == "EXPIRED").OrderBy(i => i.Number).FirstOrDefaultAsync(ct));
            if (credited is not null) await Office(services => services.GetRequiredService<EditProposal>().CreditAsync(credited.Id, Actor, ct));
            foreach (var client in clients.Where(c => c.Habit == "invited"))
                await Office(services => services.GetRequiredService<InviteRelation>().RunAsync(client.Relation.Id, 1, Actor, ct));
            await RunOffice<SendInvitations>();
            await ReadFeedsAsync(ct);

            // Nothing of the sample leaves the house: its mails were decided, and stay where they are as if they had gone.
            foreach (var app in new[] { engine, office })
            {
                await using var scope = app.Services.CreateAsyncScope();
                var db = scope.ServiceProvider.GetRequiredService<ModuleDb>();
                foreach (var mail in await db.Mails.Where(m => m.DueAt != null).ToListAsync(ct)) mail.Accept(mail.CreatedAt, "sample");
                await db.SaveChangesAsync(ct);
            }
        }

        private async Task ReadFeedsAsync(CancellationToken ct)
        {
            await Office(async services =>
            {
                var reader = services.GetRequiredService<ReadFeeds>();
                var db = services.GetRequiredService<OfficeDb>();
                await reader.ReadAllAsync(await db.Connections.AsNoTracking().SingleAsync(c => c.OwnCompanyId == companyId && c.IsActive, ct), ct);
                return true;
            });
        }

        private Task<int> RunEngine<T>() => RunAsync<T>(engine);

        private Task<int> RunOffice<T>() => RunAsync<T>(office);

        private static Task<int> RunAsync<T>(WebApplication app)
        {
            var runner = app.Services.GetRequiredService<JobRunner>();
            return runner.RunDueAsync(runner.KindOf(typeof(T)), CancellationToken.None);
        }

        private Task<T> Office<T>(Func<IServiceProvider, Task<T>> work) => InScopeAsync(office, work);

        private Task<T> Engine<T>(Func<IServiceProvider, Task<T>> work) => InScopeAsync(engine, work);

        private static async Task<T> InScopeAsync<T>(WebApplication app, Func<IServiceProvider, Task<T>> work)
        {
            await using var scope = app.Services.CreateAsyncScope();
            return await work(scope.ServiceProvider);
        }

        /// <summary>A Belgian account of ten digits with its check digits; with <paramref name="even"/> its last digit is even.</summary>
        private static Iban BelgianAccount(string tenDigits, bool even = false)
        {
            for (var number = long.Parse(tenDigits, CultureInfo.InvariantCulture); ; number++)
            {
                var check = number % 97 is 0 ? 97 : number % 97;
                var bban = $"{number:0000000000}{check:00}";
                var rest = 0;
                foreach (var digit in bban + "111400") rest = ((rest * 10) + (digit - '0')) % 97;
                if (!even || check % 2 == 0) return Iban.Parse($"BE{98 - rest:00}{bban}");
            }
        }

        private static EnterpriseNumber EnterpriseOf(int index)
        {
            var digits = 9_990_100 + (index * 37);
            return EnterpriseNumber.Parse($"0{digits:0000000}{97 - (digits % 97):00}");
        }

        // A scribble from the name, so that every mandate has its own.
        private static byte[] Signature(string name)
        {
            var info = new SkiaSharp.SKImageInfo(360, 120);
            using var surface = SkiaSharp.SKSurface.Create(info);
            surface.Canvas.Clear(SkiaSharp.SKColors.Transparent);
            using var pen = new SkiaSharp.SKPaint { Color = new(20, 30, 80), StrokeWidth = 3, IsStroke = true, IsAntialias = true };
            using var builder = new SkiaSharp.SKPathBuilder();
            builder.MoveTo(20, 70);
            foreach (var (i, c) in name.Index())
                builder.QuadTo(28 + (i * 11), 70 - ((c % 13) * 5), 34 + (i * 11), 62 + (c % 7 * 4));
            using var path = builder.Detach();
            surface.Canvas.DrawPath(path, pen);
            using var image = surface.Snapshot();
            using var png = image.Encode(SkiaSharp.SKEncodedImageFormat.Png, 90);
            return png.ToArray();
        }
    }
}
