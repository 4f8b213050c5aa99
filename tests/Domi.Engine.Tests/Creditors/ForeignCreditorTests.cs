using System.Net.Http.Json;
using System.Text.Json;
using Domi.Engine.Creditors;
using Domi.Engine.Mandates;
using Domi.Engine.Profiles;
using Domi.Platform;
using Domi.Rendering;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Tests.Creditors;

/// <summary>Two creditors on one engine: what is the other's does not exist.</summary>
public sealed class ForeignCreditorTests(ForeignCreditorTests.Fixture app) : IClassFixture<ForeignCreditorTests.Fixture>
{
    public sealed class Fixture : AppFixture
    {
        public EngineAccess Other { get; private set; } = null!;

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            Other = await InScopeAsync(Engine, async services =>
            {
                var (db, secrets, keys) = (services.GetRequiredService<EngineDb>(), services.GetRequiredService<Secrets>(), services.GetRequiredService<CreditorKeys>());
                var creditor = new Creditor { MerchantId = 1002, Name = "Another company", CreditorIdentifier = "BE41ZZZ0712845377", SenderName = "Another", SenderAddress = "other@example.org" };
                keys.Equip(creditor);
                var key = new ApiKey
                {
                    CreditorId = creditor.Id,
                    KeyHash = Secrets.HashOf("the key of another"),
                    KeySealed = secrets.Seal("the key of another"),
                    PrivateKeySealed = secrets.Seal(Access.PrivateKey!),
                    CreatedAt = TimeProvider.System.GetUtcNow(),
                };
                db.AddRange(creditor, key, new Profile { CreditorId = creditor.Id, Number = 1, Name = "Core", IsDefault = true, Prefix = "OTHER" });
                await db.SaveChangesAsync();
                return Access with { ApiKey = "the key of another", MerchantId = 1002, CreditorId = creditor.Id };
            });
        }
    }

    private readonly EngineClient owner = new(app);
    private readonly EngineClient other = new(app, app.Other);

    [Fact]
    public async Task Every_call_on_what_is_the_others_is_answered_as_if_it_did_not_exist()
    {
        var reference = await owner.GivenASignedMandate("MINE");
        var (prepared, page) = await owner.InviteAsync("MINE-2");
        var invoice = await owner.BookAsync(EngineClient.Invoice("MINE-1", 100m, "MINE"));
        var id = invoice.GetProperty("id").GetString()!;
        await owner.BookAsync(EngineClient.Invoice("MINE-OPEN", 100m, "MINE-3", due: "2031-01-01"));
        var tx = (await owner.TransactAsync(reference, 50m, ("ref", "MINE-TX"))).GetProperty("id").ToString();
        await owner.TakenAsync(HttpMethod.Post, "/subscription", ("mndtId", reference), ("amount", "5"), ("message", "Fee"), ("ref", "SUB"), ("start", "2199-01-01"));
        var link = (await owner.TakenAsync(HttpMethod.Post, "/payment/link", ("title", "Mine"), ("amount", "5"))).GetProperty("id").ToString();
        await owner.TakenAsync(HttpMethod.Post, "/transfers/beneficiaries", ("name", "Mine"), ("iban", "BE91001732641076"), ("address", "Visserij 44"), ("zip", "9000"), ("city", "Gent"));
        var transfer = (await owner.TakenAsync(HttpMethod.Post, "/transfer", ("iban", "BE91001732641076"), ("amount", "5"), ("message", "M"))).GetProperty("Entries")[0].GetProperty("id").GetString()!;
        await owner.TakenAsync(HttpMethod.Post, "/ibanblacklist", ("iban", "BE16645348971174"), ("rsn", "x"));
        using var bulk = await owner.SendAsync(HttpMethod.Post, "/transaction/bulk", JsonContent.Create(new[] { new { mndtId = reference, amount = 50, message = "M" } }));
        var batch = (await bulk.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("batchId").GetString()!;
        using var booked = await owner.SendAsync(HttpMethod.Post, "/invoice/bulk", JsonContent.Create(new[] { EngineClient.Invoice("MINE-BULK", 5m, "MINE-4") }));
        var invoices = (await booked.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("batchId").GetString()!;
        await app.ReadEngineAsync(async db =>
        {
            var hash = await Blob.KeepAsync(db, "a file"u8.ToArray(), "text/csv", app.Now(), CancellationToken.None);
            db.ReconciliationFiles.Add(new() { CreditorId = app.Access.CreditorId, Name = "mine.csv", Format = "csv", BlobHash = hash, CreatedAt = app.Now() });
            return await db.SaveChangesAsync();
        });
        var unknown = Guid.CreateVersion7().ToString();
        var before = await CountsAsync();

        foreach (var (method, path) in new[]
        {
            ("GET", "/invoice/{invoice}"), ("GET", "/invoice/{number}"), ("PUT", "/invoice/{invoice}"), ("PUT", "/invoice/{number}"), ("DELETE", "/invoice/{invoice}"), ("DELETE", "/invoice/{number}"),
            ("GET", "/invoice/{invoice}/pdf"), ("GET", "/invoice/{number}/pdf"), ("POST", "/invoice/{invoice}/action?type=email"), ("POST", "/invoice/{number}/action?type=reminder"),
            ("POST", "/invoice/{number}/action?type=manualPayment"), ("GET", "/mandate/detail?mndtId={mandate}&force=true"), ("GET", "/mandate/detail?mndtId={prepared}&force=true"),
            ("GET", "/mandate/pdf?mndtId={mandate}"), ("POST", "/mandate/pdf?mndtId={prepared}&bankSignature=true"), ("DELETE", "/mandate?mndtId={mandate}&rsn=no"), ("DELETE", "/mandate?mndtId={prepared}&rsn=no"),
            ("POST", "/transaction?mndtId={mandate}&amount=50&message=M"), ("PUT", "/transaction?id={tx}&amount=50"), ("DELETE", "/transaction?id={tx}"), ("DELETE", "/transaction?ref={txref}"), ("POST", "/transaction/action?id={tx}&action=paid"), ("POST", "/transaction/refund?id={tx}&message=M&amount=5"),
            ("GET", "/transaction/bulk?batchId={batch}"), ("POST", "/reservation?mndtId={mandate}&amount=5"), ("POST", "/subscription?mndtId={mandate}&amount=5&message=M"), ("GET", "/subscription/{mandate}/SUB"), ("POST", "/subscription/{mandate}/SUB?amount=5&message=M"),
            ("PATCH", "/subscription/{mandate}/SUB?amount=6"), ("DELETE", "/subscription/{mandate}/SUB"), ("POST", "/subscription/{mandate}/SUB/suspend"), ("POST", "/subscription/{mandate}/SUB/resume"), ("GET", "/payment/link?id={link}"), ("DELETE", "/payment/link?id={link}"),
            ("POST", "/payment/link/refund?id={link}&message=M"), ("POST", "/payment/link?title=T&amount=5&invoice={open}"), ("POST", "/payment/link?title=T&amount=50&txref={txref}"), ("GET", "/transfer/detail?id={transfer}"), ("DELETE", "/transfer?id={transfer}"), ("POST", "/transfer?iban={beneficiary}&amount=5&message=M"),
            ("GET", "/customer/{customer}"), ("PATCH", "/customer/{customer}?city=Gent"), ("DELETE", "/customer/{customer}"), ("DELETE", "/ibanblacklist?iban={blocked}"),
            ("POST", "/sign?ct=1&method=import&iban=BE68539007547034&key={key}"), ("POST", "/mandate/update?mndtId={mandate}&city=Gent"), ("POST", "/mandate/{mandate}/action?type=access"), ("POST", "/customeraccess?mndtId={mandate}"), ("POST", "/customeraccess?customerNumber={customer}"),
            ("GET", "/invoice/bulk?batchId={invoices}"), ("GET", "/invoice/{number}/ubl"), ("PATCH", "/invoice/{number}/reoffer"), ("POST", "/invoice/{number}/action?type=refund&message=M"), ("POST", "/invoice/{open}/action?type=sms"),
            ("POST", "/invoice/{open}/action?type=paymentplan&initialAmount=50&recurringAmount=50&terms=1&mndtId={mandate}&remittance=M"), ("GET", "/files/{file}"),
        })
        {
            var ids = new[]
            {
                ("{tx}", tx, "999999999"), ("{txref}", "MINE-TX", "NOBODYS"), ("{batch}", batch, unknown), ("{link}", link, "999999999"), ("{open}", "MINE-OPEN", "NOBODYS"), ("{transfer}", transfer, new string('0', 32)), ("{beneficiary}", "BE91001732641076", "BE31798258915655"),
                ("{customer}", "MINE", "NOBODYS"), ("{blocked}", "BE16645348971174", "BE49473211985171"),
                ("{key}", page[(page.LastIndexOf('/') + 1)..], new string('k', 32)), ("{invoices}", invoices, unknown), ("{file}", "mine.csv", "nobodys.csv"),
            };
            var (own, nobody) = ids.Aggregate((Own: path, Nobody: path), (p, one) => (p.Own.Replace(one.Item1, one.Item2), p.Nobody.Replace(one.Item1, one.Item3)));
            var theirs = await AnswerAsync(method, own.Replace("{invoice}", id).Replace("{number}", "MINE-1").Replace("{mandate}", reference).Replace("{prepared}", prepared));
            var nobodys = await AnswerAsync(method, nobody.Replace("{invoice}", unknown).Replace("{number}", "NOBODYS").Replace("{mandate}", "NOBODYS").Replace("{prepared}", "NOBODYS-2"));
            foreach (var (_, mine, none) in ids) theirs.Message = theirs.Message?.Replace(mine, none);
            Assert.True(nobodys == theirs, $"{method} {path}: {theirs}, and of nobody's {nobodys}");
            Assert.Equal(400, theirs.Status);
        }

        Assert.Equal(before, await CountsAsync());
        Assert.Equal("PENDING", (await owner.GetAsync("/invoice/MINE-1")).GetProperty("state").GetString());
        Assert.Equal("err_not_found", await EngineClient.RefusalAsync(other.SendAsync(HttpMethod.Delete, "/transfers/beneficiaries/BE91001732641076"), HttpStatusCode.NotFound));
        var held = (await owner.TakenAsync(HttpMethod.Post, "/reservation", ("mndtId", reference), ("amount", "5"))).GetProperty("id").GetString()!;
        Assert.Equal("err_not_found", await EngineClient.RefusalAsync(other.SendAsync(HttpMethod.Delete, "/reservation", null, ("X-RESERVATION", held))));
        using var statement = await other.SendAsync(HttpMethod.Post, "/reporting", new StringContent("twikey:BE68539007547034 name;msg;amount\nAn;MINE-OPEN;10000", System.Text.Encoding.UTF8, "text/plain"));
        Assert.Equal((HttpStatusCode.NoContent, "BOOKED"), (statement.StatusCode, (await owner.GetAsync("/invoice/MINE-OPEN")).GetProperty("state").GetString()));
        Assert.Equal(0, (await owner.GetAsync("/reporting")).GetProperty("Statements").GetArrayLength());
        foreach (var (path, list) in new[]
        {
            ("/files", "Files"), ("/transaction/query?fromId=0", "Entries"), ("/transaction/detail?id=" + tx, "Entries"), ("/subscription/query", "Subscriptions"), ("/collect", "Sdds"), ("/collect/query", "collections"), ("/transfers/beneficiaries", "beneficiaries"),
            ("/ibanblacklist", "accounts"), ("/transfer/complete", "CreditTransfers"), ("/transfer", "Entries"), ("/payment/link/feed?all=true", "Links"),
        })
            Assert.Equal(0, (await other.GetAsync(path)).GetProperty(list).GetArrayLength());
    }

    [Fact]
    public async Task Lists_and_feeds_have_nothing_of_the_other()
    {
        await owner.GivenASignedMandate("LIST");
        await owner.BookAsync(EngineClient.Invoice("LIST-1", 100m, "LIST"));
        await owner.BookAsync(EngineClient.Invoice("LIST-2", 100m, "LIST-2"));
        (await owner.FormAsync("/invoice/LIST-2/action", ("type", "manualPayment"))).Dispose();

        // Other tests of this class book for the other creditor too.
        foreach (var (path, list) in new[] { ("/mandate", "Messages"), ("/invoice", "Invoices") })
        {
            Assert.Contains("LIST", (await owner.GetAsync(path, ("X-RESUME-AFTER", "0"))).GetProperty(list).GetRawText());
            Assert.DoesNotContain("LIST", (await other.GetAsync(path, ("X-RESUME-AFTER", "0"))).GetProperty(list).GetRawText());
        }

        foreach (var (path, list) in new[] { ("/invoice/payment/feed", "Payments"), ("/transaction", "Entries") })
            Assert.Equal(0, (await other.GetAsync(path, ("X-RESUME-AFTER", "0"))).GetProperty(list).GetArrayLength());
        foreach (var query in new[] { "customerNumber=LIST", "email=LIST@example.org", "iban=BE68539007547034", "state=SIGNED" })
            Assert.Equal(0, (await other.GetAsync("/mandate/query?" + query)).GetProperty("Contracts").GetArrayLength());
        foreach (var query in new[] { "", "?ref=LIST-1", "?id=1", "?state=OPEN" })
            Assert.Equal(0, (await other.GetAsync("/transaction/detail" + query)).GetProperty("Entries").GetArrayLength());
        Assert.Equal(["Core"], (await other.GetAsync("/template")).EnumerateArray().Select(p => p.GetProperty("name").GetString()));
        Assert.Contains("Another company", (await other.GetAsync("/legal")).GetProperty("bySigning").GetString());
    }

    [Fact]
    public async Task Each_has_its_own_numbers_ids_and_customers()
    {
        var id = Guid.CreateVersion7();
        var mine = await owner.BookAsync(EngineClient.Invoice("SAME-1", 10m, "SAME", id: id));
        var theirs = await other.BookAsync(EngineClient.Invoice("SAME-1", 20m, "SAME", id: id));

        Assert.Equal((id, id), (mine.GetProperty("id").GetGuid(), theirs.GetProperty("id").GetGuid()));
        Assert.Equal(20m, (await other.GetAsync("/invoice/SAME-1")).GetProperty("amount").GetDecimal());
        Assert.NotEqual(mine.GetProperty("url").GetString(), theirs.GetProperty("url").GetString());
        Assert.Equal(2, await app.ReadEngineAsync(db => db.Customers.CountAsync(c => c.CustomerNumber == "SAME")));
    }

    [Fact]
    public async Task Nobody_books_on_the_customer_the_mandate_or_the_profile_of_the_other()
    {
        var reference = await owner.GivenASignedMandate("THEIR");
        var byRef = EngineClient.Invoice("BY-1", 10m, "X");
        (byRef["customerByRef"], byRef["customer"]) = ("THEIR", null);
        var byDocument = EngineClient.Invoice("BY-2", 10m, "X");
        (byDocument["customerByDocument"], byDocument["customer"]) = (reference, null);

        Assert.Equal("err_debtor_not_found", await EngineClient.RefusalAsync(other.PostInvoiceAsync(byRef)));
        Assert.Equal("err_no_contract", await EngineClient.RefusalAsync(other.PostInvoiceAsync(byDocument)));
        Assert.Equal("err_no_such_ct", await EngineClient.RefusalAsync(other.PostInvoiceAsync(EngineClient.Invoice("BY-3", 10m, "X", ct: 2))));
        Assert.Equal("err_no_such_ct", await EngineClient.RefusalAsync(other.FormAsync("/invite", ("ct", "2"), ("customerNumber", "X"))));
        Assert.Equal("BOOKED", (await other.BookAsync(EngineClient.Invoice("BY-4", 10m, "THEIR"))).GetProperty("state").GetString()); // a customer of its own, without mandate
    }

    [Fact]
    public async Task The_look_the_words_and_the_list_of_one_are_on_no_page_and_in_no_mail_of_the_other()
    {
        await app.ReadEngineAsync(async db =>
        {
            var (me, core) = (await db.Creditors.SingleAsync(c => c.Id == app.Access.CreditorId), await db.Profiles.SingleAsync(p => p.CreditorId == app.Access.CreditorId && p.Number == 1));
            (me.Accent, me.SupportUrl, me.LogoHash) = ("8a1c5b", "https://mine.example/", await Blob.KeepAsync(db, Logo.Draw(QrPicture.Png("mine", 8)), "image/png", app.Now(), CancellationToken.None));
            core.PageTextsJson = PageTexts.Written(new Dictionary<string, PageText> { ["nl"] = new("Only mine", null, "Only mine") });
            (await db.Profiles.ToListAsync()).ForEach(p => p.ShowsHistory = true);
            return await db.SaveChangesAsync();
        });
        var access = app.Engine.Services.GetRequiredService<CustomerAccess>();
        var marks = new[] { "8a1c5b", "mine.example", "Only mine", "/brand/", "cid:logo", "LOOK-MINE" };
        var seen = new Dictionary<EngineClient, string>();

        foreach (var (client, id, number) in new[] { (owner, app.Access.CreditorId, "LOOK-MINE"), (other, app.Other.CreditorId, "LOOK-THEIRS") })
        {
            var url = (await client.BookAsync(EngineClient.Invoice(number, 10m, "LOOK", due: "2031-01-01"))).GetProperty("url").GetString()!;
            await client.DoneAsync(HttpMethod.Post, $"/invoice/{number}/action", ("type", "email"));
            var (_, sign) = await client.InviteAsync("LOOK-SIGN", ("iban", "BE91001732641076"));
            var customer = await app.ReadEngineAsync(db => db.Customers.Where(c => c.CreditorId == id && c.CustomerNumber == "LOOK").Select(c => c.Id).SingleAsync());
            var mail = await app.ReadEngineAsync(db => db.Mails.AsNoTracking().SingleAsync(m => m.OwnerId == id && m.Purpose == "invoice" && m.To == "LOOK@example.org"));
            seen[client] = string.Join('\n', await client.Http.GetStringAsync(new Uri(url).AbsolutePath), await client.Http.GetStringAsync(sign), await client.Http.GetStringAsync("/history/" + access.ListVisitOf(customer, app.Now())), mail.Html, mail.Text);
        }

        Assert.All(marks, mark => Assert.Contains(mark, seen[owner]));
        Assert.All(marks, mark => Assert.DoesNotContain(mark, seen[other]));
        Assert.Contains("LOOK-THEIRS", seen[other]);
    }

    [Fact]
    public async Task Logging_out_ends_no_session_of_the_other()
    {
        await other.LogInAsync();
        (await owner.SendAsync(HttpMethod.Get, "")).Dispose();

        Assert.Equal(1, (await other.GetAsync("/template")).GetArrayLength());
        await owner.LogInAsync();
    }

    private async Task<(int Status, string? Error, string? Message)> AnswerAsync(string method, string path)
    {
        HttpContent? content = method switch
        {
            "PUT" => JsonContent.Create(new { title = "taken over", state = "paid" }),
            "POST" when path.StartsWith("/mandate") => new ByteArrayContent("%PDF-1.4"u8.ToArray()) { Headers = { ContentType = new("application/pdf") } },
            _ => null,
        };
        using var answer = await other.SendAsync(new(method), path, content);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return ((int)answer.StatusCode, answer.Headers.GetValues("ApiError").Single(), body.GetProperty("message").GetString());
    }

    private Task<string> CountsAsync() => app.ReadEngineAsync(async db =>
        $"{await db.Invoices.CountAsync()} {await db.Mandates.CountAsync()} {await db.InvoicePayments.CountAsync()} {await db.FeedEvents.CountAsync()} {await db.Mails.CountAsync()} {await db.Blobs.CountAsync()} {await db.DirectDebits.CountAsync()} {await db.PayLinks.CountAsync()} {await db.Transfers.CountAsync()} {await db.Customers.CountAsync()} {await db.BlockedAccounts.CountAsync()} {await db.Reservations.CountAsync()} {await db.Subscriptions.CountAsync()}");
}
