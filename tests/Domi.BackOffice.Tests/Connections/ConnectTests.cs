using Domi.BackOffice.Connections;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests.Connections;

/// <summary>One connection is in use at a time, whoever saves one at the same moment.</summary>
public sealed class ConnectTests(OfficeFixture app) : IClassFixture<OfficeFixture>
{
    [Fact]
    public async Task Many_that_save_at_once_leave_one_connection_in_use()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(n => Task.Run(() => AppFixture.InScopeAsync(app.Office!, services => services.GetRequiredService<Connect>()
            .SaveAsync(app.Made!.CompanyId, new($"40{n}", "KEY", "", "https://api.twikey.example/creditor", "own"), [], false, CancellationToken.None)))));

        Assert.Equal(1, await app.ReadAsync((OfficeDb db) => db.Connections.CountAsync(c => c.IsActive)));
        Assert.Equal(5, await app.ReadAsync((OfficeDb db) => db.Connections.CountAsync()));
    }
}
