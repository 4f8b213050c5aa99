using System.Security.Cryptography;
using System.Text;
using Domi.BackOffice.Api;
using Domi.BackOffice.Companies;
using Domi.BackOffice.Connections;
using Domi.BackOffice.Documents;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Mails;
using Domi.BackOffice.Mandates;
using Domi.BackOffice.Pages.Shared;
using Domi.BackOffice.Payments;
using Domi.BackOffice.Relations;
using Domi.BackOffice.Reminders;
using Domi.BackOffice.Runs;
using Domi.BackOffice.Statements;
using Domi.BackOffice.Sync;
using Domi.BackOffice.Templates;
using Domi.BackOffice.Users;
using Domi.Platform;
using Domi.Rendering;
using Domi.Twikey;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice;

/// <summary>The office's one public face: an application of its own, with its own listener, container, errors and workers.</summary>
public static class OfficeHost
{
    public static WebApplication Build(DomiSettings settings)
    {
        var assembly = typeof(OfficeHost).Assembly;
        var builder = ModuleHost.Create(settings, settings.Office, assembly);
        var services = builder.Services;
        var connection = Databases.ConnectionString(settings, "office");
        services.AddDbContext<OfficeDb>(options => Databases.Configure<OfficeDb>(options, settings.Provider, connection)); // not pooled: it carries the request's own company
        services.AddScoped<ModuleDb>(scope => scope.GetRequiredService<OfficeDb>());
        services.AddSecrets<OfficeDb>(settings, "domi-office");
        services.AddScoped<Actor>();
        // The engine that is configured beside may stand in this network, and in the sandbox on this machine; every other provider is public.
        var mayBeHere = settings.Sandbox.Enabled || settings.IsDevelopment;
        services.AddTwikeyClients(TimeProvider.System).ConfigurePrimaryHttpMessageHandler((handler, _) => OutgoingCalls.ToPublicOnly((SocketsHttpHandler)handler,
            (host, address) => host == settings.Engine.Url.Host || (mayBeHere && System.Net.IPAddress.IsLoopback(address))));
        services.AddSingleton<Clients>();
        services.AddSingleton(_ => new RenderPool(RenderOptionsOf(settings))); // made by the container, so that it ends the workers with the host
        services.AddSingleton<MailOutcome, InvoiceMailOutcome>();
        foreach (var useCase in UseCases) services.AddScoped(useCase);

        services.AddJobRunner();
        services.AddJob<SendMails>();
        services.AddJob<RequestLinks>();
        services.AddJob<SendInvoices>();
        services.AddJob<FindInterruptedSends>();
        services.AddJob<SendInvitations>();
        services.AddJob<DoRuns>();
        services.AddJob<ReadFeeds>();
        services.AddJob<GoOnMatching>();
        services.AddRecurring<CheckProvider>();
        services.AddRecurring<ReadStatementFolders>();

        var name = (settings.Office.Url.Scheme == "https" ? "__Host-" : "") + "domi-office-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(connection)))[..8];
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(cookie =>
        {
            cookie.Cookie.Name = name;
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Lax;
            cookie.Cookie.SecurePolicy = settings.Office.Url.Scheme == "https" ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
            cookie.Cookie.Path = "/";
            cookie.LoginPath = "/sign-in";
            cookie.ExpireTimeSpan = TimeSpan.FromHours(12);
            cookie.SlidingExpiration = true;
            cookie.Events.OnRedirectToAccessDenied = context => NotFoundAsync(context.Response); // not yours is the same as none
        });
        services.AddAuthorizationBuilder()
            .AddPolicy("administrator", policy => policy.RequireAuthenticatedUser().RequireRole(nameof(Role.Administrator)));
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = name + "-form";
            antiforgery.FormFieldName = "form-token";
        });
        services.AddModulePages(assembly, pages =>
        {
            pages.RootDirectory = "/Pages";
            pages.Conventions.ConfigureFilter(new Pages.KnownHandlers());
            pages.Conventions.AuthorizeFolder("/");
            pages.Conventions.AuthorizeFolder("/Settings", "administrator");
            pages.Conventions.AllowAnonymousToPage("/SignIn");
            pages.Conventions.AllowAnonymousToPage("/Error");
            pages.Conventions.AddPageRoute("/Proposals/Edit", "/proposals/new");
            pages.Conventions.AddPageRoute("/Invoices/Pdf", "/proposals/{id:guid}/pdf");
        }).AddFormTexts(new Texts(assembly));
        services.Configure<CookieTempDataProviderOptions>(said => said.Cookie.Name = name + "-said");
        services.AddOfficeApi();

        var app = builder.Build();
        app.UseTrustedProxies(settings);
        app.Use(AddHeaders);
        app.UseWhen(context => !IsApi(context), pages =>
        {
            pages.UseExceptionHandler("/error/500");
            pages.UseStatusCodePagesWithReExecute("/error/{0}");
            pages.UseReadableInput(upload: "/payments/import");
        });
        app.UseEmbeddedAssets(assembly);
        app.UseRouting();
        app.UseAuthentication();
        app.UseMiddleware<Tenancy>();
        app.UseWhen(IsApi, api => api.UseOfficeApiErrors());
        app.UseAuthorization();
        app.UseAntiforgery();
        Hooks.Map(app);
        app.MapOfficeApi();
        if (settings.Sandbox.Enabled) app.MapSandbox().MapSandboxClock();
        app.MapGet("/healthz", () => Results.Text("ok")).AllowAnonymous();
        app.MapRazorPages();
        return app;
    }

    private static readonly Type[] UseCases =
    [
        typeof(EditRelation), typeof(EditProposal), typeof(NumberInvoice), typeof(SendInvoice), typeof(RemindInvoice), typeof(RegisterPayment), typeof(MakePdf), typeof(ComposeMail),
        typeof(Connect), typeof(ApplyPayment), typeof(ApplyInvoiceSnapshot), typeof(ApplyMandate), typeof(ReplayFeeds), typeof(SettleQuarantine), typeof(InviteRelation), typeof(StartRun),
        typeof(EditTemplates), typeof(SignIn), typeof(FirstStart), typeof(SettleMail), typeof(Frame),
        typeof(EditInvoice), typeof(EditCompany), typeof(AddCompany), typeof(EditUsers), typeof(EditKeys), typeof(PreviewTemplate),
        typeof(ImportStatements), typeof(MatchLines), typeof(DecideStatement), typeof(SettleLine), typeof(SuggestInvoices),
    ];

    private static bool IsApi(HttpContext context) => context.Request.Path.StartsWithSegments("/api");

    private static Task AddHeaders(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers["Content-Security-Policy"] = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
        headers["Referrer-Policy"] = "same-origin";
        headers["X-Content-Type-Options"] = "nosniff";
        if (!context.Request.Path.StartsWithSegments("/assets")) (headers.CacheControl, headers.Pragma) = ("no-cache, no-store", "no-cache"); // in the words of antiforgery, which warns of others
        return next(context);
    }

    private static Task NotFoundAsync(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static RenderOptions RenderOptionsOf(DomiSettings settings) => settings.RenderWorker is { } worker
        ? new() { DataFolder = settings.DataFolder, FileName = worker }
        : new() { DataFolder = settings.DataFolder };

    /// <summary>Makes sure, over a database that is up to date, of a first administrator and own company.</summary>
    public static async Task<FirstStart.Made> MakeSureOfFirstAsync(WebApplication office, CancellationToken ct)
    {
        await using var scope = office.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<Secrets>().WarmUp();
        return await scope.ServiceProvider.GetRequiredService<FirstStart>().RunAsync(ct);
    }

    /// <summary>Writes the connection to the engine that runs beside, and answers the webhook address it wants to be woken at.</summary>
    public static async Task<string?> ConnectBuiltInAsync(WebApplication office, string baseAddress, string merchantNumber, string apiKey, string? privateKey, IReadOnlyList<Profile> profiles, CancellationToken ct)
    {
        await using var scope = office.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<OfficeDb>();
        var company = await db.Companies.OrderBy(c => c.Id).FirstAsync(ct);
        var known = await db.Connections.AsNoTracking().FirstOrDefaultAsync(c => c.OwnCompanyId == company.Id && c.IsBuiltIn, ct);
        if (known is null && await db.Connections.AnyAsync(c => c.OwnCompanyId == company.Id, ct)) return null; // the office has another provider

        // The same engine under another address, or a copy of it that was restored elsewhere: never the one it was copied from.
        if (known is not null && known.MerchantNumber == merchantNumber && known.BaseAddress != baseAddress.TrimEnd('/'))
            await db.WriteAsync(async token => (await db.Connections.SingleAsync(c => c.Id == known.Id, token)).BaseAddress = baseAddress.TrimEnd('/'), ct);

        known ??= await scope.ServiceProvider.GetRequiredService<Connect>().SaveAsync(company.Id, new(merchantNumber, apiKey, privateKey ?? "", baseAddress, "own"), profiles, isBuiltIn: true, ct);
        return office.Services.GetRequiredService<PublicAddress>().Of("/hooks/twikey/" + known.HookToken);
    }
}
