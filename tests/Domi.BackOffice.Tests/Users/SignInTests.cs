using Domi.BackOffice.Users;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OtpNet;

namespace Domi.BackOffice.Tests.Users;

/// <summary>Many at once are counted one by one: neither guesses nor codes go through side by side.</summary>
public sealed class SignInTests(OfficeFixture app) : IClassFixture<OfficeFixture>
{
    private static readonly TimeProvider Wall = TimeProvider.System; // passwords and codes live on the wall clock

    [Fact]
    public async Task Twenty_wrong_passwords_at_once_lock_the_account()
    {
        var user = await GivenAUser();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => TryAsync(user, $"guess number {i}", null))));

        Assert.All(outcomes, o => Assert.Equal(SignInOutcome.Wrong, o));
        Assert.True((await ReadAsync(user)).LockedUntil > Wall.GetUtcNow());
        Assert.Equal(SignInOutcome.Wrong, await TryAsync(user, AppFixture.AdminPassword, null));
    }

    [Fact]
    public async Task One_code_at_once_is_used_once()
    {
        var (user, secret) = await GivenAUserWithASecondFactor();
        var code = new Totp(Base32Encoding.ToBytes(secret)).ComputeTotp(Wall.GetUtcNow().UtcDateTime);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => TryAsync(user, AppFixture.AdminPassword, code))));

        Assert.Equal(1, outcomes.Count(o => o is SignInOutcome.Done));
        Assert.Equal(7, outcomes.Count(o => o is SignInOutcome.Wrong));
    }

    [Fact]
    public async Task One_code_at_once_is_used_once_in_the_second_step_too()
    {
        var (user, secret) = await GivenAUserWithASecondFactor();
        var code = new Totp(Base32Encoding.ToBytes(secret)).ComputeTotp(Wall.GetUtcNow().UtcDateTime);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
            AppFixture.InScopeAsync(app.Office!, services => services.GetRequiredService<SignIn>().ByCodeAsync(user.Id, user.SessionStamp, code, CancellationToken.None)))));

        Assert.Equal(1, outcomes.Count(o => o is not null));
    }

    [Fact]
    public async Task The_right_password_forgets_the_wrong_ones_before_it()
    {
        var user = await GivenAUser();
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 4; i++) Assert.Equal(SignInOutcome.Wrong, await TryAsync(user, "guess again", null));
            Assert.Equal(SignInOutcome.Done, await TryAsync(user, AppFixture.AdminPassword, null));
        }

        Assert.Equal((0, null), ((await ReadAsync(user)).FailedSignIns, (await ReadAsync(user)).LockedUntil));
    }

    private async Task<User> GivenAUser(string? totpSealed = null)
    {
        var user = new User { Email = $"{Guid.CreateVersion7():n}@domi.example", Name = "An Clerk", Role = Role.Clerk };
        user.SetPassword(AppFixture.AdminPassword);
        if (totpSealed is not null) user.TurnOnTotp(totpSealed);
        await app.ReadAsync(async (OfficeDb db) =>
        {
            db.Users.Add(user);
            return await db.SaveChangesAsync();
        });
        return user;
    }

    private async Task<(User User, string Secret)> GivenAUserWithASecondFactor()
    {
        var secret = Base32Encoding.ToString(KeyGeneration.GenerateRandomKey());
        return (await GivenAUser(app.Office!.Services.GetRequiredService<Secrets>().Seal(secret)), secret);
    }

    private async Task<SignInOutcome> TryAsync(User user, string password, string? code) =>
        (await AppFixture.InScopeAsync(app.Office!, services => services.GetRequiredService<SignIn>().RunAsync(user.Email, password, code, CancellationToken.None))).Outcome;

    private Task<User> ReadAsync(User user) => app.ReadAsync((OfficeDb db) => db.Users.AsNoTracking().SingleAsync(u => u.Id == user.Id));
}
