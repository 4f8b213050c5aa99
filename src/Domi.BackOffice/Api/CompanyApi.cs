using Domi.BackOffice.Companies;
using Domi.BackOffice.Connections;
using Domi.BackOffice.Documents;
using Domi.BackOffice.Sync;
using Domi.BackOffice.Templates;
using Domi.BackOffice.Users;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Api;

/// <summary>The own company over the API: its facts and who sends, its templates, documents, mails, and its connection.</summary>
internal static class CompanyApi
{
    public sealed record CompanyView(
        Guid Id, string Name, string? EnterpriseNumber, string Street, string Zip, string City, string Country, string Email, string? Phone, string? Website, string? Account, string? Bic, string Language, int DefaultDueDays,
        SentBy InvoicesSentBy, SentBy RemindersSentBy, bool SendsWhenNumbered, int Version);

    /// <param name="InvoiceSwitchChecked">True: the switch of the provider's profile was checked; asked for when who sends changes.</param>
    /// <param name="ReminderSwitchChecked">The same for reminders.</param>
    public sealed record CompanyRequest(
        string? Name, string? EnterpriseNumber, string? Street, string? Zip, string? City, string? Country, string? Email, string? Phone, string? Website, string? Account, string? Bic, string? Language,
        int? DefaultDueDays, SentBy? InvoicesSentBy, bool? InvoiceSwitchChecked, SentBy? RemindersSentBy, bool? ReminderSwitchChecked, bool? SendsWhenNumbered);

    public sealed record TemplateView(Guid Id, string Name, TemplateType Type, string Language, bool IsActive, DateTimeOffset ChangedAt);

    public sealed record TemplateFinding(string Code, string Severity, string? Subject, string? Nearest);

    public sealed record UploadedTemplate(Guid Id, bool IsActive, IReadOnlyList<TemplateFinding> Findings);

    public sealed record ProfileView(long Id, string Name, string? Type, bool Active);

    /// <param name="Code">Support code of what went wrong: <c>TWK-…</c>.</param>
    public sealed record ConnectionTest(bool Works, string? Code, string? Detail, string? MerchantNumber, IReadOnlyList<ProfileView> Profiles);

    public sealed record SavedConnection(Guid Id, string WebhookPath);

    public sealed record DocumentView(Guid Id, DocumentType Type, string Name, Guid? RelationId, Guid? InvoiceId, int SizeBytes, DateTimeOffset CreatedAt);

    public sealed record MailView(Guid Id, string Purpose, string About, string MessageId, string To, string Subject, MailState State, string? LastAnswer, DateTimeOffset CreatedAt);

    public sealed record ConnectionRequest(string MerchantNumber, string? ApiKey, string? PrivateKey, string? BaseAddress, string? Salt);

    public sealed record ConnectionView(
        Guid Id, string BaseAddress, string MerchantNumber, bool IsActive, string WebhookPath, DateTimeOffset? LastReadAt, DateTimeOffset? LastWebhookAt, string? LastError, int Quarantined);

    public static void Map(RouteGroupBuilder all)
    {
        var api = all.MapGroup("").WithTags("Own company");
        api.MapGet("company", async (OfficeDb db, CancellationToken ct) => View(await db.Companies.AsNoTracking().SingleAsync(ct))).Answers<CompanyView>("The own company of the key");
        api.MapPut("company", ChangeAsync).RequireAuthorization("administrator").Answers<CompanyView>("Changes what is said of the own company; what is not said stays");

        var templates = all.MapGroup("templates").WithTags("Templates");
        templates.MapGet("", async (OfficeDb db, CancellationToken ct) =>
            await db.Templates.AsNoTracking().OrderBy(t => t.Type).ThenBy(t => t.Language).ThenBy(t => t.Id).Select(t => new TemplateView(t.Id, t.Name, t.Type, t.Language, t.IsActive, t.ChangedAt)).ToListAsync(ct)).Answers<IReadOnlyList<TemplateView>>("Word templates");
        templates.MapPost("", UploadAsync).RequireAuthorization("administrator").DisableAntiforgery().Answers<UploadedTemplate>("Uploads a Word template", StatusCodes.Status201Created);
        templates.MapPost("{id:guid}/activate", async (Guid id, EditTemplates edit, CancellationToken ct) =>
        {
            await edit.ActivateAsync(id, ct);
            return Results.NoContent();
        }).RequireAuthorization("administrator").AnswersNothing("Makes a template the one of its type and language");

        var documents = all.MapGroup("documents").WithTags("Documents");
        documents.MapGet("", async (Guid? relationId, Guid? after, OfficeDb db, CancellationToken ct) =>
            await db.Documents.AsNoTracking().Where(d => (relationId == null || d.RelationId == relationId) && (after == null || d.Id.CompareTo(after.Value) > 0)).OrderBy(d => d.Id).Take(200)
                .Select(d => new DocumentView(d.Id, d.Type, d.Name, d.RelationId, d.InvoiceId, d.SizeBytes, d.CreatedAt)).ToListAsync(ct)).Answers<IReadOnlyList<DocumentView>>("Documents in the order in which they came, 200 after one");
        documents.MapGet("{id:guid}/content", async (Guid id, OfficeDb db, CancellationToken ct) =>
            await db.Documents.AsNoTracking().SingleOrDefaultAsync(d => d.Id == id, ct) is { } document && await Blob.ReadAsync(db, document.BlobHash, ct) is { } content
                ? Results.File(content, document.ContentType, document.Name)
                : Results.NotFound()).AnswersFile("The content of a document", "application/octet-stream");

        api.MapGet("mails", async (MailState? state, string? about, OfficeDb db, Actor actor, CancellationToken ct) =>
            await db.Mails.AsNoTracking().Where(m => m.OwnerId == actor.CompanyId && (state == null || m.State == state) && (about == null || m.About == about)).OrderByDescending(m => m.CreatedAt).Take(200)
                .Select(m => new MailView(m.Id, m.Purpose, m.About, m.MessageId, m.To, m.Subject, m.State, m.LastAnswer, m.CreatedAt)).ToListAsync(ct)).WithTags("Mails").Answers<IReadOnlyList<MailView>>("The last 200 mails");

        var connections = all.MapGroup("connections").WithTags("Connections").RequireAuthorization("administrator");
        connections.MapGet("", async (OfficeDb db, CancellationToken ct) => await db.Connections.AsNoTracking().OrderBy(c => c.CreatedAt)
            .Select(c => new ConnectionView(c.Id, c.BaseAddress, c.MerchantNumber, c.IsActive, "/hooks/twikey/" + c.HookToken, c.LastReadAt, c.LastWebhookAt, c.LastError,
                db.Inbox.Count(e => e.ConnectionId == c.Id && e.State == InboxState.Quarantined))).ToListAsync(ct))
            .Answers<IReadOnlyList<ConnectionView>>("Connections to the provider");
        connections.MapPost("test", async (ConnectionRequest request, Connect connect, Actor actor, CancellationToken ct) =>
        {
            var test = await connect.TestAsync(actor.CompanyId!.Value, CredentialsOf(request), ct);
            return new ConnectionTest(test.Works, test.Code, test.Detail, test.MerchantNumber, [.. test.Profiles.Select(p => new ProfileView(p.Id, p.Name, p.Type, p.Active))]);
        }).Answers<ConnectionTest>("Logs in at the provider and reads its profiles; saves nothing");
        connections.MapPost("", SaveAsync).Answers<SavedConnection>("Saves a connection that works, or untested when asked to");
        connections.MapPost("{id:guid}/sync", SyncAsync).AnswersNothing("Reads the feeds now");
    }

    // What is not said stays as it is; an empty text takes it away.
    private static async Task<CompanyView> ChangeAsync(CompanyRequest request, int? version, EditCompany edit, Actor actor, CancellationToken ct) =>
        View(await edit.SaveAsync(actor.CompanyId!.Value, version, c => (
            new(request.Name ?? c.Name, request.EnterpriseNumber ?? c.EnterpriseNumber?.Value, request.Street ?? c.Street, request.Zip ?? c.Zip, request.City ?? c.City, request.Country ?? c.Country,
                request.Email ?? c.Email, request.Phone ?? c.Phone, request.Website ?? c.Website, request.Account ?? c.Account?.Value, BicOf(request, c), request.Language ?? c.Language),
            request.DefaultDueDays ?? c.DefaultDueDays,
            new(request.InvoicesSentBy ?? c.InvoicesSentBy, request.RemindersSentBy ?? c.RemindersSentBy, request.InvoiceSwitchChecked ?? false, request.ReminderSwitchChecked ?? false,
                request.SendsWhenNumbered ?? c.SendsWhenNumbered, c.DefaultProfileForPersons, c.DefaultProfileForCompanies)), ct));

    private static string? BicOf(CompanyRequest request, OwnCompany company) => request.Bic ?? (request.Account is null
        ? company.Bic?.Value
        : Iban.TryParse(request.Account, out var account) ? BelgianBanks.BicOf(account)?.Value : null);

    private static async Task<IResult> UploadAsync(IFormFile file, string name, TemplateType type, string language, bool? activate, EditTemplates edit, Actor actor, CancellationToken ct)
    {
        using var buffer = new MemoryStream();
        await file.CopyToAsync(buffer, ct);
        var (template, report) = await edit.UploadAsync(actor.CompanyId!.Value, name, type, language, file.FileName, buffer.ToArray(), activate ?? false, actor.Name, ct);
        IReadOnlyList<TemplateFinding> findings = [.. report.Findings.Select(f => new TemplateFinding(f.Code, f.Severity.ToString(), f.Subject, f.Nearest))];
        return template is null
            ? Results.Problem(statusCode: StatusCodes.Status409Conflict, title: "The template was refused", extensions: new Dictionary<string, object?> { ["code"] = "template_refused", ["findings"] = findings })
            : Results.Created($"/api/v1/templates/{template.Id}", new UploadedTemplate(template.Id, template.IsActive, findings));
    }

    private static async Task<IResult> SaveAsync(ConnectionRequest request, bool? untested, Connect connect, Actor actor, CancellationToken ct)
    {
        var credentials = CredentialsOf(request);
        var test = await connect.TestAsync(actor.CompanyId!.Value, credentials, ct);
        if (!test.Works && (untested != true || test.Code == "TWK-OTHER-CUSTOMER"))
            return Results.Problem(statusCode: StatusCodes.Status409Conflict, title: "The connection was not saved", extensions: new Dictionary<string, object?> { ["code"] = test.Code, ["detail"] = test.Detail });
        var saved = await connect.SaveAsync(actor.CompanyId!.Value, credentials, test.Profiles, isBuiltIn: false, ct);
        return Results.Ok(new SavedConnection(saved.Id, "/hooks/twikey/" + saved.HookToken));
    }

    private static async Task<IResult> SyncAsync(Guid id, OfficeDb db, ReadFeeds feeds, CancellationToken ct)
    {
        if (await db.Connections.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct) is not { } connection) return Results.NotFound();
        try
        {
            await feeds.ReadAllAsync(connection, ct);
        }
        catch (Domi.Twikey.TwikeyException e)
        {
            throw new RefusedException("provider_unavailable", e.Message, ("code", e.SupportCode));
        }

        return Results.NoContent();
    }

    private static Credentials CredentialsOf(ConnectionRequest request) => new(request.MerchantNumber ?? "", request.ApiKey, request.PrivateKey, request.BaseAddress, request.Salt);

    private static CompanyView View(OwnCompany c) => new(c.Id, c.Name, c.EnterpriseNumber?.Value, c.Street, c.Zip, c.City, c.Country, c.Email, c.Phone, c.Website, c.Account?.Value, c.Bic?.Value, c.Language, c.DefaultDueDays,
        c.InvoicesSentBy, c.RemindersSentBy, c.SendsWhenNumbered, c.Version);
}
