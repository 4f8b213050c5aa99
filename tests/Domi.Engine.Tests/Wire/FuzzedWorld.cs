using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Domi.Engine.CollectionRuns;
using Domi.Engine.Tests.Pages;
using Domi.Platform;
using Domi.Standards.BankFiles;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Wire;

/// <summary>What there is for calls to name: something of every kind, made anew now and then, because they end it.</summary>
internal sealed class FuzzedWorld(AppFixture app)
{
    private const string Account = "BE45734031872589";
    private const string LogInKey = "KeyOfTheFuzz0123456789"; // of its own: who fails to log in too often is locked out
    private static readonly string Drawing = Convert.ToBase64String(Rendering.QrPicture.Png("a signature", 2));

    private readonly Dictionary<string, List<string>> known = [];
    private readonly List<string> pages = [];

    public EngineClient Client { get; } = new(app);

    public string Token { get; private set; } = "";

    public async Task BeginAsync()
    {
        await app.ChangeCreditorAsync(c => c.Account = Standards.Iban.Parse(Account));
        await app.ChangeProfilesAsync(p => p.ExitUrl = "https://shop.example/?m={{mandateNumber}}&s={{status}}");
        await app.GivenAKeyAsync(LogInKey, asksForPassword: true);
    }

    public async Task LogInAsync() => Token = await Client.LogInAsync();

    public async Task RenewAsync(int round)
    {
        foreach (var list in known.Values.Append(pages)) list.RemoveRange(0, Math.Max(0, list.Count - 8));
        await app.ReadEngineAsync(async db => await db.FailedLogins.ExecuteDeleteAsync() + await db.BlockedAccounts.ExecuteDeleteAsync());
        await LogInAsync();
        var isOwnBank = round % 2 == 1;
        await CollectByAsync(isOwnBank);

        var name = $"W{round}";
        var (signed, _) = await Client.SignAsync("import", name, ("mandateNumber", "M" + name));
        var business = await Client.GivenASignedMandate(name + "B", ("ct", "2"), ("iban", "BE16645348971174"));
        var (invited, sign) = await Client.InviteAsync(name + "I");
        var (_, identify) = await Client.SignAsync("itsme", name + "E");
        Know("mndtId", signed, business, invited);
        Know("agreement", signed);
        Know("customerNumber", name, name + "B", name + "I");
        Know("email", $"{name.ToLowerInvariant()}@example.org");
        Know("key", sign[(sign.LastIndexOf('/') + 1)..]);

        var wanted = EngineClient.Invoice("F" + name, 10m, name + "N", due: "2200-01-01");
        wanted["pdf"] = "JVBERi0xLjQK";
        var invoice = await Client.BookAsync(wanted);
        await Client.BookAsync(EngineClient.Invoice("P" + name, 10m, name, due: "2200-01-01"));
        Know("invoice", "F" + name, invoice.GetProperty("id").GetString()!, "P" + name);
        var pay = PathOf(invoice.GetProperty("url"));

        foreach (var amount in new[] { 40m, 12m })
        {
            var made = await Client.TransactAsync(signed, amount, ("ref", $"T{name}-{amount}"));
            Know("transaction", made.GetProperty("id").ToString());
            Know("ref", $"T{name}-{amount}");
        }

        var collected = await Client.TakenAsync(HttpMethod.Post, "/collect", ("ct", "1"));
        if (collected.GetProperty("rcurMsgId").GetString() is { } run) Know("pmtinfid", run);
        await Client.TransactAsync(signed, 41m);
        await Client.TakenAsync(HttpMethod.Post, "/subscription", ("mndtId", signed), ("amount", "10"), ("message", "Fee"), ("ref", "S" + name), ("recurrence", "1m"), ("start", "2030-01-01"));
        Know("reference", "S" + name);
        Know("reservation", (await Client.TakenAsync(HttpMethod.Post, "/reservation", ("mndtId", business), ("amount", "5"), ("force", "true"))).GetProperty("id").GetString()!);
        using (var bulk = await Client.SendAsync(HttpMethod.Post, "/transaction/bulk", JsonContent.Create(new[] { new { mndtId = signed, amount = 50, message = "M" } })))
            Know("transaction batch", (await bulk.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("batchId").GetString()!);

        using (var bulk = await Client.SendAsync(HttpMethod.Post, "/invoice/bulk", JsonContent.Create(new JsonArray(EngineClient.Invoice("Q" + name, 10m, name)))))
            Know("invoice batch", (await bulk.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("batchId").GetString()!);
        using (var ubl = await Client.SendAsync(HttpMethod.Post, "/invoice/ubl", new ByteArrayContent(Document("/creditor/invoice/ubl", new(new(round)))!)))
            Know("invoice", (await ubl.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("number").GetString()!);

        var link = await Client.TakenAsync(HttpMethod.Post, "/payment/link", ("title", "Chair"), ("amount", "12"), ("ref", "L" + name));
        var template = await Client.TakenAsync(HttpMethod.Post, "/payment/link", ("title", "Chair"), ("isTemplate", "true"), ("ref", "X" + name));
        var paid = await Client.TakenAsync(HttpMethod.Post, "/payment/link", ("title", "Table"), ("amount", "30"), ("ref", "Y" + name));
        Know("link", link.GetProperty("id").ToString(), template.GetProperty("id").ToString(), paid.GetProperty("id").ToString());
        var debtor = new Debtor(app);
        await debtor.PayLinkAsync(PathOf(paid.GetProperty("url")));
        var go = await debtor.SubmitAsync(PathOf(link.GetProperty("url")) + "?handler=pay", ("nonce", await debtor.NonceAsync(PathOf(link.GetProperty("url")))), ("method", "card"));
        var payGo = await debtor.SubmitAsync(pay + "?handler=pay", ("nonce", await debtor.NonceAsync(pay)), ("method", "card"));
        await debtor.SubmitAsync(sign, Debtor.Details(await debtor.NonceAsync(sign), $"{name.ToLowerInvariant()}@example.org"));

        await Client.TakenAsync(HttpMethod.Post, "/transfers/beneficiaries", ("iban", "BE68539007547034"), ("name", "An"), ("address", "Veldstraat 11"), ("zip", "9000"), ("city", "Gent"), ("country", "BE"));
        Know("transfer", (await Client.TakenAsync(HttpMethod.Post, "/transfer", ("iban", "BE68539007547034"), ("amount", "5"), ("message", name))).GetProperty("Entries")[0].GetProperty("id").ToString());

        if (isOwnBank)
        {
            await Client.TakenAsync(HttpMethod.Post, "/transfer/complete");
            foreach (var format in new[] { StatementFile.Coda, "camt.053.001.08" }) using (await Client.SendAsync(HttpMethod.Post, "/reporting", new ByteArrayContent(Statement(format, new(new(round)))))) { }
        }

        using var visit = await debtor.Http.GetAsync(PathOf((await Client.TakenAsync(HttpMethod.Post, "/customeraccess", ("mndtId", signed))).GetProperty("url")));
        var fresh = await Client.InviteAsync(name + "J");
        pages.AddRange([
            pay, pay + "/pdf", sign, sign + "/mandate", sign + "/pdf", sign + "/exit", fresh.Page, identify!, PathOf(link.GetProperty("url")), PathOf(template.GetProperty("url")), go, "/simulator/" + go[(go.LastIndexOf('/') + 1)..], payGo, "/simulator/" + payGo[(payGo.LastIndexOf('/') + 1)..],
            visit.Headers.Location!.OriginalString, $"/{app.Access.MerchantId}/{invoice.GetProperty("id")}",
        ]);
        await app.ReadEngineAsync(async db =>
        {
            pages.AddRange(await db.Customers.OrderByDescending(c => c.Id).Take(2).Select(c => "/console/customers/" + c.Id).ToListAsync());
            pages.AddRange(await db.Invoices.OrderByDescending(i => i.Id).Take(2).Select(i => "/console/invoices/" + i.Id).ToListAsync());
            pages.AddRange(await db.Mandates.OrderByDescending(m => m.Number).Take(2).Select(m => "/console/agreements/" + m.Number).ToListAsync());
            pages.AddRange(await db.DirectDebits.OrderByDescending(d => d.Number).Take(2).Select(d => "/console/transactions/" + d.Number).ToListAsync());
            pages.AddRange(await db.PayLinks.OrderByDescending(l => l.Number).Take(2).Select(l => "/console/links/" + l.Number).ToListAsync());
            pages.AddRange(await db.CollectionRuns.OrderByDescending(r => r.Number).Take(2).Select(r => "/console/batches/" + r.Number).ToListAsync());
            pages.AddRange(await db.OutgoingFiles.OrderByDescending(f => f.Number).Take(2).Select(f => "/console/files/" + f.Number).ToListAsync());
            pages.AddRange(await db.BankStatements.OrderByDescending(s => s.Number).Take(3).Select(s => "/console/statements/" + s.Number).ToListAsync());
            pages.AddRange(await db.StatementItems.OrderByDescending(i => i.Number).Take(4).Select(i => "/console/reconciliation/" + i.Number).ToListAsync());
            pages.AddRange(await db.Transfers.OrderByDescending(t => t.Id).Take(2).Select(t => "/console/refunds/" + t.Id).ToListAsync());
            pages.AddRange(await db.Subscriptions.OrderByDescending(s => s.Number).Take(2).Select(s => "/console/subscriptions/" + s.Number).ToListAsync());
            Know("sent", [.. await db.DirectDebits.Where(d => d.RunId != null).OrderByDescending(d => d.Number).Take(4).Select(d => d.EndToEndId).ToListAsync(), .. await db.Transfers.OrderByDescending(t => t.Id).Take(1).Select(t => t.EndToEndId).ToListAsync()]);
            Know("file", [.. await db.ReconciliationFiles.Select(f => f.Name).Take(4).ToListAsync()]);
            return pages.Count;
        });
    }

    /// <summary>By the simulated bank, or by files that the creditor's own one gets.</summary>
    private Task<int> CollectByAsync(bool isOwnBank) => app.ReadEngineAsync(async db =>
    {
        var contract = await db.BankContracts.SingleOrDefaultAsync(c => c.CreditorId == app.Access.CreditorId);
        if (contract is null) db.BankContracts.Add(contract = new() { CreditorId = app.Access.CreditorId, CreatedAt = app.Now() });
        (contract.Account, contract.Holder, contract.ReleaseLimit, contract.HandOver, contract.IsActive) = (Standards.Iban.Parse(Account), "My company", 45m, HandOverWay.Download, isOwnBank);
        return await db.SaveChangesAsync();
    });

    /// <summary>What a bank might send of the creditor's account, about collections that it got and about nothing that is known.</summary>
    private byte[] Statement(string format, Rubbish rubbish)
    {
        var (parts, day, sum) = (new List<FilePart>(), app.Now().BrusselsDate(), 0m);
        for (var n = 1; n <= 3; n++)
        {
            var amount = rubbish.One([40m, 12m, 5m, -40m, -12m, -5m]);
            sum += amount;
            parts.Add(new Entry { Number = n, Amount = amount, Currency = "EUR", BookedOn = day, ValueOn = day, BankReference = $"B{rubbish.Below(1_000_000)}" });
            parts.Add(new EntryDetail
            {
                EntryNumber = n,
                Number = 1,
                Amount = amount,
                CounterpartyName = "An",
                EndToEndId = Plausible("/creditor/reporting", "sent", rubbish),
                MandateId = rubbish.Chance(50) ? Plausible("/creditor/reporting", "mndtId", rubbish) : null,
                ReturnReason = rubbish.Chance(40) ? rubbish.One(["AM04", "MD06", "NARR"]) : null,
                Text = Plausible("/creditor/reporting", "invoice", rubbish),
            });
        }

        using var file = new MemoryStream();
        var opening = rubbish.Below(100_000);
        StatementFile.Write(file, format, new()
        {
            Kind = FileKind.Statement,
            Id = $"F{rubbish.Below(1_000_000)}",
            Number = 1 + rubbish.Below(300),
            Account = Account,
            Currency = "EUR",
            Holder = "My company",
            From = day,
            Until = day,
            Balances = [new("OPBD", opening, day), new("CLBD", opening + sum, day)],
        }, parts, day.ToDateTime(new(18, 0)));
        return file.ToArray();
    }

    /// <summary>Addresses that a page of this pattern has.</summary>
    public IReadOnlyList<string> PagesOf(string pattern)
    {
        pattern = Regex.Replace(pattern, @"\{(\w+):(?:[^{}]|\{\{|\}\})*\}", "{$1}"); // without its constraint, which may have braces of its own
        var shape = new Regex("^" + Regex.Replace(Regex.Replace(pattern.Trim('/'), @"/\{[^}]*\?\}", "(/[^/]+)?"), @"\{[^}]*\}", "[^/]+") + "$");
        var fitting = pages.Where(p => shape.IsMatch(p.Trim('/'))).ToList();
        return fitting.Count > 0 ? fitting : ["/" + Regex.Replace(pattern.Trim('/'), @"\{[^}]*\}", "1")];
    }

    /// <summary>A value that a parameter of an operation may well have; null when it is none to guess.</summary>
    public string? Plausible(string path, string name, Rubbish rubbish)
    {
        string? Known(string kind) => known.TryGetValue(kind, out var list) && list.Count > 0 ? rubbish.One(list) : null;
        string New(string prefix) => prefix + rubbish.Below(1_000_000).ToString(CultureInfo.InvariantCulture);
        var operation = path.Split('/', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(1) ?? "";
        return name.ToLowerInvariant() switch
        {
            "apitoken" => LogInKey,
            "otp" => Twikey.OneTimePassword.Compute(app.Access.PrivateKey!, "own", TimeProvider.System.GetUtcNow()).ToString(CultureInfo.InvariantCulture),
            "ct" or "x-template" => rubbish.One(["1", "1", "1", "2", "0", "9"]),
            "id" or "uuid" when operation is "invoice" && path.Contains('{', StringComparison.Ordinal) => Known("invoice"),
            "id" when operation is "invoice" => rubbish.Chance(70) ? new Guid(rubbish.Below(int.MaxValue), 1, 2, [1, 2, 3, 4, 5, 6, 7, 8]).ToString() : Known("invoice"),
            "id" => Known(operation == "payment" ? "link" : operation) ?? "1",
            "invoice" or "i" or "relatedinvoicenumber" => Known("invoice"),
            "number" => New("N"),
            "agreement" => Known("agreement"),
            "mndtid" or "contractnumber" or "customerbydocument" or "x-contract" => Known("mndtId"),
            "mandatenumber" => New("Z"),
            "customernumber" or "customerbyref" or "customer" => rubbish.Chance(80) ? Known("customerNumber") : New("C"),
            "ref" or "txref" => rubbish.Chance(50) ? Known("ref") : New("R"),
            "reference" => Known("reference"),
            "x-reservation" or "reservation" => Known("reservation"),
            "batchid" => Known(operation + " batch"),
            "pmtinfid" => Known("pmtinfid"),
            "file" => Known("file"),
            "sent" => rubbish.Chance(70) ? Known("sent") : New("E"),
            "transfer" => Known("sent"),
            "transaction" => Known("transaction"),
            "key" => Known("key"),
            "email" or "cc" or "d" => rubbish.Chance(50) ? Known("email") : New("e") + "@example.org",
            "iban" => rubbish.One(["BE68539007547034", "BE68539007547034", "BE68539007547034", "BE91 0017 3264 1076", "BE16645348971174", "BE49473211985171", "NL91ABNA0417164300"]),
            "bic" => rubbish.One(["GKCCBEBB", "INGBNL2A", "RABONL2U"]),
            "method" => rubbish.One(["import", "digisign", "paper", "itsme", "idin", "emachtiging", "bancontact", "ideal", "sms", "eid", "card", "auto"]),
            "action" => rubbish.One(["suspend", "resume", "reoffer", "archive", "writeoff", "backup"]),
            "type" => operation == "mandate" ? rubbish.One(["invite", "reminder", "access", "automaticCheck"]) : rubbish.One(["email", "sms", "reminder", "reoffer", "manualPayment", "refund", "letter", "peppol", "smart", "invite", "paymentplan"]),
            "state" or "_state" or "status" => rubbish.One(["active", "passive", "signed", "prepared", "OPEN", "PAID", "booked", "archived", "cancelled", "suspended"]),
            "amount" or "transactionamount" or "subscriptionamount" or "initialamount" or "recurringamount" or "reservationminimum" or "paidamount" => rubbish.One(["10", "12.50", "0", "1", "40", "999"]),
            "terms" or "reminderdays" or "reminder" or "stopafter" or "subscriptionstopafter" or "page" or "days" => rubbish.One(["1", "2", "3"]),
            "recurrence" or "subscriptionrecurrence" => rubbish.One(["1w", "1m", "3m", "12m"]),
            "date" or "duedate" or "reqcolldt" or "colltndt" or "start" or "subscriptionstart" or "signdate" or "generated" or "from" or "until" or "ed" or "expiry" or "reservationexpiration" or "x-reset" => rubbish.One(["2026-03-20", "2027-01-31", "2026-01-05", "1900000000000", "2026-03-20T08:00:00Z"]),
            "l" or "locale" or "lang" => rubbish.One(["nl", "fr", "en", "de"]),
            "country" => "BE",
            "vatno" or "coc" or "enterprise" => "0712845377",
            "mobile" => "+32470112233",
            "digsig" or "drawing" => (rubbish.Chance(50) ? "data:image/png;base64," : "") + Drawing,
            "pdf" => "JVBERi0xLjQK",
            "pdfurl" or "redirecturl" => "https://127.0.0.1:1/x.pdf",
            "remittance" or "r" => "090933755493",
            "include" => rubbish.One(["customer", "meta", "lastpayment", "seq", "collection", "action", "refunds", "lastupdate", "cancelled_mandate"]),
            "x-resume-after" => rubbish.One(["0", "1", "10", "999999"]),
            "x-types" => rubbish.One(["CORE", "B2B", "CORE,B2B,CREDITCARD"]),
            "idempotency-key" => New("K"),
            "x-invoice-id" => Guid.Empty.ToString(),
            "format" => rubbish.One(["camt", "csv"]),
            "fromid" => rubbish.One(["0", "1", "20"]),
            "outcome" => rubbish.One(["approve", "refuse"]),
            "way" => rubbish.One(["code", "draw"]),
            "code" => "123456",
            "sdd" or "paylink" or "check" or "force" or "notify" or "manual" or "prenotify" or "all" or "sendinvite" or "banksignature" or "istemplate" or "refase2e" or "noconsumer" or "x-manual" or "x-force-transaction" => rubbish.One(["true", "false"]),
            "rsn" or "message" or "title" or "place" or "name" or "lastname" or "firstname" or "companyname" or "city" or "street" or "address" => rubbish.One(["Gent", "Ilse Goossens", "Société Générale d’été", "Weiß & Söhne"]),
            "zip" => "9000",
            "nonce" or "form-token" => null,
            _ => rubbish.One(["1", "x", "true"]),
        };
    }

    /// <summary>A body of another kind than a form or JSON, as the operation takes it; null when it takes none.</summary>
    public byte[]? Document(string path, Rubbish rubbish) => path switch
    {
        "/creditor/mandate/pdf" => "%PDF-1.4 \n%%EOF"u8.ToArray(),
        "/creditor/reporting" when rubbish.Chance(60) => Statement(rubbish.One([StatementFile.Coda, StatementFile.CodaTotals, "camt.053.001.02", "camt.053.001.08"]), rubbish),
        "/creditor/reporting" => Encoding.UTF8.GetBytes($"twikey:BE45734031872589 name;msg;amount;date;iban;bic\nAn;{Plausible(path, "r", rubbish)};1000;2026-03-17;BE68539007547034;GKCCBEBB\n"),
        "/creditor/invoice/ubl" => Encoding.UTF8.GetBytes($"""
            <?xml version="1.0" encoding="UTF-8"?>
            <Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
              <cbc:ID>{Plausible(path, "number", rubbish)}</cbc:ID><cbc:IssueDate>2026-03-17</cbc:IssueDate><cbc:DueDate>2031-04-16</cbc:DueDate><cbc:Note>Two chairs</cbc:Note><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
              <cac:AdditionalDocumentReference><cbc:ID>copy</cbc:ID><cac:Attachment><cbc:EmbeddedDocumentBinaryObject mimeCode="application/pdf">JVBERi0xLjQK</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>
              <cac:AccountingCustomerParty><cbc:SupplierAssignedAccountID>{Plausible(path, "customerNumber", rubbish)}</cbc:SupplierAssignedAccountID><cac:Party><cac:PartyName><cbc:Name>Goossens</cbc:Name></cac:PartyName><cac:Language><cbc:ID>fr</cbc:ID></cac:Language>
                <cac:PostalAddress><cbc:StreetName>Visserij 44</cbc:StreetName><cbc:CityName>Gent</cbc:CityName><cbc:PostalZone>9000</cbc:PostalZone><cac:Country><cbc:IdentificationCode>BE</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
                <cac:PartyTaxScheme><cbc:CompanyID>BE0712845377</cbc:CompanyID></cac:PartyTaxScheme><cac:Contact><cbc:Telephone>+3292000000</cbc:Telephone><cbc:ElectronicMail>u@example.org</cbc:ElectronicMail></cac:Contact></cac:Party></cac:AccountingCustomerParty>
              <cac:PaymentMeans><cbc:PaymentID>+++090/9337/55493+++</cbc:PaymentID></cac:PaymentMeans>
              <cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="EUR">100</cbc:LineExtensionAmount><cbc:TaxExclusiveAmount>100</cbc:TaxExclusiveAmount><cbc:TaxInclusiveAmount>121</cbc:TaxInclusiveAmount><cbc:PrepaidAmount>21</cbc:PrepaidAmount><cbc:PayableAmount currencyID="EUR">100.00</cbc:PayableAmount></cac:LegalMonetaryTotal>
            </Invoice>
            """),
        "/creditor/collect/import" => Encoding.UTF8.GetBytes($"""
            <?xml version="1.0" encoding="UTF-8"?>
            <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.008.001.02"><CstmrDrctDbtInitn><PmtInf><PmtInfId>{Plausible(path, "number", rubbish)}</PmtInfId><ReqdColltnDt>2026-03-20</ReqdColltnDt>
              <DrctDbtTxInf><PmtId><EndToEndId>{Plausible(path, "number", rubbish)}</EndToEndId></PmtId><InstdAmt Ccy="EUR">12.50</InstdAmt><DrctDbtTx><MndtRltdInf><MndtId>{Plausible(path, "mndtId", rubbish)}</MndtId></MndtRltdInf></DrctDbtTx><RmtInf><Ustrd>Fee</Ustrd></RmtInf></DrctDbtTxInf>
            </PmtInf></CstmrDrctDbtInitn></Document>
            """),
        _ => null,
    };

    private void Know(string kind, params string[] values)
    {
        if (!known.TryGetValue(kind, out var list)) known[kind] = list = [];
        list.AddRange(values);
    }

    private static string PathOf(JsonElement url) => new Uri(url.GetString()!).AbsolutePath;
}
