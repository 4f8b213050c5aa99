using System.CommandLine;
using Domi.BackOffice;
using Domi.BackOffice.Ledger;
using Domi.BackOffice.Users;
using Domi.Engine;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;

namespace Domi.Web;

/// <summary>The executable as a command line.</summary>
internal static class Commands
{
    public static RootCommand Root()
    {
        var root = new RootCommand("Domi: invoices that pay themselves. An invoicing office, and a collection engine that speaks the Twikey API.");
        root.Subcommands.Add(Serve());
        root.Subcommands.Add(Migrate());
        root.Subcommands.Add(LedgerCommands());
        root.Subcommands.Add(CreditorCommands.Make(Settings));
        root.Subcommands.Add(UserCommands());
        foreach (var command in BackupCommands.Make(Settings)) root.Subcommands.Add(command);
        foreach (var command in BankFileCommands.Make()) root.Subcommands.Add(command);
        root.Subcommands.Add(DebitFileCommand.Make());
        foreach (var command in IdentifierCommands.Make()) root.Subcommands.Add(command);
        return root;
    }

    private static Command Serve()
    {
        var empty = new Option<bool>("--empty") { Description = "Start without the sample firm." };
        var serve = new Command("serve", "Migrate, then serve the modules of Domi__Modules until SIGTERM.") { empty };
        serve.SetAction(async (parsed, ct) =>
        {
            var settings = Settings();
            await Hosts.RunAsync(settings with { LoadsSample = (settings.LoadsSample || settings.IsDevelopment) && !parsed.GetValue(empty) }, ct);
            return 0;
        });
        return serve;
    }

    private static Command Migrate()
    {
        var migrate = new Command("migrate", "Bring the databases up to date, and stop.");
        migrate.SetAction(async (_, ct) =>
        {
            var settings = Settings();
            if (settings.RunsEngine) (await Databases.PrepareAsync<EngineDb>(settings, "engine", ct))?.Dispose();
            if (settings.RunsOffice) (await Databases.PrepareAsync<OfficeDb>(settings, "office", ct))?.Dispose();
            Console.WriteLine("The databases are up to date.");
            return 0;
        });
        return migrate;
    }

    private static Command LedgerCommands()
    {
        var check = new Command("check", "Recompute every balance from the entries and tell the differences; exit 1 if there is one.");
        check.SetAction(async (_, ct) =>
        {
            var settings = Settings();
            await using var db = Databases.Open<OfficeDb>(settings, "office");
            var outcome = await CheckLedger.RunAsync(db, ct);
            foreach (var difference in outcome.Differences) Console.WriteLine(difference);
            Console.WriteLine($"{outcome.Invoices} invoices, {outcome.Entries} entries, {outcome.Differences.Count} differences");
            return outcome.Differences.Count == 0 ? 0 : 1;
        });
        return new Command("ledger", "The books of the office.") { check };
    }

    private static Command UserCommands()
    {
        var email = new Argument<string>("email") { Description = "E-mail address of the user." };
        var factor = new Option<bool>("--second-factor-off") { Description = "Turn the second factor off too: its device is lost." };
        var password = new Command("password", "Give a user a new password, told once. Whoever can run this on the server may let people in again.") { email, factor };
        password.SetAction(async (parsed, ct) =>
        {
            var settings = Settings();
            await using var db = Databases.Open<OfficeDb>(settings, "office");
            var address = parsed.GetValue(email)!.Trim().ToLowerInvariant();
            if (await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Email == address, ct) is not { } user) throw new SettingsException($"There is no user {address}.");

            var (_, made) = await new EditUsers(db).ResetPasswordAsync(user.Id, parsed.GetValue(factor), ct);
            Console.WriteLine($"The new password of {address} is {made}");
            return 0;
        });
        return new Command("user", "Who signs in to the office.") { password };
    }

    public static DomiSettings Settings()
    {
        var environment = Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT") ?? "Production";
        var configuration = new ConfigurationBuilder()
            .AddJsonFile(Path.GetFullPath("appsettings.json"), optional: true)
            .AddJsonFile(Path.GetFullPath($"appsettings.{environment}.json"), optional: true)
            .AddEnvironmentVariables()
            .Build();
        return DomiSettings.Read(configuration, environment);
    }
}
