using Domi.BackOffice.Connections;
using Domi.Platform;
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

        Assert.Equal(1, await app.ReadAsync((OfficeDb db) => db.Connections.CountAsync(c => c.IsActive && c.OwnCompanyId == app.Made!.CompanyId)));
        Assert.Equal(4, await app.ReadAsync((OfficeDb db) => db.Connections.CountAsync(c => c.MerchantNumber.StartsWith("40"))));
    }

    [Fact]
    public async Task A_merchant_of_one_own_company_is_not_connected_to_another()
    {
        var other = Guid.CreateVersion7();
        async Task<Connection> SaveAsync(Guid company) => await AppFixture.InScopeAsync(app.Office!, services => services.GetRequiredService<Connect>()
            .SaveAsync(company, new("7001", "KEY", "", "https://api.twikey.example/creditor", "own"), [], false, CancellationToken.None));
        await AppFixture.InScopeAsync(app.Office!, async services =>
        {
            var db = services.GetRequiredService<OfficeDb>();
            db.Companies.Add(new() { Id = other, Name = "Second BV" });
            return await db.SaveChangesAsync();
        });
        await SaveAsync(app.Made!.CompanyId);

        Assert.Equal("merchant_in_use", (await Assert.ThrowsAsync<RefusedException>(() => SaveAsync(other))).Code);
        Assert.Equal(0, await app.ReadAsync((OfficeDb db) => db.Connections.IgnoreQueryFilters().CountAsync(c => c.OwnCompanyId == other)));
    }
}
