using System.CommandLine;
using Domi.Standards;

namespace Domi.Web;

/// <summary><c>iban</c>, <c>ogm</c> and <c>creditor-id</c>: whether values hold, and what they say. They need no database.</summary>
internal static class IdentifierCommands
{
    public static IEnumerable<Command> Make() =>
    [
        Of("iban", "Check account numbers: structure of the country and check digits; of a Belgian one its bank.", text => Iban.TryParse(text, out var iban)
            ? Joined(iban.ToString(), BelgianBanks.NameOf(iban), BelgianBanks.BicOf(iban)?.Value)
            : null),
        Of("ogm", "Check Belgian structured communications (OGM, VCS).", text => StructuredCommunication.TryParse(text, out var communication) ? Joined(communication.ToString(), communication.Value) : null),
        Of("creditor-id", "Check SEPA creditor identifiers.", text => CreditorIdentifier.TryParse(text, out var id)
            ? Joined(id.Value, $"business code {id.BusinessCode}", EnterpriseNumber.TryParse(id.NationalIdentifier, out var number) && id.CountryCode == "BE" ? $"enterprise {number}" : $"national identifier {id.NationalIdentifier}")
            : null),
    ];

    private static Command Of(string name, string help, Func<string, string?> read)
    {
        var values = new Argument<string[]>("VALUE") { Description = "As people write them: blanks, dots and lower case are accepted.", Arity = ArgumentArity.OneOrMore };
        var command = new Command(name, $"{help} Exit 1 when one does not hold.") { values };
        command.SetAction(parsed =>
        {
            var wrong = 0;
            foreach (var value in parsed.GetValue(values)!)
            {
                var said = read(value);
                if (said is null) wrong++;
                Console.WriteLine(said ?? $"{value}: does not hold");
            }

            return wrong == 0 ? 0 : 1;
        });
        return command;
    }

    private static string Joined(params string?[] facts) => string.Join(", ", facts.OfType<string>());
}
