using System.CommandLine;
using System.Globalization;
using Domi.Engine;
using Domi.Engine.Creditors;
using Domi.Engine.Users;
using Domi.Platform;
using Domi.Standards;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Web;

/// <summary>
/// <c>creditor add</c>, <c>creditor show</c> and <c>creditor set</c>: who the engine collects for, as debtors read it on pages, mandates and in
/// mails, and <c>creditor user add</c>: who of them signs in to the console. A running engine takes a change over within seconds.
/// </summary>
internal static class CreditorCommands
{
    private sealed record Fact(string Name, string Help, Func<Creditor, string?> Read, Action<Creditor, string> Write);

    // An empty text takes an optional fact away.
    private static readonly Fact[] Facts =
    [
        new("--name", "Name of the creditor.", c => c.Name, (c, text) => c.Name = Needed(Short(text, 140), "a name")),
        new("--street", "Street and number.", c => c.Street, (c, text) => c.Street = Short(text, 140)),
        new("--zip", "Postal code.", c => c.Zip, (c, text) => c.Zip = Short(text, 20)),
        new("--city", "City.", c => c.City, (c, text) => c.City = Short(text, 70)),
        new("--country", "Country, two letters.", c => c.Country, (c, text) => c.Country = text.Length == 2 && text.All(char.IsAsciiLetter) ? text.ToUpperInvariant() : throw new FormatException("a country has two letters (BE)")),
        new("--phone", "Telephone number.", c => c.Phone, (c, text) => c.Phone = Optional(Short(text, 40))),
        new("--language", "Language for a debtor of whom none is known: fr, nl, en, de.", c => c.Language,
            (c, text) => c.Language = Texts.Languages.Contains(text) ? text : throw new FormatException($"a language is one of {string.Join(", ", Texts.Languages)}")),
        new("--enterprise-number", "Enterprise number; the SEPA creditor identifier follows from it unless it is given too.", c => c.EnterpriseNumber?.ToString(), (c, text) =>
        {
            c.EnterpriseNumber = text.Length == 0 ? null : EnterpriseNumber.Parse(text);
            if (c.EnterpriseNumber is { } number) c.CreditorIdentifier = CreditorIdentifier.For(number).Value;
        }),
        new("--creditor-identifier", "SEPA creditor identifier.", c => c.CreditorIdentifier, (c, text) => c.CreditorIdentifier = CreditorIdentifier.Parse(text).Value),
        new("--iban", "Account where collections and transfers arrive.", c => c.Account?.ToString(), (c, text) =>
        {
            c.Account = text.Length == 0 ? null : Iban.Parse(text);
            c.Bic = c.Account is { } account ? BelgianBanks.BicOf(account) : null;
        }),
        new("--bic", "Its BIC, where the account does not tell.", c => c.Bic?.Value, (c, text) => c.Bic = text.Length == 0 ? null : Bic.Parse(text)),
        new("--sender-name", "Name under which mails to debtors leave.", c => c.SenderName, (c, text) => c.SenderName = Short(text, 140)),
        new("--sender-address", "Address under which mails to debtors leave.", c => c.SenderAddress, (c, text) => c.SenderAddress = Address(text)),
        new("--reply-to", "Address that answers go to.", c => c.ReplyTo, (c, text) => c.ReplyTo = text.Length == 0 ? null : Address(text)),
    ];

    public static Command Make(Func<DomiSettings> settings)
    {
        var merchant = new Option<long?>("--merchant") { Description = "Customer number of the creditor; the first one unless given.", Recursive = true };
        var show = new Command("show", "Tell what is known of the creditor.");
        show.SetAction((parsed, ct) => WithAsync(settings(), parsed.GetValue(merchant), (_, creditor) =>
        {
            Tell(creditor);
            return Task.FromResult(0);
        }, ct));

        var options = Facts.Select(f => new Option<string?>(f.Name) { Description = f.Help }).ToArray();
        var set = new Command("set", "Change what is given, and tell the outcome. What does not hold is refused, and nothing is changed.");
        foreach (var option in options) set.Options.Add(option);
        set.SetAction((parsed, ct) => WithAsync(settings(), parsed.GetValue(merchant), async (db, creditor) =>
        {
            Write(creditor, parsed, options);
            await db.SaveChangesAsync(ct);
            Tell(creditor);
            return 0;
        }, ct));
        return new Command("creditor", "Who the engine collects for.") { merchant, show, set, Add(settings), Users(settings, merchant) };
    }

    private static Command Add(Func<DomiSettings> settings)
    {
        var name = new Argument<string>("name") { Description = "Name of the creditor." };
        var options = Facts.Where(f => f.Name != "--name").Select(f => new Option<string?>(f.Name) { Description = f.Help }).ToArray();
        var add = new Command("add", "Collect for another creditor, apart from all others. Its keys of the API are told once.") { name };
        foreach (var option in options) add.Options.Add(option);
        add.SetAction((parsed, ct) => WithEngineAsync(settings(), async services =>
        {
            var called = Text("name", parsed.GetValue(name)!.Trim(), text => Needed(Short(text, 140), "a name"));
            var made = await services.GetRequiredService<AddCreditor>().RunAsync(called, "API", creditor => Write(creditor, parsed, options), ct);
            Tell(made.Creditor);
            Console.WriteLine($"{"API key",-24}{made.ApiKey}");
            Console.WriteLine($"{"private key",-24}{made.PrivateKey}");
            Console.WriteLine($"{"website key",-24}{made.WebsiteKey}");
            return 0;
        }, ct));
        return add;
    }

    private static void Write(Creditor creditor, ParseResult parsed, IEnumerable<Option<string?>> options)
    {
        foreach (var option in options)
        {
            if (parsed.GetValue(option)?.Trim() is not { } text) continue;
            Text(option.Name, text, value =>
            {
                Facts.Single(f => f.Name == option.Name).Write(creditor, value);
                return value;
            });
        }
    }

    private static string Text(string what, string text, Func<string, string> read)
    {
        try
        {
            return read(text);
        }
        catch (FormatException e)
        {
            throw new SettingsException($"{what}: '{text}' cannot be: {e.Message}");
        }
    }

    private static Command Users(Func<DomiSettings> settings, Option<long?> merchant)
    {
        var email = new Argument<string>("email") { Description = "E-mail address of the person." };
        var name = new Option<string?>("--name") { Description = "Name; the address unless given." };
        var role = new Option<ConsoleRole>("--role") { Description = "Controller, Administrator, User or Viewer.", DefaultValueFactory = _ => ConsoleRole.Controller };
        var language = new Option<string>("--language") { Description = "Language of the screens: fr, nl, en, de.", DefaultValueFactory = _ => "en" };
        var add = new Command("add", "Let a person sign in to the console of the creditor. The password is told once.") { email, name, role, language };
        add.SetAction((parsed, ct) => WithAsync(settings(), parsed.GetValue(merchant), async (db, creditor) =>
        {
            try
            {
                var address = parsed.GetValue(email)!;
                var (user, password) = await new EditUsers(db).AddAsync(creditor.Id, parsed.GetValue(name) ?? address, address, parsed.GetValue(role), parsed.GetValue(language), ct);
                Console.WriteLine($"{user.Email} signs in at /console with the password {password}");
                return 0;
            }
            catch (RefusedException e)
            {
                throw new SettingsException(e.Message);
            }
        }, ct));
        return new Command("user", "Who signs in to the console of the creditor.") { add };
    }

    // Keys are sealed by the engine's own ring of keys, which its host knows.
    private static async Task<int> WithEngineAsync(DomiSettings settings, Func<IServiceProvider, Task<int>> act, CancellationToken ct)
    {
        await using (var db = Databases.Open<EngineDb>(settings, "engine")) await EnsureReadyAsync(db, ct);
        await using var engine = EngineHost.Build(settings);
        await using var scope = engine.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<Secrets>().WarmUp();
        return await act(scope.ServiceProvider);
    }

    private static async Task EnsureReadyAsync(EngineDb db, CancellationToken ct)
    {
        if (!await db.Database.CanConnectAsync(ct) || (await db.Database.GetPendingMigrationsAsync(ct)).Any())
            throw new SettingsException("There is no engine's database here that is up to date: start the program once, or run 'domi migrate'.");
    }

    private static async Task<int> WithAsync(DomiSettings settings, long? merchant, Func<EngineDb, Creditor, Task<int>> act, CancellationToken ct)
    {
        await using var db = Databases.Open<EngineDb>(settings, "engine");
        await EnsureReadyAsync(db, ct);
        var creditor = await db.Creditors.Where(c => merchant == null || c.MerchantId == merchant).OrderBy(c => c.MerchantId).FirstOrDefaultAsync(ct)
            ?? throw new SettingsException(merchant is null ? "The engine has no creditor yet: start it once." : $"The engine has no creditor {merchant}.");
        return await act(db, creditor);
    }

    private static void Tell(Creditor creditor)
    {
        Console.WriteLine($"{"--merchant",-24}{creditor.MerchantId.ToString(CultureInfo.InvariantCulture)}");
        foreach (var fact in Facts) Console.WriteLine($"{fact.Name,-24}{fact.Read(creditor)}".TrimEnd());
    }

    private static string Short(string text, int most) => text.Length <= most && !text.Any(char.IsControl) ? text : throw new FormatException($"at most {most} characters, on one line");

    private static string Needed(string text, string what) => text.Length > 0 ? text : throw new FormatException($"{what} is needed");

    private static string? Optional(string text) => text.Length == 0 ? null : text;

    private static string Address(string text) => SendMails.IsAddress(text) ? text : throw new FormatException("that is no e-mail address");
}
