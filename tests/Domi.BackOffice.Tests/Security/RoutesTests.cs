using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Domi.BackOffice.Companies;
using Domi.BackOffice.Documents;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Tests.Pages;
using Domi.BackOffice.Users;
using Domi.Platform;
using Domi.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests.Security;

public sealed class RoutesTests(OfficeFixture app) : IClassFixture<OfficeFixture>
{
    private readonly Story story = new(app);

    [Fact]
    public async Task No_route_of_one_module_answers_on_the_other_ones_port()
    {
        var (office, engine) = (RoutesOf(app.Office!), RoutesOf(app.Engine));
        Assert.True(office.Count > 20 && engine.Count > 15);
        string[] both = ["/healthz", "/sandbox/clock", "/error"];

        using var atOffice = AppFixture.Client(app.Office!);
        using var atEngine = AppFixture.Client(app.Engine);
        foreach (var (method, path, _) in engine.Where(r => !both.Contains(r.Path) && office.All(o => o.Path != r.Path)))
            Assert.Equal((HttpStatusCode.NotFound, path), (await StatusAsync(atOffice, method, path), path));
        foreach (var (method, path, _) in office.Where(r => !both.Contains(r.Path) && engine.All(o => o.Path != r.Path)))
            Assert.Contains(await StatusAsync(atEngine, method, path), new[] { HttpStatusCode.NotFound });
    }

    [Theory]
    [InlineData("GET", 500)]
    [InlineData("POST", 500)]
    [InlineData("GET", 200)]
    public async Task The_page_of_our_faults_is_nobodys_to_ask_for(string method, int status)
    {
        using var stranger = AppFixture.Client(app.Office!);
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(stranger, method, $"/error/{status}"));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task Nothing_of_the_office_is_shown_to_a_stranger(string pageMethod)
    {
        string[] open = ["/healthz", "/sign-in", "/error/{status:int}", "/api/openapi/{documentName}.json", "/hooks/twikey/{token}", "/sandbox/clock"];
        var ids = await GivenOneOfEachAsync();
        using var stranger = AppFixture.Client(app.Office!);
        var walked = 0;
        foreach (var (method, _, raw) in RoutesOf(app.Office!).Where(r => !open.Contains("/" + r.Raw.Trim('/'))))
        {
            // A page answers to both; what it is asked for there is really there, so that only the door keeps the stranger out.
            var isPage = !raw.StartsWith("/api/", StringComparison.Ordinal) && !raw.StartsWith("api/", StringComparison.Ordinal);
            var path = RealPath(raw, ids);
            using var request = new HttpRequestMessage(new HttpMethod(isPage ? pageMethod : method), path);
            if (request.Method != HttpMethod.Get) request.Content = isPage ? new FormUrlEncodedContent([new("Input.Name", "x")]) : JsonContent.Create(new { name = "x" });
            using var answer = await stranger.SendAsync(request);
            walked++;
            Assert.True(answer.StatusCode is HttpStatusCode.Unauthorized || (answer.StatusCode is HttpStatusCode.Redirect && answer.Headers.Location!.ToString().Contains("/sign-in", StringComparison.Ordinal)),
                $"{request.Method} {path}: {(int)answer.StatusCode} {answer.Headers.Location}");
        }

        Assert.True(walked > 50, $"{walked} routes were walked");
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task What_is_an_administrators_is_for_a_clerk_the_same_as_nothing(string pageMethod)
    {
        var ids = await GivenOneOfEachAsync();
        using var clerk = await Browser.ClerkAsync(app);
        var token = (await clerk.GetAsync("/profile")).QuerySelector("[name=form-token]")!.GetAttribute("value")!;
        var nothing = await AnswerAsync("/settings/nothing-of-this-name");
        var before = await SettingsAsync();
        var walked = 0;
        foreach (var (_, _, raw) in RoutesOf(app.Office!).Where(r => r.Raw.StartsWith("settings", StringComparison.Ordinal)))
        {
            var path = RealPath(raw, ids);
            Assert.Equal((path, HttpStatusCode.NotFound, nothing.Words), (path, (await AnswerAsync(path)).Status, (await AnswerAsync(path)).Words));
            walked++;
        }

        // Also the handlers that change something, with a valid token of the clerk's own.
        foreach (var path in new[]
        {
            "/settings?handler=Facts", "/settings?handler=Numbering", "/settings?handler=Mail", "/settings?handler=Sending", "/settings?handler=Logo", "/settings/apps/twikey?handler=Sync", "/settings/apps/twikey?handler=Replay",
            "/settings/apps/twikey?handler=Profiles", $"/settings/keys?handler=Revoke&id={ids["keys"]}", $"/settings/users/{ids["users"]}?handler=Password", $"/settings/users/{ids["users"]}?handler=Active&active=false",
            $"/settings/templates/{ids["templates"]}?handler=Delete", $"/settings/templates/{ids["templates"]}?handler=Activate", "/settings/templates?handler=Examples", "/settings/mail-templates/invoice/en?handler=Preview",
        })
            Assert.Equal((path, HttpStatusCode.NotFound), (path, (await AnswerAsync(path)).Status));

        Assert.True(walked >= 10, $"{walked} routes were walked");
        Assert.Equal(before, await SettingsAsync());

        async Task<(HttpStatusCode Status, string Words)> AnswerAsync(string path)
        {
            using var request = new HttpRequestMessage(new HttpMethod(pageMethod), path);
            if (pageMethod == "POST") request.Content = new FormUrlEncodedContent([new("form-token", token), new("Input.Name", "Taken over"), new("Facts.Name", "Taken over")]);
            using var answer = await clerk.Http.SendAsync(request);
            return (answer.StatusCode, (await Browser.ReadAsync(answer)).Words("h1"));
        }

        Task<string> SettingsAsync() => app.ReadAsync(async (OfficeDb db) => string.Join(' ', [
            .. await db.Companies.Where(c => c.Id == app.Made!.CompanyId).Select(c => c.Name + c.Version).ToListAsync(), .. await db.Users.OrderBy(u => u.Id).Select(u => u.PasswordHash + u.IsActive).ToListAsync(),
            .. await db.OfficeKeys.OrderBy(k => k.Id).Select(k => k.RevokedAt.ToString() ?? "").ToListAsync(), (await db.Templates.CountAsync()).ToString(),
        ]));
    }

    [Fact]
    public async Task A_key_that_may_not_administer_gets_not_found_wherever_an_administrator_is_asked_for()
    {
        const string plainKey = "domi_plain_key_0123456789";
        await story.Office(async services =>
        {
            var db = services.GetRequiredService<OfficeDb>();
            db.OfficeKeys.Add(new() { OwnCompanyId = story.CompanyId, Name = "plain", KeyHash = Secrets.HashOf(plainKey), Hint = "domi_p", MayAdminister = false, CreatedAt = AppFixture.Start });
            return await db.SaveChangesAsync();
        });
        var ids = await GivenOneOfEachAsync();
        using var plain = AppFixture.Client(app.Office!);
        plain.DefaultRequestHeaders.Authorization = new("Bearer", plainKey);
        (string Method, string Path)[] routes =
        [
            ("PUT", "company"), ("POST", "templates"), ("POST", $"templates/{ids["templates"]}/activate"), ("GET", "connections"), ("POST", "connections/test"), ("POST", "connections"), ("POST", $"connections/{ids["connections"]}/sync"),
        ];
        foreach (var (method, path) in routes)
        {
            HttpContent? content = method == "GET" ? null : path == "templates"
                ? new MultipartFormDataContent { { new ByteArrayContent([1]), "file", "x.docx" }, { new StringContent("x"), "name" }, { new StringContent("Invoice"), "type" }, { new StringContent("en"), "language" } }
                : JsonContent.Create(new { name = "Taken over", baseAddress = "https://evil.example", merchantNumber = "1" });
            using var answer = await plain.SendAsync(new(new HttpMethod(method), "/api/v1/" + path) { Content = content });
            Assert.Equal((method, path, HttpStatusCode.NotFound), (method, path, answer.StatusCode));
        }

        Assert.Equal(HttpStatusCode.OK, (await plain.GetAsync("/api/v1/company")).StatusCode); // it is a key all the same
    }

    [Fact]
    public async Task Another_own_companys_ids_in_bodies_and_queries_are_nothing()
    {
        var theirs = await GivenAnotherCompanyAsync();
        var ours = await story.GivenARelation();

        using var invoice = await app.OfficeHttp.PostAsJsonAsync("/api/v1/invoices", new { relationId = theirs.Relation, lines = new[] { new { description = "x", quantity = 1, unitPrice = 1, vatRate = 21 } } });
        Assert.Equal(HttpStatusCode.NotFound, invoice.StatusCode);
        foreach (var query in new[] { $"documents?relationId={theirs.Relation}", $"mails?about=invoice:{theirs.Invoice}", $"documents?after={theirs.Document}" })
            Assert.DoesNotContain("Theirs", await app.OfficeHttp.GetStringAsync("/api/v1/" + query), StringComparison.Ordinal);

        using var clerk = await Browser.ClerkAsync(app);
        var token = (await clerk.GetAsync("/profile")).QuerySelector("[name=form-token]")!.GetAttribute("value")!;
        foreach (var (path, fields) in new (string, (string, string)[])[]
        {
            ("/invoices", [("act", "send"), ("pick", theirs.Invoice.ToString())]), ("/invoices", [("act", "remind"), ("pick", theirs.Invoice.ToString())]), ("/proposals", [("act", "number"), ("pick", theirs.Proposal.ToString())]),
            ("/relations/invite", [("ids", theirs.Relation.ToString())]), ("/relations/invite?handler=Start", [("ids", theirs.Relation.ToString()), ("Input.Profile", "1")]),
            ($"/proposals/new?relation={theirs.Relation}", [("act", "save"), ("Input.Relation", "Theirs"), ("Input.Lines[0].Description", "x"), ("Input.Lines[0].Quantity", "1"), ("Input.Lines[0].UnitPrice", "1"), ("Input.Lines[0].VatRate", "21")]),
            ($"/proposals/new?relation={ours.Id}", [("act", "number"), ("Input.NewId", theirs.Proposal.ToString()), ("Input.Relation", ours.Number.ToString()), ("Input.Lines[0].Description", "x"), ("Input.Lines[0].Quantity", "1"), ("Input.Lines[0].UnitPrice", "1"), ("Input.Lines[0].VatRate", "21")]),
            ("/profile/company", [("id", theirs.Company.ToString())]),
        })
        {
            using var answer = await clerk.Http.PostAsync(path, new FormUrlEncodedContent([new("form-token", token), .. fields.Select(f => KeyValuePair.Create(f.Item1, f.Item2))]));
            Assert.True((int)answer.StatusCode < 500, $"{path}: {(int)answer.StatusCode}");
            Assert.DoesNotContain("Theirs NV", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        await AppFixture.RunAsync<Domi.BackOffice.Runs.DoRuns>(app.Office!);
        var after = await app.ReadAsync((OfficeDb db) => db.Invoices.AsNoTracking().Where(i => i.OwnCompanyId == theirs.Company).OrderBy(i => i.CreatedAt).ToListAsync());
        Assert.Equal(2, after.Count);
        Assert.All(after, i => Assert.Equal((SendState.NotSent, 0), (i.SendState, i.Reminders)));
        Assert.Equal(1, after.Count(i => i.State is InvoiceState.Proposal));
        Assert.False(await app.ReadAsync((OfficeDb db) => db.Invitations.AnyAsync(i => i.RelationId == theirs.Relation)));
        Assert.Contains(ours.Name, (await clerk.GetAsync("/relations")).Body!.TextContent, StringComparison.Ordinal); // still at home
    }

    [Fact]
    public async Task Another_own_companys_key_sees_nothing_of_ours_whatever_it_asks()
    {
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation());
        const string foreignKey = "domi_foreign_key_0123456789";
        await story.Office(async services =>
        {
            var db = services.GetRequiredService<OfficeDb>();
            var other = new OwnCompany { Name = "Another firm" };
            db.Companies.Add(other);
            db.OfficeKeys.Add(new() { OwnCompanyId = other.Id, Name = "foreign", KeyHash = Secrets.HashOf(foreignKey), Hint = "domi_f", MayAdminister = true, CreatedAt = AppFixture.Start });
            await db.SaveChangesAsync();
            return true;
        });
        using var foreign = AppFixture.Client(app.Office!);
        foreign.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", foreignKey);
        var ids = await app.ReadAsync(async (OfficeDb db) => new[]
        {
            invoice.Id, invoice.RelationId, await db.Templates.Select(t => t.Id).FirstAsync(), await db.Connections.Select(c => c.Id).FirstAsync(), Guid.CreateVersion7(),
        });

        foreach (var (method, path, _) in RoutesOf(app.Office!).Where(r => r.Path.StartsWith("/api/v1/", StringComparison.Ordinal) && r.Raw.Contains("{id", StringComparison.Ordinal)))
            foreach (var id in ids)
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path.Replace(Sample, id.ToString()));
                if (method is "POST" or "PUT")
                    request.Content = path switch
                    {
                        _ when path.EndsWith("/invite", StringComparison.Ordinal) => JsonContent.Create(new { profile = 1 }),
                        _ when path.EndsWith("/number", StringComparison.Ordinal) => JsonContent.Create(new { send = false }),
                        _ when path.EndsWith("/send", StringComparison.Ordinal) => JsonContent.Create(new { withoutLink = false }),
                        _ => JsonContent.Create(new { kind = "Person", name = "x", isVatRegistered = false }),
                    };
                using var answer = await foreign.SendAsync(request);
                Assert.True(answer.StatusCode is HttpStatusCode.NotFound, $"{method} {path}: {(int)answer.StatusCode}");
            }

        foreach (var list in new[] { "/api/v1/relations", "/api/v1/templates", "/api/v1/documents", "/api/v1/mails", "/api/v1/connections" })
            Assert.DoesNotContain(invoice.RelationId.ToString(), await foreign.GetStringAsync(list));
        Assert.Equal("Another firm", (await foreign.GetFromJsonAsync<JsonElement>("/api/v1/company")).GetProperty("name").GetString());
    }

    [Fact]
    public async Task Bad_bodies_get_problem_documents_and_never_a_500()
    {
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation());
        string[] bodies = ["", "{", "[]", "null", "{\"lines\":null}", "{\"relationId\":\"x\"}", "{\"send\":\"maybe\"}", "\"text\"", "{\"lines\":[{\"quantity\":1e40}]}", "{\"kind\":7,\"name\":5}"];
        foreach (var (method, path, _) in RoutesOf(app.Office!).Where(r => r.Path.StartsWith("/api/v1/", StringComparison.Ordinal) && r.Method is "POST" or "PUT"))
            foreach (var body in bodies)
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path.Replace(Sample, invoice.Id.ToString())) { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
                using var answer = await app.OfficeHttp.SendAsync(request);
                Assert.True((int)answer.StatusCode < 500, $"{method} {path} {body}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
                if (!answer.IsSuccessStatusCode) Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            }
    }

    [Fact]
    public async Task No_secret_and_no_full_account_of_a_debtor_is_in_the_database_in_clear()
    {
        var keys = await app.ReadAsync((OfficeDb db) => db.Connections.Select(c => c.ApiKeySealed + c.PrivateKeySealed).ToListAsync());
        var engineKeys = await app.ReadEngineAsync(db => db.ApiKeys.Select(k => k.KeyHash + k.KeySealed + k.PrivateKeySealed).ToListAsync());

        foreach (var kept in keys.Concat(engineKeys))
        {
            Assert.DoesNotContain(app.Access.ApiKey, kept);
            Assert.DoesNotContain(app.Access.PrivateKey!, kept);
        }

        // The key ring lies beside them, and is no use without the master key.
        foreach (var xml in await app.ReadAsync((OfficeDb db) => db.DataProtectionKeys.Select(k => k.Xml!).ToListAsync()))
        {
            Assert.Contains("<wrapped", xml);
            Assert.DoesNotContain("<masterKey", xml);
        }
    }

    /// <summary>An id that is really there for every kind of thing that a route names before one.</summary>
    private async Task<IReadOnlyDictionary<string, string>> GivenOneOfEachAsync()
    {
        var relation = await story.GivenARelation();
        var (invoice, proposal) = (await story.GivenANumberedInvoice(relation), await story.GivenAProposal(relation));
        await new Statements.Bank(app).ImportAsync(new Statements.Bank(app).Statement(1, 0m, new Statements.Payment(1m)));
        return await app.ReadAsync(async (OfficeDb db) =>
        {
            var now = AppFixture.Start;
            var document = new Document { OwnCompanyId = story.CompanyId, RelationId = relation.Id, Type = DocumentType.Mandate, Name = "CORE-1.pdf", BlobHash = await Blob.KeepAsync(db, "%PDF-1.7"u8.ToArray(), "application/pdf", now, CancellationToken.None), SizeBytes = 8, CreatedAt = now };
            var mail = new Mail("invoice", $"invoice:{invoice.Id}", now, "domi.example") { OwnerId = story.CompanyId, Subject = "x", Html = "<p>x</p>", Text = "x", To = "a@b.example", FromAddress = "c@d.example" };
            mail.Refuse("550 nobody"); // so that it does not leave
            var run = new Domi.BackOffice.Runs.Run { OwnCompanyId = story.CompanyId, StartedBy = "test", StartedAt = now, FinishedAt = now };
            db.AddRange(document, mail, run);
            await db.SaveChangesAsync();
            return new Dictionary<string, string>
            {
                ["relations"] = relation.Id.ToString(),
                ["invoices"] = invoice.Id.ToString(),
                ["proposals"] = proposal.Id.ToString(),
                ["documents"] = document.Id.ToString(),
                ["mails"] = mail.Id.ToString(),
                ["runs"] = run.Id.ToString(),
                ["statements"] = (await db.Statements.Where(s => s.OwnCompanyId == story.CompanyId).Select(s => s.Id).FirstAsync()).ToString(),
                ["payments"] = (await db.StatementLines.Where(l => l.OwnCompanyId == story.CompanyId).Select(l => l.Id).FirstAsync()).ToString(),
                ["templates"] = (await db.Templates.Where(t => t.OwnCompanyId == story.CompanyId).Select(t => t.Id).FirstAsync()).ToString(),
                ["users"] = (await db.Users.Select(u => u.Id).FirstAsync()).ToString(),
                ["connections"] = (await db.Connections.Where(c => c.OwnCompanyId == story.CompanyId).Select(c => c.Id).FirstAsync()).ToString(),
                ["keys"] = (await db.OfficeKeys.Where(k => k.OwnCompanyId == story.CompanyId).Select(k => k.Id).FirstAsync()).ToString(),
            };
        });
    }

    private sealed record Theirs(Guid Company, Guid Relation, Guid Invoice, Guid Proposal, Guid Document);

    private Task<Theirs> GivenAnotherCompanyAsync() => app.ReadAsync(async (OfficeDb db) =>
    {
        var company = new OwnCompany { Name = "Theirs NV" };
        var relation = new Domi.BackOffice.Relations.Relation { OwnCompanyId = company.Id, Number = 1001, Name = "Theirs NV", Email = "x@theirs.example" };
        var (invoice, proposal) = (Draft(), Draft());
        invoice.Assign("2026-0001", 2026, new(2026, 3, 1), new(2026, 3, 31), null, null, AppFixture.Start);
        var document = new Document { OwnCompanyId = company.Id, RelationId = relation.Id, Type = DocumentType.Mandate, Name = "Theirs.pdf", BlobHash = new('0', 64), CreatedAt = AppFixture.Start };
        db.AddRange(company, relation, invoice, proposal, document);
        await db.SaveChangesAsync();
        return new Theirs(company.Id, relation.Id, invoice.Id, proposal.Id, document.Id);

        Invoice Draft()
        {
            var draft = new Invoice(company.Id, relation.Id, InvoiceKind.Invoice, AppFixture.Start);
            draft.Edit(relation.Id, [new() { Description = "x", UnitPrice = 1m, VatRate = 21m, Position = 1 }]);
            return draft;
        }
    });

    private static string RealPath(string raw, IReadOnlyDictionary<string, string> ids)
    {
        var path = System.Text.RegularExpressions.Regex.Replace(raw, @"([\w-]+)/\{id:guid\}",
            found => ids.TryGetValue(found.Groups[1].Value, out var id) ? $"{found.Groups[1].Value}/{id}" : throw new InvalidOperationException($"Give GivenOneOfEachAsync a row for {found.Groups[1].Value}."));
        path = path.Replace("{place:int}", "0", StringComparison.Ordinal).Replace("{context}", "invoice", StringComparison.Ordinal).Replace("{language}", "en", StringComparison.Ordinal);
        Assert.DoesNotContain("{", path, StringComparison.Ordinal);
        return "/" + path.Trim('/');
    }

    private const string Sample = "11111111-1111-7111-8111-111111111111";

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string method, string path)
    {
        using var answer = await client.SendAsync(new(new HttpMethod(method), path));
        // A page that does not exist asks nobody to sign in first.
        return answer.StatusCode;
    }

    private static List<(string Method, string Path, string Raw)> RoutesOf(WebApplication host) =>
    [
        .. host.Services.GetRequiredService<IEnumerable<EndpointDataSource>>().SelectMany(s => s.Endpoints).Concat(((IEndpointRouteBuilder)host).DataSources.SelectMany(s => s.Endpoints)).OfType<RouteEndpoint>()
            .SelectMany(e => (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(m => (m, Fill(e.RoutePattern.RawText ?? ""), e.RoutePattern.RawText ?? "")))
            .Where(r => r.Item2.Length > 1).Distinct(),
    ];

    private static string Fill(string pattern)
    {
        var path = System.Text.RegularExpressions.Regex.Replace(pattern, @"\{[^}]*guid[^}]*\}", Sample);
        return "/" + System.Text.RegularExpressions.Regex.Replace(path, @"\{[^}]*\}", "abcdefghabcdefghabcdefghabcdefgh").Trim('/');
    }
}
