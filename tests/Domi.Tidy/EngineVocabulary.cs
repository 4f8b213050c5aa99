using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace Domi.Tidy;

/// <summary>
/// The engine takes Twikey's words from <c>Domi.Twikey</c> – signatures, one-time passwords, error codes – and nothing
/// of the client, whose types are named after Twikey.
/// </summary>
internal static class EngineVocabulary
{
    public static IEnumerable<Finding> Find(IEnumerable<RepositoryFile> twikey, IEnumerable<RepositoryFile> engine)
    {
        var client = twikey.SelectMany(f => f.Parse().All<BaseTypeDeclarationSyntax>())
            .Select(t => t.Identifier.Text)
            .Where(name => name.StartsWith("Twikey", StringComparison.Ordinal))
            .ToHashSet();

        return engine.Select(f => f.Parse()).SelectMany(code => code.All<IdentifierNameSyntax>()
            .Where(name => client.Contains(name.Identifier.Text))
            .Select(name => code.At(name, $"the engine serves Twikey's API; {name.Identifier.Text} belongs to its callers")));
    }
}

public sealed class EngineVocabularyTests
{
    private static readonly RepositoryFile[] Twikey = [new("src/Domi.Twikey/X.cs",
        "public sealed class TwikeyClient; public static class ErrorCodes;")];

    [Fact]
    public void The_engine_uses_nothing_of_the_client() =>
        Rule.Holds(EngineVocabulary.Find(Repository.CodeUnder("src/Domi.Twikey"), Repository.CodeUnder("src/Domi.Engine")));

    [Fact]
    public void A_client_in_the_engine_is_found() => Assert.Single(Found("class X(TwikeyClient client);"));

    [Theory]
    [InlineData("class X { string s = ErrorCodes.NotFound; }")]
    [InlineData("class TwikeyErrors; class Y(TwikeyErrors errors);")]
    public void Vocabulary_and_own_types_pass(string code) => Assert.Empty(Found(code));

    private static IEnumerable<Finding> Found(string code) => EngineVocabulary.Find(Twikey, [new("src/Domi.Engine/X.cs", code)]);
}
