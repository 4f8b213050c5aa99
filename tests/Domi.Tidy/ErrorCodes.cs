using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace Domi.Tidy;

/// <summary>The codes a caller can meet and those in the reference are the same.</summary>
internal static partial class ErrorCodes
{
    public const string Reference = "docs/reference/errors.md";

    public static IEnumerable<Finding> Find(RepositoryFile reference, IReadOnlyCollection<RepositoryFile> source)
    {
        var documented = Row().Matches(reference.Text)
            .Select(m => (Code: m.Groups["code"].Value, Line: reference.LineAt(m.Index))).ToList();
        var parsed = source.Select(f => f.Parse()).ToList();
        var constants = parsed.SelectMany(Constants).ToLookup(c => c.Name, c => c.Value);

        foreach (var code in parsed)
            foreach (var argument in code.All<ObjectCreationExpressionSyntax>()
                .Where(o => o.Type.ToString() is "RefusedException" or "Domi.Platform.RefusedException")
                .Select(o => o.ArgumentList?.Arguments.FirstOrDefault()?.Expression))
                foreach (var value in Values(argument, constants).Where(value => documented.All(d => d.Code != value)))
                    yield return code.At(argument!, $"add to {Reference}: | `{value}` | when it is answered | what the caller can do |");

        foreach (var twice in documented.GroupBy(d => d.Code).Where(g => g.Count() > 1))
            yield return new(Reference, twice.Last().Line, $"{twice.Key} is listed twice");

        var literals = parsed.SelectMany(c => c.All<LiteralExpressionSyntax>()).Select(l => l.Token.ValueText).ToHashSet();
        foreach (var (code, line) in documented.Where(d => !literals.Contains(d.Code)))
            yield return new(Reference, line, $"nothing in src answers {code}: delete the row");
    }

    private static IEnumerable<(string Name, string Value)> Constants(ParsedFile code) =>
        code.All<FieldDeclarationSyntax>()
            .Where(f => f.Modifiers.Any(SyntaxKind.ConstKeyword))
            .SelectMany(f => f.Declaration.Variables)
            .Where(v => v.Initializer?.Value is LiteralExpressionSyntax literal && literal.IsKind(SyntaxKind.StringLiteralExpression))
            .Select(v => (Name: v.Identifier.Text, Owner: v.Ancestors().OfType<BaseTypeDeclarationSyntax>().First().Identifier.Text,
                Value: ((LiteralExpressionSyntax)v.Initializer!.Value).Token.ValueText))
            .SelectMany(c => new[] { (c.Name, c.Value), ($"{c.Owner}.{c.Name}", c.Value) });

    // A literal, a constant by its name, or either of two.
    private static IEnumerable<string> Values(ExpressionSyntax? expression, ILookup<string, string> constants) => expression switch
    {
        LiteralExpressionSyntax literal when literal.IsKind(SyntaxKind.StringLiteralExpression) => [literal.Token.ValueText],
        ConditionalExpressionSyntax either => [.. Values(either.WhenTrue, constants), .. Values(either.WhenFalse, constants)],
        IdentifierNameSyntax name => constants[name.ToString()],
        MemberAccessExpressionSyntax member => constants[string.Join('.', member.ToString().Split('.').TakeLast(2))],
        _ => [],
    };

    [GeneratedRegex(@"^\|\s*`(?<code>[A-Za-z0-9_.\-]+)`\s*\|", RegexOptions.Multiline)]
    private static partial Regex Row();
}

public sealed class ErrorCodesTests
{
    private const string OneRow = "| code | when |\n| --- | --- |\n| `err_known` | always |\n";

    [Fact]
    public void Codes_in_the_source_and_in_the_reference_are_the_same() =>
        Rule.Holds(ErrorCodes.Find(Repository.File(ErrorCodes.Reference), [.. Repository.CodeUnder("src")]));

    [Theory]
    [InlineData("""throw new RefusedException("err_new", "No.");""")]
    [InlineData("""throw new RefusedException(Codes.New, "No.");""")]
    [InlineData("""throw new RefusedException(late ? "err_new" : "err_known", "No.");""")]
    public void A_code_that_is_not_listed_is_found_with_the_line_to_add(string statement)
    {
        var found = Assert.Single(Found(OneRow, statement));

        Assert.StartsWith("add to docs/reference/errors.md: | `err_new` |", found.Message);
    }

    [Fact]
    public void A_listed_code_that_nothing_answers_is_found() =>
        Assert.Contains(Found(OneRow + "| `err_gone` | never |\n", ""), f => f.Message.Contains("err_gone") && f.Line == 4);

    [Fact]
    public void A_code_listed_twice_is_found() =>
        Assert.Contains(Found(OneRow + "| `err_known` | again |\n", ""), f => f.Message == "err_known is listed twice");

    [Fact]
    public void Listed_codes_pass() => Assert.Empty(Found(OneRow, """throw new RefusedException("err_known", "No.");"""));

    private static IEnumerable<Finding> Found(string page, string statement) => ErrorCodes.Find(new(ErrorCodes.Reference, page),
    [
        new("src/X.cs", $$"""class X { const string Known = "err_known"; void M(bool late) { {{statement}} } }"""),
        new("src/Codes.cs", """static class Codes { public const string New = "err_new"; }"""),
    ]);
}
