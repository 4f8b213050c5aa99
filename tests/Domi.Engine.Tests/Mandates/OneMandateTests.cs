using System.Text;
using System.Text.Json;
using Domi.Engine.Mandates;
using Domi.Engine.Tests.Pages;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Mandates;

public sealed class OneMandateTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);
    private readonly Debtor debtor = new(app);

    [Fact]
    public async Task A_mandate_is_read_whatever_the_case_of_its_number_and_unsigned_only_by_force()
    {
        var (reference, _) = await client.InviteAsync("DET-1");

        Assert.Equal("err_invalid_state", await EngineClient.RefusalAsync(DetailAsync(reference)));
        Assert.Equal(("PREPARED", "false"), await StateAsync(reference.ToLowerInvariant() + "&force=true"));
        await client.UploadAsync(reference);
        Assert.Equal(("SIGNED", "true"), await StateAsync(reference.ToLowerInvariant()));
        Assert.Equal("err_no_contract", await EngineClient.RefusalAsync(DetailAsync("NONE")));

        var mandate = (await client.GetAsync("/mandate/detail?mndtId=" + reference)).GetProperty("Mndt");
        foreach (var key in new[] { "MndtId", "LclInstrm", "Ocrncs", "MaxAmt", "CdtrSchmeId", "Cdtr", "Dbtr", "DbtrAcct", "DbtrAgt", "RfrdDoc", "SplmtryData" })
            Assert.True(mandate.TryGetProperty(key, out _), key);
        Assert.Equal(("BE68539007547034", "DET-1"), (mandate.GetProperty("DbtrAcct").GetString(), mandate.GetProperty("Dbtr").GetProperty("CtctDtls").GetProperty("Othr").GetString()));
    }

    [Fact]
    public async Task A_paper_is_kept_signs_what_was_prepared_and_is_given_back()
    {
        var (reference, _) = await client.InviteAsync("PAP-1");
        await client.UploadAsync(reference, "&signDate=2026-03-10&place=Gent");

        using var answer = await client.SendAsync(HttpMethod.Get, "/mandate/pdf?mndtId=" + reference);
        var mandate = await MandateAsync(reference);

        Assert.Equal($"%PDF-1.4 {reference}\n%%EOF", Encoding.ASCII.GetString(await answer.Content.ReadAsByteArrayAsync()));
        Assert.Equal((MandateState.Signed, "paper", new DateOnly(2026, 3, 10), "Gent"), (mandate.State, mandate.SignMethod, mandate.SignedOn, mandate.SignedPlace));
        Assert.Equal("invalid_file", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Post, "/mandate/pdf?mndtId=" + reference, new ByteArrayContent("no"u8.ToArray()))));
    }

    [Fact]
    public async Task What_was_signed_is_never_replaced_and_half_a_paper_signs_nothing()
    {
        var (reference, _) = await client.InviteAsync("PAP-9");
        Assert.Equal("invalid_file", await RefusalOfAsync(reference, "%PDF-1.4 cut o"));
        Assert.Equal(MandateState.Prepared, (await MandateAsync(reference)).State);
        await client.UploadAsync(reference);
        await client.UploadAsync(reference); // the same once more: the answer was lost

        Assert.Equal("err_invalid_state", await RefusalOfAsync(reference, "%PDF-1.4 another one %%EOF"));

        using var answer = await client.SendAsync(HttpMethod.Get, "/mandate/pdf?mndtId=" + reference);
        Assert.Equal($"%PDF-1.4 {reference}\n%%EOF", Encoding.ASCII.GetString(await answer.Content.ReadAsByteArrayAsync()));

        Task<string> RefusalOfAsync(string of, string paper) =>
            EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Post, "/mandate/pdf?mndtId=" + of, new ByteArrayContent(Encoding.ASCII.GetBytes(paper)) { Headers = { ContentType = new("application/pdf") } }));
    }

    [Fact]
    public async Task A_paper_without_an_account_collects_nothing()
    {
        var (reference, _) = await client.InviteAsync("PAP-2", ("iban", ""));
        await client.UploadAsync(reference);

        Assert.Equal(("SIGNED", "false"), await StateAsync(reference));
        Assert.Equal("BOOKED", (await client.BookAsync(EngineClient.Invoice("PAP-2", 50m, "PAP-2"))).GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_paper_between_businesses_waits_for_the_bank_unless_that_signed_too()
    {
        var (waiting, _) = await client.InviteAsync("PAP-3", ("ct", "2"), ("iban", "BE16645348971174"));
        var (refused, _) = await client.InviteAsync("PAP-4", ("ct", "2"), ("iban", "BE49473211985171"));
        var (whole, _) = await client.InviteAsync("PAP-5", ("ct", "2"));
        await client.UploadAsync(waiting);
        await client.UploadAsync(refused, "&bankSignature=false");
        await client.UploadAsync(whole, "&bankSignature=true");
        var before = (await StateAsync(waiting), await StateAsync(refused), await StateAsync(whole));
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromMinutes(30));

        Assert.Equal((("SIGNED_PENDING_DEBTOR_BANK", "false"), ("SIGNED_PENDING_DEBTOR_BANK", "false"), ("SIGNED", "true")), before);
        Assert.Equal((("SIGNED", "true"), ("CANCELLED", "false")), (await StateAsync(waiting), await StateAsync(refused)));
    }

    [Fact]
    public async Task A_paper_does_what_a_signature_on_the_page_does()
    {
        var pay = await debtor.BookAsync("PAP-6", 50m);
        var sign = await debtor.ToSigningAsync(pay);
        await debtor.SubmitAsync(sign, Debtor.Details(await debtor.NonceAsync(sign), "pap6@example.org"));
        var reference = await app.ReadEngineAsync(db => db.Mandates.Where(m => db.Invoices.Any(i => i.Id == m.InvoiceId && i.Number == "PAP-6")).Select(m => m.Reference).SingleAsync());

        await client.UploadAsync(reference);

        Assert.Equal("PENDING", (await client.GetAsync("/invoice/PAP-6")).GetProperty("state").GetString());
        Assert.Equal(1, await app.ReadEngineAsync(db => db.Mandates.CountAsync(m => db.Customers.Any(c => c.Id == m.CustomerId && c.CustomerNumber == "C-PAP-6"))));
    }

    [Fact]
    public async Task Twelve_papers_alike_at_once_are_all_taken()
    {
        var references = new List<string>();
        for (var i = 0; i < 12; i++) references.Add((await client.InviteAsync("SAME-" + i)).Reference);
        var paper = Encoding.ASCII.GetBytes("%PDF-1.4 one form for all" + new string('x', 200_000) + "%%EOF");

        var answers = await Task.WhenAll(references.Select(r => Task.Run(async () =>
        {
            using var answer = await client.SendAsync(HttpMethod.Post, "/mandate/pdf?mndtId=" + r, new ByteArrayContent(paper) { Headers = { ContentType = new("application/pdf") } });
            return answer.StatusCode;
        })));

        Assert.All(answers, status => Assert.Equal(HttpStatusCode.OK, status));
    }

    [Fact]
    public async Task A_mandate_ends_with_a_reason_and_once_and_a_prepared_one_is_gone()
    {
        var reference = await client.GivenASignedMandate("CAN-1");
        var (prepared, _) = await client.InviteAsync("CAN-2");

        Assert.Equal("err_provide_reason", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Delete, "/mandate?mndtId=" + reference)));
        using (var ended = await client.SendAsync(HttpMethod.Delete, $"/mandate?mndtId={reference}&rsn=over&notify=true")) Assert.Equal(HttpStatusCode.OK, ended.StatusCode);
        using (var gone = await client.SendAsync(HttpMethod.Delete, $"/mandate?mndtId={prepared}&rsn=over")) Assert.Equal(HttpStatusCode.OK, gone.StatusCode);

        Assert.Equal("err_invalid_state", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Delete, $"/mandate?mndtId={reference}&rsn=again")));
        Assert.Equal("err_no_contract", await EngineClient.RefusalAsync(DetailAsync(prepared + "&force=true")));
        Assert.Equal(("CANCELLED", "false"), await StateAsync(reference));
        Assert.Equal("over", (await client.GetAsync("/mandate/detail?mndtId=" + reference)).GetProperty("CxlRsn").GetProperty("Rsn").GetString());
        Assert.Equal(1, await app.ReadEngineAsync(db => db.Mails.CountAsync(m => m.To == "CAN-1@example.org" && m.Purpose == "mandate_cancelled")));
    }

    [Fact]
    public async Task A_transaction_that_ends_with_its_mandate_is_told_as_final()
    {
        var access = await app.GivenAKeyAsync("woken of transactions", "http://127.0.0.1:9/hook");
        var reference = await client.GivenASignedMandate("CAN-3");
        var made = await client.TransactAsync(reference, 40m);

        using (await client.SendAsync(HttpMethod.Delete, $"/mandate?mndtId={reference}&rsn=over")) { }

        var told = (await client.FeedAsync("/transaction", "Entries")).Last(e => e.GetProperty("id").GetInt64() == made.GetProperty("id").GetInt64());
        Assert.Equal(("OPEN", true), (told.GetProperty("state").GetString(), told.GetProperty("final").GetBoolean()));
        Assert.Contains("transaction:" + made.GetProperty("id"), await app.ReadEngineAsync(db => db.Deliveries.Where(d => db.ApiKeys.Any(k => k.Id == d.ApiKeyId && k.Description == access.ApiKey)).Select(d => d.ObjectKey).ToListAsync()));
    }

    [Fact]
    public async Task Mandates_are_found_by_customer_address_account_and_state()
    {
        var signed = await client.GivenASignedMandate("QRY-1", ("iban", "BE91001732641076"));
        var (prepared, _) = await client.InviteAsync("QRY-1", ("iban", ""));

        Assert.Equal([signed, prepared], await FoundAsync("customerNumber=QRY-1"));
        Assert.Equal([signed, prepared], await FoundAsync("email=qry-1@EXAMPLE.org"));
        var ofAccount = await FoundAsync("iban=BE91 0017 3264 1076"); // those of other tests are among them
        Assert.Contains(signed, ofAccount);
        Assert.DoesNotContain(prepared, ofAccount);
        Assert.Equal([prepared], await FoundAsync("customerNumber=QRY-1&state=prepared"));
        Assert.Equal([], await FoundAsync("customerNumber=QRY-9"));
    }

    [Fact]
    public async Task One_that_waits_on_paper_is_found_by_the_state_it_says()
    {
        var (paper, _) = await client.SignAsync("paper", "QRY-2");

        Assert.Equal("PRINT", await client.MandateStateAsync(paper));
        Assert.Equal([paper], await FoundAsync("customerNumber=QRY-2&state=print"));
        Assert.Equal([paper], await FoundAsync("customerNumber=QRY-2&state=PREPARED"));
    }

    [Fact]
    public async Task More_than_a_page_holds_is_read_by_its_links()
    {
        var (reference, _) = await client.InviteAsync("PAGES");
        await app.ReadEngineAsync(async db =>
        {
            var first = await db.Mandates.AsNoTracking().SingleAsync(m => m.Reference == reference);
            foreach (var i in Enumerable.Range(1, 500))
            {
                var other = new Mandate(first.CreditorId, first.ProfileId, first.CustomerId, $"PAGED{i}", first.Scheme, first.PreparedAt, Guid.CreateVersion7()) { Number = 700_000 + i, PageTokenHash = Secrets.HashOf($"PAGED{i}") };
                other.Expires(first.LinkExpiresAt);
                db.Mandates.Add(other);
            }

            return await db.SaveChangesAsync();
        });

        var (found, pages) = (new HashSet<string>(), 0);
        for (var page = "/mandate/query?customerNumber=PAGES"; page is not null; pages++)
        {
            var answer = await client.GetAsync(page);
            found.UnionWith(answer.GetProperty("Contracts").EnumerateArray().Select(c => c.GetProperty("mandateNumber").GetString()!));
            Assert.Equal(pages > 0, answer.GetProperty("_links").TryGetProperty("previous", out _));
            page = answer.GetProperty("_links").TryGetProperty("next", out var next) ? new Uri(next.GetString()!).PathAndQuery["/creditor".Length..] : null;
        }

        Assert.Equal((501, 2), (found.Count, pages));
    }

    private async Task<IEnumerable<string?>> FoundAsync(string query) =>
        (await client.GetAsync("/mandate/query?" + query)).GetProperty("Contracts").EnumerateArray().Select(c => c.GetProperty("mandateNumber").GetString()).ToList();

    private Task<HttpResponseMessage> DetailAsync(string reference) => client.SendAsync(HttpMethod.Get, "/mandate/detail?mndtId=" + reference);

    private async Task<(string State, string Collectable)> StateAsync(string reference)
    {
        using var answer = await DetailAsync(reference);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (answer.Headers.GetValues("X-STATE").Single(), answer.Headers.GetValues("X-COLLECTABLE").Single());
    }

    private Task<Mandate> MandateAsync(string reference) => app.ReadEngineAsync(db => db.Mandates.AsNoTracking().SingleAsync(m => m.Reference == reference));
}
