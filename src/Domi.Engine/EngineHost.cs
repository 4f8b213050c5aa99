using System.Security.Cryptography;
using Domi.Engine.Bulk;
using Domi.Engine.CollectionRuns;
using Domi.Engine.Creditors;
using Domi.Engine.Customers;
using Domi.Engine.DirectDebits;
using Domi.Engine.Feeds;
using Domi.Engine.Files;
using Domi.Engine.Identity;
using Domi.Engine.Imports;
using Domi.Engine.Invoices;
using Domi.Engine.Mails;
using Domi.Engine.Mandates;
using Domi.Engine.PayLinks;
using Domi.Engine.Profiles;
using Domi.Engine.Sessions;
using Domi.Engine.Simulator;
using Domi.Engine.Statements;
using Domi.Engine.Subscriptions;
using Domi.Engine.Transfers;
using Domi.Engine.Users;
using Domi.Engine.Webhooks;
using Domi.Engine.Pages;
using Domi.Engine.Pages.Console;
using Domi.Engine.Wire;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine;

/// <summary>How a client reaches the first creditor of a fresh engine.</summary>
public sealed record EngineAccess(
    string BaseAddress, string ApiKey, string? PrivateKey, string WebsiteKey, long MerchantId, Guid CreditorId, IReadOnlyList<EngineProfile> Profiles)
{
    /// <summary>Who signs in to the console of a fresh sandbox, and the password if it was made here: told once.</summary>
    public (string Email, string? Password)? Console { get; init; }
}

public sealed record EngineProfile(int Number, string Name, string Type);

/// <summary>The engine's one public face: an application of its own, with its own listener, container, errors and workers.</summary>
public static class EngineHost
{
    public static WebApplication Build(DomiSettings settings)
    {
        var assembly = typeof(EngineHost).Assembly;
        var builder = ModuleHost.Create(settings, settings.Engine, assembly);
        var services = builder.Services;
        services.AddModuleDb<EngineDb>(settings, "engine");
        services.AddSecrets<EngineDb>(settings, "domi-engine");
        services.AddSingleton<CreditorKeys>();
        services.AddScoped<AddCreditor>();
        services.AddSingleton<SessionStore>();
        services.AddSingleton<InvoiceView>();
        services.AddSingleton<DebtorMail>();
        services.AddScoped<Settlement>();
        services.AddScoped<FailureWorkflow>();
        services.AddScoped<InvoiceActions>();
        services.AddScoped<Importer>();
        services.AddScoped<StatementImport>();
        services.AddScoped<SettleLines>();
        services.AddScoped<TakeStatusReport>();
        services.AddScoped<TakeBankFile>();
        services.AddSingleton<BankServer>();
        services.AddScoped<AnnounceCollections>();
        services.AddScoped<MakeFiles>();
        services.AddScoped<ReleaseFile>();
        services.AddScoped<MandateEvents>();
        services.AddScoped<SignMandate>();
        services.AddSingleton<CustomerAccess>();
        services.AddScoped<Identify>();
        services.AddScoped<SignElsewhere>();
        services.AddScoped<CoSign>();
        services.AddSingleton<IdentityProviders>();
        services.AddHttpClient(IdentityProviders.Client, http =>
        {
            http.Timeout = TimeSpan.FromSeconds(10);
            http.MaxResponseContentBufferSize = 1024 * 1024;
        }).UseSocketsHttpHandler((handler, _) => handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5)).SetHandlerLifetime(Timeout.InfiniteTimeSpan); // kept by who uses it
        services.AddScoped<PayInvoice>();
        services.AddScoped<ScheduleInvoice>();
        services.AddScoped<AskCreditor>();
        services.AddScoped<ReachCustomer>();
        services.AddScoped<PayByLink>();
        services.AddSingleton<MailOutcome, AnnouncementOutcome>();
        services.AddHttpClient(DeliverWebhooks.Client, http =>
            {
                http.Timeout = TimeSpan.FromSeconds(10);
                http.DefaultRequestHeaders.UserAgent.ParseAdd("Domi/1");
            })
            .ConfigurePrimaryHttpMessageHandler(() => DeliverWebhooks.Handler(settings.Sandbox.Enabled || settings.IsDevelopment));

        services.AddJobRunner();
        services.AddJob<SendMails>();
        services.AddJob<DeliverWebhooks>();
        services.AddJob<TakeFailureSteps>();
        services.AddJob<RunSubscriptions>();
        services.AddJob<RemindInvitations>();
        services.AddJob<HandOverFiles>();
        services.AddJob<ReadBankFolders>();
        services.AddJob<ReadBankServers>();
        if (settings.Sandbox.Enabled)
        {
            services.AddJob<RunBank>();
            services.AddJob<AnswerB2BMandates>();
            services.AddJob<BookTransfers>();
        }

        services.AddRecurring<ExpireInvoices>();
        services.AddRecurring<LapseMandates>();
        services.AddRecurring<ExpireCards>();
        services.AddRecurring<CollectByNight>();
        services.AddModulePages(assembly, pages => pages.RootDirectory = "/Pages");
        services.AddHostedPages();
        services.AddConsole(settings);

        var app = builder.Build();
        app.UseTrustedProxies(settings);
        app.UseCreditorBranch();
        app.UseHostedPages();
        app.UseEmbeddedAssets(assembly);
        app.UseRouting();
        app.UseConsole();
        MapCreditor(app.MapGroup("/creditor"));
        if (settings.Sandbox.Enabled) SandboxRoutes.Map(app);
        Addresses.Map(app);
        Branding.Map(app);
        app.MapGet("/healthz", () => Results.Text("ok"));
        app.MapRazorPages();
        return app;
    }

    private static void MapCreditor(RouteGroupBuilder creditor)
    {
        LogIn.Map(creditor); // whoever has a key
        ReadProfiles.Map(creditor.Of(KeyGroup.Profiles));
        var mandates = creditor.Of(KeyGroup.Mandates);
        Invite.Map(mandates);
        OneMandate.Map(mandates);
        SignRoute.Map(mandates);
        AmendMandate.Map(mandates);
        Identifications.Map(mandates);
        var customers = creditor.Of(KeyGroup.Customers);
        CustomerRoutes.Map(customers);
        BlockedAccountRoutes.Map(customers);
        var invoices = creditor.Of(KeyGroup.Invoices);
        CreateInvoice.Map(invoices);
        OneInvoice.Map(invoices);
        BulkInvoices.Map(invoices);
        UblInvoice.Map(invoices);
        var transactions = creditor.Of(KeyGroup.Transactions);
        Transactions.Map(transactions);
        Reservations.Map(transactions);
        BulkTransactions.Map(transactions);
        Collect.Map(transactions);
        ImportCollection.Map(transactions);
        SubscriptionRoutes.Map(creditor.Of(KeyGroup.Subscriptions));
        var links = creditor.Of(KeyGroup.Links);
        PaymentLinks.Map(links);
        var transfers = creditor.Of(KeyGroup.Transfers);
        TransferRoutes.Map(transfers);
        BeneficiaryRoutes.Map(transfers);
        var reconciliation = creditor.Of(KeyGroup.Reconciliation);
        ImportStatement.Map(reconciliation);
        ReconciliationFiles.Map(reconciliation);
        ReadFeed.Map(mandates, invoices, transactions, links, transfers, reconciliation);
    }

    /// <summary>Makes sure, over a database that is up to date, of a first creditor: there is something to log in to.</summary>
    public static async Task<EngineAccess> MakeSureOfFirstAsync(WebApplication engine, DomiSettings settings, CancellationToken ct)
    {
        await using var scope = engine.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<Secrets>().WarmUp();
        var db = scope.ServiceProvider.GetRequiredService<EngineDb>();
        // Of two nodes that start at once one makes it, and the other one finds it.
        return await db.RepeatWhenBeatenAsync(token => FirstCreditorAsync(scope.ServiceProvider, settings, token), ct);
    }

    private static async Task<EngineAccess> FirstCreditorAsync(IServiceProvider services, DomiSettings settings, CancellationToken ct)
    {
        var (db, secrets, keys) = (services.GetRequiredService<EngineDb>(), services.GetRequiredService<Secrets>(), services.GetRequiredService<CreditorKeys>());
        var creditor = await db.Creditors.OrderBy(c => c.MerchantId).FirstOrDefaultAsync(ct);
        if (creditor is null)
        {
            // The sandbox's keys and its sample identifier are for the sandbox: elsewhere nobody signs before 'domi creditor set' gave a real one.
            var sandbox = settings.Sandbox is { Enabled: true } on ? on : new();
            creditor = services.GetRequiredService<AddCreditor>().Add(AddCreditor.First, "My company", "Office", c => c.CreditorIdentifier = sandbox.Enabled ? "BE41ZZZ0712845377" : "", sandbox).Creditor;
            await db.SaveChangesAsync(ct);
        }

        // Elsewhere 'domi creditor user add' makes the first one: an account that nobody asked for is a door that nobody watches.
        (string, string?)? console = null;
        if (settings.Sandbox.Enabled && !await db.ConsoleUsers.AnyAsync(ct))
        {
            try
            {
                var (user, password) = await services.GetRequiredService<EditUsers>().AddAsync(creditor.Id, "Console", "console@domi.example", ConsoleRole.Controller, "en", ct, settings.Admin.Password);
                console = (user.Email, settings.Admin.Password is null ? password : null);
            }
            catch (RefusedException refused) when (refused.Code == "email_taken")
            {
                // Between the look and the making another node made it, and tells its password.
            }
        }

        var key = await db.ApiKeys.Where(k => k.CreditorId == creditor.Id).OrderBy(k => k.CreatedAt).FirstAsync(ct);
        return new(services.GetRequiredService<PublicAddress>().Of("/creditor"), secrets.Open(key.KeySealed),
            key.PrivateKeySealed is null ? null : secrets.Open(key.PrivateKeySealed), keys.WebsiteKey(creditor), creditor.MerchantId, creditor.Id,
            [.. (await db.Profiles.AsNoTracking().Where(p => p.CreditorId == creditor.Id && p.IsActive).OrderBy(p => p.Number).ToListAsync(ct)).Select(p => new EngineProfile(p.Number, p.Name, p.WireType))])
        {
            Console = console,
        };
    }

    /// <summary>Where the office that is built in wants to be woken.</summary>
    public static async Task SetWebhookAsync(WebApplication engine, Guid creditorId, string url, CancellationToken ct)
    {
        await using var scope = engine.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<EngineDb>();
        var key = await db.ApiKeys.Where(k => k.CreditorId == creditorId).OrderBy(k => k.CreatedAt).FirstAsync(ct);
        key.WebhookUrl = url;
        await db.SaveChangesAsync(ct);
    }
}
