using Domi.BackOffice.Connections;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests.Sync;

/// <summary>The office reaches the provider through a proxy, which breaks the calls that a test tells it to.</summary>
public sealed class ProxiedFixture : OfficeFixture
{
    public FaultyProxy Proxy { get; private set; } = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Proxy = await FaultyProxy.StartAsync(EngineHttp.BaseAddress!);
        await AppFixture.InScopeAsync(Office!, async services =>
        {
            var company = Made!.CompanyId;
            // The direct connection would read the same feeds past the proxy.
            await services.GetRequiredService<OfficeDb>().Connections.ExecuteDeleteAsync();
            return await services.GetRequiredService<Connect>().SaveAsync(company,
                new(Access.MerchantId.ToString(System.Globalization.CultureInfo.InvariantCulture), Access.ApiKey, Access.PrivateKey, Proxy.Url + "creditor", "own"),
                [.. Access.Profiles.Select(p => new Domi.Twikey.Profile(p.Number, p.Name, true, p.Type))], false, CancellationToken.None);
        });
    }

    /// <summary>Every call goes through as it is: what a test of the same class left behind is gone.</summary>
    public void Heal()
    {
        (Proxy.Decide, Proxy.Rewrite, Proxy.Passed) = ((_, _) => Fault.None, null, (_, _) => { });
        Proxy.Calls.Clear();
    }

    public Task<Connection> ConnectionAsync() => ReadAsync((OfficeDb db) => db.Connections.AsNoTracking().SingleAsync(c => c.IsActive));

    public override async ValueTask DisposeAsync()
    {
        await Proxy.DisposeAsync();
        await base.DisposeAsync();
    }
}
