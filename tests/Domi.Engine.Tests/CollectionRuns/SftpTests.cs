using System.Globalization;
using Domi.Engine.CollectionRuns;
using Domi.Engine.Statements;
using Domi.Engine.Tests.Console;
using Domi.Engine.Users;
using Domi.Platform;
using Domi.Standards;
using Domi.Standards.BankFiles;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Tests.CollectionRuns;

/// <summary>Files to the bank and from it over SFTP, against OpenSSH's own server.</summary>
public sealed class SftpTests(AppFixture app) : IClassFixture<AppFixture>
{
    private static int numbers = 700;

    private readonly EngineClient client = new(app);

    [Fact]
    public async Task Nothing_leaves_before_a_person_confirmed_the_servers_key_nor_when_it_shows_another_and_each_file_is_there_once()
    {
        await using var bank = await SftpServer.StartAsync();
        using var person = await Person.OfAsync(app, ConsoleRole.Controller);
        await SetAsync(person, bank);
        Assert.DoesNotContain("PRIVATE KEY", await person.GetAsync("/console/bank"));
        Assert.DoesNotContain("PRIVATE KEY", (await ContractAsync()).SftpSecretSealed);

        var first = await ReleasedAsync("KEY-1");
        Assert.Equal("bank_server_unconfirmed", await HandOverAsync(first));
        var key = await bank.FingerprintAsync();
        using (await person.DoAsync("/console/bank?handler=Connect")) { }
        Assert.Contains(key, WebUtility.HtmlDecode(await person.GetAsync("/console/bank")));
        using (await person.DoAsync("/console/bank?handler=Trust", ("key", await bank.FingerprintAsync("other")))) { }
        Assert.Null((await ContractAsync()).SftpKey);
        using (var user = await Person.OfAsync(app, ConsoleRole.User))
        using (var denied = await user.DoAsync("/console/bank?handler=Trust", ("key", key))) Assert.Equal(HttpStatusCode.NotFound, denied.StatusCode);
        using (await person.DoAsync("/console/bank?handler=Trust", ("key", key))) { }
        Assert.Contains("Key of the bank’s server confirmed", WebUtility.HtmlDecode(await person.GetAsync("/console/activity")));
        using (await person.DoAsync("/console/bank?handler=Connect")) { }
        Assert.Null((await ContractAsync()).SftpProblem);

        Assert.Null(await HandOverAsync(first));
        Assert.Equal(OutgoingState.HandedOver, (await FileAsync(first)).State);
        Assert.Equal(await ContentAsync(first), await File.ReadAllBytesAsync(Path.Combine(bank.Out, first.MessageId + ".xml")));

        var second = await ReleasedAsync("KEY-2");
        await bank.StopAsync();
        Assert.Equal("bank_server_unreachable", await HandOverAsync(second));
        await bank.GoAsync("other");
        Assert.Equal("bank_server_key", await HandOverAsync(second));
        Assert.Contains("another key than the one that was confirmed", WebUtility.HtmlDecode(await person.GetAsync($"/console/files/{second.Number}")));
        await bank.StopAsync();
        await bank.GoAsync();
        Assert.Null(await HandOverAsync(second));
        Assert.Equal(new[] { first.MessageId, second.MessageId }.Select(m => m + ".xml").Order(), Directory.EnumerateFiles(bank.Out).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_file_that_was_laid_and_not_yet_named_is_named_and_not_laid_again_and_of_one_that_is_gone_a_person_decides()
    {
        await using var bank = await SftpServer.StartAsync();
        using var person = await Person.OfAsync(app, ConsoleRole.Controller);
        await TrustAsync(person, bank);

        // It cannot get its name: what is in its place is a folder.
        var half = await ReleasedAsync("HALF");
        var place = Path.Combine(bank.Out, half.MessageId + ".xml");
        Directory.CreateDirectory(Path.Combine(place, "x"));
        Assert.Equal("bank_server_unreachable", await HandOverAsync(half));
        Assert.Contains("Handed to the bank", await person.GetAsync($"/console/files/{half.Number}")); // who cannot wait takes it there himself
        var longAgo = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(place + ".tmp", longAgo);
        Directory.Delete(place, recursive: true);
        Assert.Null(await HandOverAsync(half));
        Assert.Equal((OutgoingState.HandedOver, longAgo), ((await FileAsync(half)).State, File.GetLastWriteTimeUtc(place))); // the very same

        // The process died after the naming: it is there.
        var named = await UploadedAsync("NAMED");
        await File.WriteAllBytesAsync(Path.Combine(bank.Out, named.MessageId + ".xml"), (await ContentAsync(named))!);
        Assert.Null(await HandOverAsync(named));
        Assert.Equal(OutgoingState.HandedOver, (await FileAsync(named)).State);

        // Nobody withdraws what is on its way, unless the server held it up.
        var stuck = await UploadedAsync("STUCK");
        Assert.Equal("err_invalid_state", (await Assert.ThrowsAsync<RefusedException>(() => WithdrawAsync(stuck))).Code);
        await bank.StopAsync();
        Assert.Equal("bank_server_unreachable", await HandOverAsync(stuck));
        await WithdrawAsync(stuck);
        await bank.GoAsync();
        Assert.Equal((OutgoingState.Withdrawn, null), ((await FileAsync(stuck)).State, (await FileAsync(stuck)).HandOverDueAt));

        // Or the bank has taken it meanwhile, or threw the draft away.
        var gone = await UploadedAsync("GONE");
        Assert.Equal("bank_server_uncertain", await HandOverAsync(gone));
        Assert.Null((await FileAsync(gone)).HandOverDueAt);
        Assert.Empty(Directory.EnumerateFiles(bank.Out, gone.MessageId + "*"));
        using (await person.DoAsync($"/console/files/{gone.Number}?handler=HandedOver")) { }
        Assert.Equal(OutgoingState.HandedOver, (await FileAsync(gone)).State);
    }

    [Fact]
    public async Task With_another_way_or_too_late_for_its_day_a_file_waits_for_a_person_and_without_a_folder_it_lies_where_the_server_lets_in()
    {
        await using var bank = await SftpServer.StartAsync();
        using var person = await Person.OfAsync(app, ConsoleRole.Controller);
        await TrustAsync(person, bank);

        var (laid, waits) = (await UploadedAsync("LAID"), await ReleasedAsync("WAITS"));
        await ShapeAsync(c => c.HandOver = HandOverWay.Folder);
        Assert.Equal("bank_server_uncertain", await HandOverAsync(laid)); // the server may have it
        Assert.Equal(OutgoingState.HandedOver, (await FileAsync(waits)).State);
        waits = await ReleasedAsync("DOWN");
        await ShapeAsync(c => c.HandOver = HandOverWay.Download);
        Assert.Null(await HandOverAsync(waits));
        Assert.Equal((OutgoingState.Released, null), ((await FileAsync(waits)).State, (await FileAsync(waits)).HandOverDueAt));

        await ShapeAsync(c => (c.HandOver, c.SftpOut) = (HandOverWay.Sftp, ""));
        var home = await ReleasedAsync("HOME");
        Assert.Null(await HandOverAsync(home));
        File.Delete(Assert.Single(Directory.EnumerateFiles(bank.Out)));

        foreach (var way in new[] { HandOverWay.Sftp, HandOverWay.Folder })
        {
            await ShapeAsync(c => (c.HandOver, c.SftpOut) = (way, bank.Out));
            var late = await ReleasedAsync($"LATE-{way}");
            AppFixture.SetTime(app.Engine, app.Now().AddDays(20));
            Assert.Equal("bank_server_late", await HandOverAsync(late));
            Assert.Empty(Directory.EnumerateFiles(bank.Out));
            await WithdrawAsync(late);
        }
    }

    [Fact]
    public async Task What_the_bank_lays_ready_is_taken_once_and_stays_there_and_what_is_not_readable_keeps_nothing_from_being_taken()
    {
        await using var bank = await SftpServer.StartAsync();
        using var person = await Person.OfAsync(app, ConsoleRole.Controller);
        var own = await OwnBank.OpenAsync(app, OwnBank.IbanOf(Interlocked.Increment(ref numbers)), 1, new());
        await TrustAsync(person, bank, own.Account);
        var statement = own.Statement("SFTP", Today, 1_000m, (12m, new() { EntryNumber = 1, Number = 1, Text = "twelve", CounterpartyName = "Somebody" }));
        await File.WriteAllTextAsync(Path.Combine(bank.In, "a-broken.xml"), "<Document>");
        await File.WriteAllBytesAsync(Path.Combine(bank.In, "b.xml"), statement);
        await File.WriteAllBytesAsync(Path.Combine(bank.In, "c.xml.part"), statement);
        await File.WriteAllBytesAsync(Path.Combine(bank.In, "a\u0001.xml"), statement);

        await FetchAsync();
        await File.WriteAllBytesAsync(Path.Combine(bank.In, "d.xml"), statement); // the same once more
        await FetchAsync();
        await FetchAsync();

        Assert.Equal(12m, await app.ReadEngineAsync(db => db.StatementItems.Where(i => i.Account == own.Account).Select(i => i.Amount).SingleAsync()));
        Assert.Equal(["a-broken.xml", "b.xml", "d.xml"], await app.ReadEngineAsync(db => db.FetchedFiles.OrderBy(f => f.Name).Select(f => f.Name).ToListAsync()));
        Assert.Equal(["a-broken.xml"], await app.ReadEngineAsync(db => db.FetchedFiles.Where(f => f.Problem != null).Select(f => f.Name).ToListAsync()));
        Assert.Equal(5, Directory.EnumerateFiles(bank.In).Count());
        Assert.Contains("Not readable", await person.GetAsync("/console/bank"));

        for (var i = 0; i <= 10_000; i++) File.OpenHandle(Path.Combine(bank.In, $".{i}"), FileMode.Create, FileAccess.Write).Dispose();
        await FetchAsync();
        Assert.Contains("more than 10,000 files", WebUtility.HtmlDecode(await person.GetAsync("/console/bank")));

        await bank.StopAsync();
        await FetchAsync();
        Assert.Contains("does not answer, or broke off", WebUtility.HtmlDecode(await person.GetAsync("/console/bank")));
    }

    [Fact]
    public async Task An_inner_address_is_not_connected_to_and_what_is_wrong_with_the_server_is_told_at_its_field()
    {
        await using var bank = await SftpServer.StartAsync();
        using var person = await Person.OfAsync(app, ConsoleRole.Controller);
        await SetAsync(person, bank);
        var outside = new BankServer(app.Engine.Services.GetRequiredService<Secrets>(), new() { DataFolder = app.Folder, EnvironmentName = "Production" });
        Assert.Equal("bank_server_not_public", (await Assert.ThrowsAsync<RefusedException>(async () => await outside.KeyAsync(await ContractAsync(), CancellationToken.None))).Code);

        foreach (var (field, value) in new[] { ("sftpHost", ""), ("sftpHost", "sftp://bank.example/x"), ("sftpPort", "70000"), ("sftpUser", ""), ("sftpSecret", "-----BEGIN OPENSSH PRIVATE KEY-----\nnone\n-----END OPENSSH PRIVATE KEY-----") })
        {
            using var wrong = await person.DoAsync("/console/bank", [.. Fields(bank, Iban.Parse(OwnBank.IbanOf(1))).Where(f => f.Name != field), (field, value)]);
            var html = await wrong.Content.ReadAsStringAsync();
            Assert.Contains($"id=\"e-{field}\"", html);
            Assert.DoesNotContain("PRIVATE KEY-----", html);
        }

        // The secret is kept for this server and this user alone.
        var fields = Fields(bank, (await ContractAsync()).Account).Where(f => f.Name != "sftpSecret").ToArray();
        using (var same = await person.DoAsync("/console/bank", fields)) Assert.Equal(HttpStatusCode.Redirect, same.StatusCode);
        foreach (var (field, value) in new[] { ("sftpHost", "elsewhere.example"), ("sftpPort", "2222"), ("sftpUser", "somebody") })
        {
            using var other = await person.DoAsync("/console/bank", [.. fields.Where(f => f.Name != field), (field, value)]);
            Assert.Contains("id=\"e-sftpSecret\"", await other.Content.ReadAsStringAsync());
        }
    }

    private DateOnly Today => app.Now().BrusselsDate();

    private static (string Name, string Value)[] Fields(SftpServer bank, Iban account) =>
    [
        ("account", account.Value), ("bic", ""), ("holder", "My company"), ("preset", "sepa"), ("rules", ""), ("limit", "1000000"), ("most", ""), ("handOver", "Sftp"), ("active", "true"),
        ("sftpHost", "127.0.0.1"), ("sftpPort", bank.Port.ToString(CultureInfo.InvariantCulture)), ("sftpUser", SftpServer.User), ("sftpSecret", bank.PrivateKey), ("sftpOut", bank.Out), ("sftpIn", bank.In),
    ];

    private async Task SetAsync(Person person, SftpServer bank, Iban? account = null)
    {
        if (account is null)
        {
            await OwnBank.OpenAsync(app, OwnBank.IbanOf(Interlocked.Increment(ref numbers)), 1, new());
            account = (await ContractAsync()).Account;
        }

        using var saved = await person.DoAsync("/console/bank", Fields(bank, account.Value));
        Assert.Equal(HttpStatusCode.Redirect, saved.StatusCode);
        Assert.Equal(HandOverWay.Sftp, (await ContractAsync()).HandOver);
    }

    private async Task TrustAsync(Person person, SftpServer bank, Iban? account = null)
    {
        await SetAsync(person, bank, account);
        using (await person.DoAsync("/console/bank?handler=Connect")) { }
        using (await person.DoAsync("/console/bank?handler=Trust", ("key", await bank.FingerprintAsync()))) { }
        Assert.NotNull((await ContractAsync()).SftpKey);
    }

    private async Task<OutgoingFile> ReleasedAsync(string name)
    {
        var mandate = (await client.TakenAsync(HttpMethod.Post, "/sign", ("method", "import"), ("ct", "1"), ("iban", OwnBank.IbanOf(Interlocked.Increment(ref numbers))), ("customerNumber", name), ("email", $"{name}@members.example"), ("firstname", "Member"), ("lastname", name), ("mandateNumber", name))).GetProperty("MndtId").GetString()!;
        await client.TransactAsync(mandate, 60m);
        return await AppFixture.InScopeAsync(app.Engine, async services =>
        {
            var db = services.GetRequiredService<EngineDb>();
            var (contract, profile) = (await db.BankContracts.AsNoTracking().SingleAsync(), await db.Profiles.AsNoTracking().SingleAsync(p => p.Number == 1));
            var made = await db.WriteOrRepeatAsync(token => services.GetRequiredService<MakeFiles>().CollectAsync(contract, profile, null, Today.AddDays(20), new("Domi", null), token), CancellationToken.None);
            await services.GetRequiredService<ReleaseFile>().Async(app.Access.CreditorId, made.Files.Single().Number, "Domi", null, CancellationToken.None);
            db.ChangeTracker.Clear();
            return await db.OutgoingFiles.AsNoTracking().SingleAsync(f => f.Id == made.Files[0].Id);
        });
    }

    /// <summary>One whose draft lay whole on the server when the process died.</summary>
    private async Task<OutgoingFile> UploadedAsync(string name)
    {
        var file = await ReleasedAsync(name);
        return await app.ReadEngineAsync(async db =>
        {
            var released = await db.OutgoingFiles.SingleAsync(f => f.Id == file.Id);
            released.Upload(app.Now());
            await db.SaveChangesAsync();
            return released;
        });
    }

    /// <summary>Tries, however long it has to wait for it; answers what was wrong.</summary>
    private async Task<string?> HandOverAsync(OutgoingFile file)
    {
        if ((await FileAsync(file)).HandOverDueAt is { } due && due > app.Now()) AppFixture.SetTime(app.Engine, due);
        await app.RunEngineAsync<HandOverFiles>();
        return (await FileAsync(file)).HandOverProblem;
    }

    private async Task FetchAsync()
    {
        await app.ReadEngineAsync(async db =>
        {
            (await db.BankContracts.SingleAsync()).Looked(null, TimeProvider.System.GetUtcNow());
            return await db.SaveChangesAsync();
        });
        await app.RunEngineAsync<ReadBankServers>();
    }

    private Task<bool> WithdrawAsync(OutgoingFile file) => AppFixture.InScopeAsync(app.Engine, async services =>
    {
        var db = services.GetRequiredService<EngineDb>();
        await db.WriteAsync(async token => await ReleaseFile.WithdrawAsync(db, await db.OutgoingFiles.SingleAsync(f => f.Id == file.Id, token), app.Now(), token), CancellationToken.None);
        return true;
    });

    private Task<bool> ShapeAsync(Action<BankContract> shape) => app.ReadEngineAsync(async db =>
    {
        shape(await db.BankContracts.SingleAsync());
        return await db.SaveChangesAsync() >= 0;
    });

    private Task<BankContract> ContractAsync() => app.ReadEngineAsync(db => db.BankContracts.AsNoTracking().SingleAsync());

    private Task<OutgoingFile> FileAsync(OutgoingFile file) => app.ReadEngineAsync(db => db.OutgoingFiles.AsNoTracking().SingleAsync(f => f.Id == file.Id));

    private Task<byte[]?> ContentAsync(OutgoingFile file) => app.ReadEngineAsync(db => ReleaseFile.ContentAsync(db, file, CancellationToken.None));
}
