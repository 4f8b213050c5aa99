using System.Text.Json;
using System.Text.RegularExpressions;
using Domi.Engine.DirectDebits;
using Domi.Engine.Mandates;
using Domi.Engine.Profiles;
using Domi.Engine.Tests.Console;
using Domi.Engine.Tests.Pages;
using Domi.Engine.Users;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using UglyToad.PdfPig;

namespace Domi.Engine.Tests.Mandates;

/// <summary>Agreements on a card and contracts without an account, terms, questions and the methods that a profile offers.</summary>
public sealed class AgreementKindsTests(AppFixture app) : IClassFixture<AppFixture>, IAsyncLifetime
{
    private const string Card = "61";
    private const string Contract = "62";
    private const string Asking = "63";
    private const string Few = "64";

    private readonly EngineClient client = new(app);
    private readonly Debtor debtor = new(app);

    public async ValueTask InitializeAsync()
    {
        if (await app.ReadEngineAsync(db => db.Profiles.AnyAsync(p => p.Number == 61))) return;
        await app.ReadEngineAsync(db =>
        {
            Profile Of(int number, AgreementKind kind) => new() { CreditorId = app.Access.CreditorId, Number = number, Name = $"Club {number}", Prefix = $"K{number}X", Kind = kind, PrenotificationDays = 0, ShorterNotificationAgreed = true };
            var (contract, asking, few) = (Of(62, AgreementKind.Contract), Of(63, AgreementKind.DirectDebit), Of(64, AgreementKind.DirectDebit));
            contract.TermsJson = """{"en":"No dogs.\nClosed on Sunday.","nl":"Geen honden.\nZondag gesloten."}""";
            asking.AttributesJson = JsonSerializer.Serialize(new[]
            {
                new ProfileAttribute("Size", "select", "Your size", ["S", "M"], IsMandatory: true, IsReadOnly: false, IsAsked: true),
                new ProfileAttribute("Locker", "number", "", [], IsMandatory: false, IsReadOnly: false, IsAsked: true),
                new ProfileAttribute("Member", "text", "Member since", [], IsMandatory: false, IsReadOnly: true, IsAsked: true),
                new ProfileAttribute("Sports", "multi", "", ["Yoga", "Box", "Swim"], IsMandatory: false, IsReadOnly: false, IsAsked: true),
                new ProfileAttribute("Site", "text", "", [], IsMandatory: true, IsReadOnly: false),
            });
            few.SignMethods = "digisign,itsme,paper";
            db.Profiles.AddRange(Of(61, AgreementKind.CreditCard), contract, asking, few);
            return db.SaveChangesAsync();
        });
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("08/29", "PAID", null)]
    [InlineData("07/29", "ERROR", "AM04")]
    [InlineData("01/29", "ERROR", "MS02")]
    public async Task A_card_is_registered_on_the_page_and_charged_at_once_by_the_rules_of_its_expiry(string expiry, string state, string? reason)
    {
        var name = "CARD-" + expiry[..2];
        var (reference, page) = await InviteAsync(Card, name);
        var path = await debtor.SubmitAsync(page, Debtor.Details(await debtor.NonceAsync(page), name + "@example.org", iban: ""));
        Assert.DoesNotContain("name=\"way\"", await debtor.SeeAsync(path));
        var link = await debtor.SubmitAsync(path, ("nonce", await debtor.NonceAsync(path)), ("leave", "payment"));
        Assert.DoesNotContain("Bancontact", await debtor.SeeAsync(link));
        await RegisterAsync(link, expiry);

        Assert.Equal("SIGNED", await client.MandateStateAsync(reference));
        Assert.Contains("K61X", reference);
        var invoice = await client.BookAsync(EngineClient.Invoice(name, 40m, name, ct: 61, due: "2031-01-01"));
        Assert.Equal("PENDING", invoice.GetProperty("state").GetString());
        await client.TransactAsync(reference, 12m);
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromMinutes(1));

        var charged = (await client.GetAsync("/transaction/detail?mndtId=" + reference)).GetProperty("Entries").EnumerateArray().ToList();
        Assert.Equal(2, charged.Count);
        var first = await app.ReadEngineAsync(db => db.DirectDebits.OrderBy(d => d.Attempt).FirstAsync(d => d.Ref == name));
        Assert.True(first.IsCard);
        Assert.Equal((state == "PAID" ? DirectDebitState.Paid : DirectDebitState.Failed, reason), (first.State, first.ReasonCode));
        Assert.Equal("Ilse Goossens", await app.ReadEngineAsync(db => db.Mandates.Where(m => m.Reference == reference).Select(m => m.DebtorName).SingleAsync()));
        var told = (await client.GetAsync($"/invoice/{name}?include=lastpayment")).GetProperty("lastpayment")[0];
        Assert.Equal(("rcc", false), (told.GetProperty("method").GetString(), told.TryGetProperty("iban", out _)));
        Assert.Equal("psp", (await client.FeedAsync("/invoice/payment/feed", "Payments")).First(p => p.GetProperty("origin").GetProperty("number").GetString() == name).GetProperty("gateway").GetProperty("type").GetString());

        var message = (await client.FeedAsync("/mandate", "Messages")).Single(m => IsOf(m, reference)).GetProperty("Mndt");
        Assert.Equal("CREDITCARD", message.GetProperty("LclInstrm").GetString());
        var more = message.GetProperty("SplmtryData").EnumerateArray().ToDictionary(s => s.GetProperty("Key").GetString()!, s => s.GetProperty("Value").ToString());
        Assert.Equal(("1111", $"2029-{expiry[..2]}-31", "visa"), (more["_last"], more["_expiry"], more["_cctype"]));
        Assert.DoesNotContain("4111", message.ToString());
    }

    [Fact]
    public async Task A_wrong_card_is_said_at_its_field_and_signs_nothing()
    {
        var (reference, link) = await client.SignAsync("visa", "CARD-NO", ("ct", Card), ("iban", ""));
        var go = await debtor.SubmitAsync(link + "?handler=pay", ("nonce", await debtor.NonceAsync(link!)), ("method", "card"));
        var bank = "/simulator/" + go[(go.LastIndexOf('/') + 1)..];
        foreach (var (card, expiry) in new[] { ("4111111111111112", "08/29"), ("", "08/29"), ("4111111111111111", "13/29"), ("4111111111111111", ""), ("4111111111111111", "02/26") })
            Assert.Contains("aria-invalid=\"true\"", await debtor.RedrawnAsync(bank, ("outcome", "approve"), ("card", card), ("expiry", expiry)));

        Assert.Equal("PREPARED", await client.MandateStateAsync(reference));
    }

    [Fact]
    public async Task A_card_that_another_system_holds_is_taken_over_with_its_token()
    {
        var (reference, _) = await client.SignAsync("import", "CARD-IMP", ("ct", Card), ("iban", ""), ("_psptoken", "tok_77"), ("_expiry", "2030-08-01"), ("_last", "4242"), ("_cust", "cus_1"));

        var mandate = await app.ReadEngineAsync(db => db.Mandates.SingleAsync(m => m.Reference == reference));
        Assert.Equal((MandateState.Signed, "tok_77", new DateOnly(2030, 8, 31), "cus_1", true), (mandate.State, mandate.CardToken, mandate.CardExpiresOn, mandate.CardHolderId, mandate.IsCollectable));
        Assert.Equal("err_missing_params", await RefusedAsync(("ct", Card), ("method", "import")));
        Assert.Equal("err_invalid_params", await RefusedAsync(("ct", Card), ("method", "import"), ("_psptoken", "t"), ("_expiry", "2030-08-01"), ("_last", "42")));
    }

    [Fact]
    public async Task A_charge_is_given_back_to_the_account_that_is_typed_for_a_card_has_none()
    {
        var (reference, _) = await client.SignAsync("import", "CARD-BACK", ("ct", Card), ("iban", ""), ("_psptoken", "tok_78"), ("_expiry", "2030-08-01"), ("_last", "4242"));
        var number = (await client.TransactAsync(reference, 44m)).GetProperty("id").ToString();
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromMinutes(1));
        using var person = await Person.OfAsync(app, ConsoleRole.Administrator);
        var path = "/console/transactions/" + number;
        Assert.Contains("id=\"Refund-iban\"", await person.GetAsync(path));

        foreach (var wrong in new[] { "", "BE00" })
            using (await person.DoAsync(path + "?handler=Refund", ("amount", "4"), ("message", "Back"), ("iban", wrong))) Assert.Contains("callout bad", await person.GetAsync(path));
        using (await person.SureAsync(path + "?handler=Refund", ("amount", "4"), ("message", "Back"), ("iban", "BE91 0017 3264 1076"))) { }

        var transfer = await app.ReadEngineAsync(db => db.Transfers.SingleAsync(t => db.DirectDebits.Any(d => d.Id == t.DirectDebitId && db.Mandates.Any(m => m.Id == d.MandateId && m.Reference == reference))));
        Assert.Equal((4m, "BE91001732641076"), (transfer.Amount, transfer.Account.Value));
    }

    [Fact]
    public async Task A_charge_is_moved_to_any_day_of_the_week()
    {
        var (reference, _) = await client.SignAsync("import", "CARD-DAY", ("ct", Card), ("iban", ""), ("_psptoken", "tok_79"), ("_expiry", "2031-08-01"), ("_last", "4242"));
        var made = await client.TransactAsync(reference, 44m, ("reqcolldt", "2030-06-14"));

        await client.DoneAsync(HttpMethod.Put, "/transaction", ("id", made.GetProperty("id").ToString()), ("reqcolldt", "2030-06-16")); // a Sunday

        Assert.Equal("2030-06-16", (await client.TransactionAsync(made)).GetProperty("reqcolldt").GetString());
        await client.DoneAsync(HttpMethod.Delete, "/transaction", ("id", made.GetProperty("id").ToString()));
    }

    [Fact]
    public async Task Who_has_a_card_that_expires_is_asked_for_another_and_without_one_the_agreement_is_over()
    {
        var end = app.Now().BrusselsDate().AddMonths(2);
        (string, string)[] card = [("ct", Card), ("iban", ""), ("_psptoken", "tok_1"), ("_expiry", end.ToString("O")), ("_last", "4242"), ("_cctype", "visa")];
        var (renewed, _) = await client.SignAsync("import", "EXP-1", card);
        var (lapsed, _) = await client.SignAsync("import", "EXP-2", card);
        await client.TransactAsync(lapsed, 40m, ("reqcolldt", end.AddMonths(3).ToString("O")));
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(20));
        Assert.Equal(0, await app.ReadEngineAsync(db => db.Mails.CountAsync(m => m.Purpose == "card_expiry")));

        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(35));
        var mail = await app.ReadEngineAsync(db => db.Mails.SingleAsync(m => m.Purpose == "card_expiry" && m.To == "EXP-1@example.org"));
        Assert.Contains("visa •••• 4242", mail.Text);
        var link = new Uri(mail.Text.Split('\n').Single(l => l.StartsWith("http", StringComparison.Ordinal))).AbsolutePath;
        await RegisterAsync(link, "10/31");
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(60));

        Assert.Equal(("SIGNED", "CANCELLED"), (await client.MandateStateAsync(renewed), await client.MandateStateAsync(lapsed)));
        var mandate = await app.ReadEngineAsync(db => db.Mandates.SingleAsync(m => m.Reference == renewed));
        Assert.Equal((new DateOnly(2031, 10, 31), "1111"), (mandate.CardExpiresOn, mandate.CardLast));
        var told = await client.FeedAsync("/mandate", "Messages");
        Assert.Equal("_T50", told.Single(m => m.TryGetProperty("AmdmntRsn", out _) && m.GetProperty("OrgnlMndtId").GetString() == renewed).GetProperty("AmdmntRsn").GetProperty("Rsn").GetString());
        Assert.Equal("The card expired", told.Single(m => m.TryGetProperty("CxlRsn", out _) && m.GetProperty("OrgnlMndtId").GetString() == lapsed).GetProperty("CxlRsn").GetProperty("Rsn").GetString());
        Assert.Equal(DirectDebitState.Withdrawn, await app.ReadEngineAsync(db => db.DirectDebits.Where(d => db.Mandates.Any(m => m.Id == d.MandateId && m.Reference == lapsed)).Select(d => d.State).SingleAsync()));
        Assert.Equal(2, await app.ReadEngineAsync(db => db.Mails.CountAsync(m => m.Purpose == "card_expiry")));
    }

    [Fact]
    public async Task A_direct_debit_that_nobody_used_for_three_years_has_lapsed_and_nothing_else_has()
    {
        (string, string) longAgo = ("signDate", "2023-01-10");
        var (mandate, _) = await client.SignAsync("import", "OLD-1", longAgo);
        var (contract, _) = await client.SignAsync("import", "OLD-2", ("ct", Contract), ("iban", ""), longAgo);
        var (card, _) = await client.SignAsync("import", "OLD-3", ("ct", Card), ("iban", ""), ("_psptoken", "tok_1"), ("_expiry", "2039-08-01"), ("_last", "4242"), longAgo);
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(1));

        Assert.Equal(("CANCELLED", "SIGNED", "SIGNED"), (await client.MandateStateAsync(mandate), await client.MandateStateAsync(contract), await client.MandateStateAsync(card)));
    }

    [Fact]
    public async Task A_contract_is_signed_without_an_account_and_its_terms_are_ticked_and_kept()
    {
        var (reference, page) = await InviteAsync(Contract, "CON-1", ("l", "en"));
        Assert.DoesNotContain("name=\"iban\"", await debtor.SeeAsync(page));
        var (path, code) = await debtor.ToCodeAsync(page, "con-1@example.org", iban: "");
        var shown = await debtor.SeeAsync(path);
        Assert.Contains("No dogs.\nClosed on Sunday.", shown);

        Assert.Contains("Tick this box", await debtor.RedrawnAsync(path, ("nonce", Debtor.NonceOf(shown)), ("way", "code"), ("code", code)));
        Assert.Equal("PREPARED", await client.MandateStateAsync(reference));
        await debtor.SubmitAsync(path, ("nonce", await debtor.NonceAsync(path)), ("way", "code"), ("code", code), ("terms", "true"));

        Assert.Equal("SIGNED", await client.MandateStateAsync(reference));
        var mandate = await app.ReadEngineAsync(db => db.Mandates.SingleAsync(m => m.Reference == reference));
        Assert.Equal("No dogs.\nClosed on Sunday.", mandate.Evidence!.Terms);
        Assert.Contains("No dogs.", mandate.Evidence.Text);
        using var pdf = PdfDocument.Open(await (await debtor.Http.GetAsync(page + "/pdf")).Content.ReadAsByteArrayAsync());
        var text = string.Concat(pdf.GetPages().Select(p => p.Text));
        Assert.Contains("Closed on Sunday.", text);
        Assert.DoesNotContain("IBAN", text);
        Assert.Equal("err_invalid_state", await EngineClient.RefusalAsync(client.FormAsync("/transaction", ("mndtId", reference), ("amount", "40"), ("message", "Fee"))));
        Assert.Equal("BOOKED", (await client.BookAsync(EngineClient.Invoice("CON-1", 40m, "CON-1", ct: 62, due: "2031-01-01"))).GetProperty("state").GetString());
        Assert.DoesNotContain(await client.FeedAsync("/mandate", "Messages"), m => IsOf(m, reference)); // only for who asks for contracts
        using var asked = await client.SendAsync(HttpMethod.Get, "/mandate", null, ("X-RESUME-AFTER", "0"), ("X-TYPES", "CONTRACT"));
        Assert.Contains(reference, await asked.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_document_that_comes_with_an_invitation_is_read_agreed_to_and_named_by_its_fingerprint()
    {
        var pdf = "%PDF-1.4 the contract itself"u8.ToArray();
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(pdf));
        Assert.Equal("invalid_file", await EngineClient.RefusalAsync(client.FormAsync("/invite", ("ct", Contract), ("customerNumber", "NOBODY"), ("document", Convert.ToBase64String("no pdf"u8)))));
        var (reference, page) = await InviteAsync(Contract, "DOC-1", ("l", "en"), ("document", Convert.ToBase64String(pdf)));
        var (path, code) = await debtor.ToCodeAsync(page, "doc-1@example.org", iban: "");
        Assert.Contains(page + "/document", await debtor.SeeAsync(path));
        using var read = await debtor.Http.GetAsync(page + "/document");
        Assert.Equal(pdf, await read.Content.ReadAsByteArrayAsync());
        Assert.Contains("Tick this box", await debtor.RedrawnAsync(path, ("nonce", await debtor.NonceAsync(path)), ("way", "code"), ("code", code)));
        await debtor.SubmitAsync(path, ("nonce", await debtor.NonceAsync(path)), ("way", "code"), ("code", code), ("terms", "true"));

        var mandate = await app.ReadEngineAsync(db => db.Mandates.SingleAsync(m => m.Reference == reference));
        Assert.Contains("SHA-256 " + hash, mandate.Evidence!.Text);
        using var signed = PdfDocument.Open(await (await debtor.Http.GetAsync(page + "/pdf")).Content.ReadAsByteArrayAsync());
        Assert.Contains(hash[..8], string.Concat(signed.GetPages().Select(p => p.Text)));
        var (elsewhere, _) = await client.SignAsync("import", "DOC-2", ("ct", Contract), ("iban", ""), ("document", Convert.ToBase64String(pdf)));
        using var kept = await client.SendAsync(HttpMethod.Get, "/mandate/pdf?mndtId=" + elsewhere);
        Assert.Equal(pdf, await kept.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_payment_that_signs_says_what_is_signed_by_it()
    {
        var (reference, link) = await client.SignAsync("visa", "CARD-SAYS", ("ct", Card), ("iban", ""), ("l", "en"));
        Assert.Contains("By paying you sign this.", await debtor.SeeAsync(link!));

        await RegisterAsync(link!, "08/29");
        Assert.Equal("SIGNED", await client.MandateStateAsync(reference));
        Assert.DoesNotContain("By paying you sign this.", await debtor.SeeAsync(link!));
    }

    [Fact]
    public async Task Who_pays_by_card_sees_it_on_his_own_page_and_gives_another_one()
    {
        var (reference, _) = await client.SignAsync("import", "MY-CARD", ("ct", Card), ("iban", ""), ("l", "en"), ("_psptoken", "tok_1"), ("_expiry", "2030-08-01"), ("_last", "4242"), ("_cctype", "visa"));
        await client.SignAsync("import", "MY-CARD", ("ct", Contract), ("iban", ""));
        var entry = new Uri((await client.TakenAsync(HttpMethod.Post, "/customeraccess", ("mndtId", reference))).GetProperty("url").GetString()!).AbsolutePath;
        using var entered = await debtor.Http.GetAsync(entry);
        var mine = entered.Headers.Location!.OriginalString;
        var html = await debtor.SeeAsync(mine);
        Assert.Contains("visa •••• 4242", html);
        Assert.DoesNotContain("name=\"iban\"", html);
        Assert.Single(Regex.Matches(html, "handler=stop")); // a contract is not ended by one of its parties alone

        var id = await app.ReadEngineAsync(db => db.Mandates.Where(m => m.Reference == reference).Select(m => m.Id).SingleAsync());
        var nonce = Debtor.NonceOf(html);
        var link = await debtor.SubmitAsync(mine + "?handler=card", ("nonce", nonce), ("mandate", id.ToString()));
        Assert.Equal(link, await debtor.SubmitAsync(mine + "?handler=card", ("nonce", nonce), ("mandate", id.ToString())));
        await RegisterAsync(link, "10/31");
        Assert.Contains("visa •••• 1111", await debtor.SeeAsync(mine));

        var again = await debtor.SubmitAsync(mine + "?handler=card", ("nonce", await debtor.NonceAsync(mine)), ("mandate", id.ToString()));
        await debtor.SubmitAsync(mine + "?handler=stop", ("nonce", await debtor.NonceAsync(mine)), ("mandate", id.ToString()));
        Assert.DoesNotContain("name=\"method\"", await debtor.SeeAsync(again)); // nobody pays for an agreement that is over
    }

    [Fact]
    public async Task Who_pays_by_card_reads_of_his_card_and_of_no_account_and_no_mandate()
    {
        var (reference, _) = await client.SignAsync("import", "C-CARD-WORDS", ("ct", Card), ("iban", ""), ("l", "en"), ("_psptoken", "tok_1"), ("_expiry", "2032-08-01"), ("_last", "4242"), ("_cctype", "visa"));
        var pay = await debtor.BookAsync("CARD-WORDS", 44m, ct: 61, shape: i => (i["manual"], i["locale"], i["customer"]!["l"]) = (true, "en", "en"));

        Says(await debtor.SeeAsync(pay), "charged to your card visa •••• 4242");
        await debtor.SubmitAsync(pay + "?handler=schedule", ("nonce", await debtor.NonceAsync(pay)), ("day", "2031-03-01"));
        Says(await debtor.SeeAsync(pay), "charges this amount to your card");
        Says((await debtor.MailsAsync("C-CARD-WORDS@example.org"))[^1].TextBody, "to your card visa •••• 4242", "Agreement: " + reference);

        var entry = new Uri((await client.TakenAsync(HttpMethod.Post, "/customeraccess", ("mndtId", reference))).GetProperty("url").GetString()!).AbsolutePath;
        using var entered = await debtor.Http.GetAsync(entry);
        Says(await debtor.SeeAsync(entered.Headers.Location!.OriginalString), "Your agreements at", "Stop this agreement");

        static void Says(string? text, params string[] words)
        {
            foreach (var word in words) Assert.Contains(word, text);
            Assert.DoesNotMatch("(?i)this mandate|mandates|your account|direct debit|creditor identifier", text);
        }
    }

    [Fact]
    public async Task Clients_are_told_what_a_profile_is_about()
    {
        var profiles = (await client.GetAsync("/template")).EnumerateArray().ToDictionary(p => p.GetProperty("id").GetInt32());
        Assert.Equal(("CREDITCARD", "CONTRACT"), (profiles[61].GetProperty("type").GetString(), profiles[62].GetProperty("type").GetString()));
        Assert.Equal(["_psptoken", "_expiry", "_last", "_cust", "_cctype"], profiles[61].GetProperty("Attributes").EnumerateArray().Select(a => a.GetProperty("name").GetString()));
        var (_, byCard) = await client.SignAsync("auto", "AUTO-CARD", ("ct", Card), ("iban", ""));
        var (_, onPage) = await client.SignAsync("auto", "AUTO-FEW", ("ct", Contract), ("iban", "NL91ABNA0417164300"));
        Assert.Equal(("/payment/", "/sign/"), (byCard![..9], onPage![..6])); // iDEAL is no way to sign a contract
    }

    [Fact]
    public async Task The_profiles_questions_are_asked_on_the_page_and_answered_at_their_fields()
    {
        Assert.Equal("err_missing_attributes", await EngineClient.RefusalAsync(client.FormAsync("/invite", ("ct", Asking), ("customerNumber", "ASK-NO")))); // Site is not asked on the page
        Assert.Equal("err_missing_attributes", await RefusedAsync(("ct", Asking), ("method", "import"), ("Site", "Gent"))); // no page, nothing is asked later
        var (reference, page) = await InviteAsync(Asking, "ASK-1", ("Site", "Gent"), ("Member", "2019"), ("l", "en"));
        var html = await debtor.SeeAsync(page);
        Assert.Contains("Your size", html);
        Assert.Contains("<dd>2019</dd>", html);
        Assert.DoesNotContain("Site", Debtor.Text(html));

        (string, string)[] wrong = [("q0", "XXL"), ("q1", "many"), ("q2", "1900"), ("q3", "Yoga")];
        var redrawn = await debtor.RedrawnAsync(page, Debtor.Details(Debtor.NonceOf(html), "ask-1@example.org", more: wrong));
        Assert.Contains("Choose from the list.", redrawn);
        Assert.Contains("Enter a number.", redrawn);
        Assert.Contains("This needs an answer.", await debtor.RedrawnAsync(page, Debtor.Details(Debtor.NonceOf(html), "ask-1@example.org")));
        var path = await debtor.SubmitAsync(page, Debtor.Details(Debtor.NonceOf(html), "ask-1@example.org", more: [("q0", "M"), ("q1", "12"), ("q2", "1900"), ("q3", "Yoga"), ("q3", "Swim"), ("q3", "Chess")]));

        Assert.Contains("Yoga, Swim", await debtor.SeeAsync(path));
        var told = (await client.MandateAsync(reference)).GetProperty("SplmtryData").EnumerateArray().ToDictionary(s => s.GetProperty("Key").GetString()!, s => s.GetProperty("Value").ToString());
        Assert.Equal(("M", "12", "2019", "Yoga,Swim", "Gent"), (told["Size"], told["Locker"], told["Member"], told["Sports"], told["Site"]));
    }

    [Fact]
    public async Task What_a_profile_does_not_offer_is_refused_and_not_shown()
    {
        foreach (var method in new[] { "sms", "bancontact", "email", "idin" })
            Assert.Equal("err_invalid_params", await RefusedAsync(("ct", Few), ("method", method), ("iban", "BE68539007547034"), ("mobile", "+32470112233"), ("bic", "INGBNL2A")));
        Assert.Equal("err_invalid_params", await EngineClient.RefusalAsync(client.FormAsync("/prepare", ("ct", Few), ("customerNumber", "FEW-NO"), ("method", "sms"))));
        foreach (var method in new[] { "itsme", "bancontact", "email", "digisign" }) Assert.Equal("err_invalid_params", await RefusedAsync(("ct", Card), ("method", method), ("digsig", Convert.ToBase64String(Domi.Rendering.QrPicture.Png("a signature", 2)))));
        Assert.Equal(0, await app.ReadEngineAsync(db => db.Customers.CountAsync(c => c.CustomerNumber == "NOBODY" || c.CustomerNumber == "FEW-NO")));

        var (_, page) = await InviteAsync(Few, "FEW-1", ("l", "en"));
        var path = await debtor.SubmitAsync(page, Debtor.Details(await debtor.NonceAsync(page), "few-1@example.org"));
        var html = await debtor.SeeAsync(path);
        Assert.Equal((true, true, false, false), (html.Contains("draw-way"), html.Contains("value=\"itsme\""), html.Contains("code-way"), html.Contains("value=\"eid\"")));
        Assert.Contains("Form to sign on paper", html);
        await debtor.SubmitAsync(path + "?handler=code", ("nonce", Debtor.NonceOf(html)));
        Assert.Equal(0, await app.ReadEngineAsync(db => db.Mails.CountAsync(m => m.Purpose == "code" && m.To == "few-1@example.org")));
        var nonce = Debtor.NonceOf(html);
        var identify = await debtor.SubmitAsync(path, ("nonce", nonce), ("leave", "itsme"));
        Assert.Equal(identify, await debtor.SubmitAsync(path, ("nonce", nonce), ("leave", "itsme"))); // one form leaves once
        await debtor.IdentifyAsync(identify);
        Assert.Equal("itsme", await app.ReadEngineAsync(db => db.Mandates.Where(m => m.Reference.StartsWith("K64X")).Select(m => m.SignMethod).SingleAsync()));
    }

    [Fact]
    public async Task A_bank_that_takes_no_mandate_between_businesses_but_on_paper_decides_for_its_customer()
    {
        const string notConnected = "BE07953000000066"; // Beobank
        (string, string)[] business = [("ct", "2"), ("companyName", "Goossens bv"), ("coc", "0712845377"), ("iban", notConnected)];
        Assert.Equal("err_invalid_params", await RefusedAsync([("method", "itsme"), .. business]));
        var (reference, page) = await client.InviteAsync("B2B-PAPER", [("l", "en"), .. business]);
        var path = await debtor.SubmitAsync(page, Debtor.Details(await debtor.NonceAsync(page), "b@example.org", notConnected, ("enterprise", "0712845377"), ("noconsumer", "true")));
        var html = await debtor.SeeAsync(path);
        Assert.Contains("on paper only", html);
        Assert.DoesNotContain("code-way", html);
        using var pdf = PdfDocument.Open(await (await debtor.Http.GetAsync(page + "/pdf")).Content.ReadAsByteArrayAsync());
        Assert.Contains(reference, string.Concat(pdf.GetPages().Select(p => p.Text)));
    }

    // A cancellation tells no mandate.
    private static bool IsOf(JsonElement message, string reference) => message.TryGetProperty("Mndt", out var mandate) && mandate.GetProperty("MndtId").GetString() == reference;

    private async Task RegisterAsync(string link, string expiry)
    {
        var go = await debtor.SubmitAsync(link + "?handler=pay", ("nonce", await debtor.NonceAsync(link)), ("method", "card"));
        await debtor.SubmitAsync("/simulator/" + go[(go.LastIndexOf('/') + 1)..], ("outcome", "approve"), ("card", "4111 1111 1111 1111"), ("expiry", expiry));
    }

    private Task<(string Reference, string Page)> InviteAsync(string profile, string customer, params (string, string)[] more) => client.InviteAsync(customer, [("ct", profile), ("iban", ""), .. more]);

    private Task<string> RefusedAsync(params (string, string)[] form) => EngineClient.RefusalAsync(client.FormAsync("/sign", [("customerNumber", "NOBODY"), ("email", "nobody@example.org"), .. form]));
}
