using Domi.BackOffice.Invoices;
using Domi.BackOffice.Statements;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests.Statements;

public sealed class ReadStatementFoldersTests(ReadStatementFoldersTests.Watching app) : IClassFixture<ReadStatementFoldersTests.Watching>
{
    private readonly Story story = new(app);

    public sealed class Watching : OfficeFixture
    {
        public string Drop => Path.Combine(Folder, "statements", "0712845377");

        protected override DomiSettings Configure(DomiSettings settings) => settings with { StatementFolder = Path.Combine(Folder, "statements") };
    }

    [Fact]
    public async Task Whole_files_are_imported_once_and_lie_in_done_or_in_refused_with_a_reason()
    {
        var (bank, invoice) = (await Bank.WithAnAccountAsync(app), await story.WhenNumbered(await story.GivenAProposal(await story.GivenARelation())));
        await Look();
        var (whole, other) = (bank.Statement(1, 0m, new Payment(100m, Bank.Ogm(invoice))), bank.Statement(2, 100m, new Payment(21m, Bank.Ogm(invoice))));
        Put("a.xml", whole);
        Put("a (2).xml", whole);
        Put("letter.cod", "Dear customer"u8.ToArray());
        Put("writing.xml.part", other);
        await File.WriteAllBytesAsync(Path.Combine(app.Drop, "fresh.xml"), other); // perhaps still being written
        Put(Path.Combine("busy", "killed.xml"), bank.Statement(3, 121m, new Payment(1m)));

        // Two processes side by side.
        await Task.WhenAll(Look(), Look());

        Assert.Equal(["a (2).xml", "a.xml", "killed.xml"], Names("done"));
        Assert.Equal(["letter.cod", "letter.cod.txt"], Names("refused"));
        Assert.Contains("CODA", await File.ReadAllTextAsync(Path.Combine(app.Drop, "refused", "letter.cod.txt")), StringComparison.Ordinal);
        Assert.Equal(["fresh.xml", "writing.xml.part"], Names(""));
        Assert.Empty(Names("busy"));
        Assert.Equal(100m, (await story.Read(invoice.Id)).Paid);

        File.Move(Path.Combine(app.Drop, "writing.xml.part"), Path.Combine(app.Drop, "a.xml"));
        await Look();
        Assert.Contains("a (3).xml", Names("done"));
        Assert.Equal((121m, PaymentState.Paid), ((await story.Read(invoice.Id)).Paid, (await story.Read(invoice.Id)).PaymentState));
        Assert.Equal(3, await app.ReadAsync((OfficeDb db) => db.Statements.CountAsync(s => s.Account == bank.Account)));
    }

    private Task<bool> Look() => AppFixture.InScopeAsync(app.Office!, async services =>
    {
        await services.GetRequiredService<ReadStatementFolders>().RunAsync(AppFixture.Start, CancellationToken.None);
        return true;
    });

    private void Put(string name, byte[] content)
    {
        var path = Path.Combine(app.Drop, name);
        File.WriteAllBytes(path, content);
        File.SetLastWriteTimeUtc(path, TimeProvider.System.GetUtcNow().UtcDateTime - ReadStatementFolders.Quiet - TimeSpan.FromMinutes(1));
    }

    private List<string> Names(string folder) => [.. Directory.EnumerateFiles(Path.Combine(app.Drop, folder)).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];
}
