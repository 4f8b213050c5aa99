using Domi.BackOffice.Invoices;
using Domi.Platform;
using Domi.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests;

/// <summary>Several nodes over one PostgreSQL run the same jobs: the same result as one. On SQLite there is one process, with all its workers.</summary>
public sealed class SideBySideTests(SideBySideTests.Nodes app) : IClassFixture<SideBySideTests.Nodes>
{
    public sealed class Nodes : OfficeFixture
    {
        public List<WebApplication> Running { get; } = [];

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            for (var node = 0; node < (Provider == DatabaseProvider.Postgres ? 2 : 1); node++)
            {
                var host = OfficeHost.Build(Settings with { RunsWorkers = true, Node = $"node-{node}", PollingInterval = TimeSpan.FromSeconds(1) });
                SetTime(host, Start);
                await host.StartAsync();
                Running.Add(host);
            }
        }

        public override async ValueTask DisposeAsync()
        {
            foreach (var host in Running)
            {
                await host.StopAsync();
                await host.DisposeAsync();
            }

            await base.DisposeAsync();
        }
    }

    private readonly Story story = new(app);

    [Fact]
    public async Task Every_link_document_and_mail_is_made_once()
    {
        var relation = await story.GivenARelation();
        var invoices = new List<Invoice>();
        for (var i = 0; i < 16; i++) invoices.Add(await story.WhenNumbered(await story.GivenAProposal(relation), sends: true));

        await ProcessApp.UntilAsync(async () => await app.ReadAsync((OfficeDb db) => db.Invoices.CountAsync(i => i.SendState == SendState.Sent)) == invoices.Count, "all are sent");

        var mails = await app.ReadAsync((OfficeDb db) => db.Mails.Where(m => m.Purpose == "invoice").ToListAsync());
        Assert.Equal(invoices.Count, mails.Count);
        Assert.All(mails, m => Assert.Equal((MailState.Accepted, 0), (m.State, m.Attempts)));
        Assert.Equal(invoices.Count, Directory.GetFiles(Path.Combine(app.Folder, "outbox"), "*.eml").Length);
        Assert.Equal(invoices.Count, await app.ReadEngineAsync(db => db.Invoices.CountAsync()));
        await story.ThenTheLedgerAgrees();
    }
}
