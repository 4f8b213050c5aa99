using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace Domi.Tidy;

/// <summary>A catch names what it expects and decides something; one that takes everything keeps the exception or throws again.</summary>
internal static class Catches
{
    public static IEnumerable<Finding> Find(RepositoryFile file)
    {
        var code = file.Parse();
        foreach (var clause in code.All<CatchClauseSyntax>().Where(c => c.Filter is null))
        {
            if (TakesEverything(clause) && !Keeps(clause))
                yield return code.At(clause, "this swallows bugs too: name what is expected, or filter it with 'when'");
            else if (clause.Block.Statements.Count == 0 && !HasComment(clause.Block))
                yield return code.At(clause, "an empty catch says in a comment why nothing is to be done");
        }
    }

    private static bool TakesEverything(CatchClauseSyntax clause) =>
        clause.Declaration?.Type.ToString() is null or "Exception" or "System.Exception" or "SystemException";

    private static bool Keeps(CatchClauseSyntax clause)
    {
        var inside = clause.Block.DescendantNodes().ToList();
        if (inside.Any(n => n is ThrowStatementSyntax or ThrowExpressionSyntax)) return true;

        var variable = clause.Declaration?.Identifier.Text;
        return !string.IsNullOrEmpty(variable) && inside.OfType<IdentifierNameSyntax>().Any(n => n.Identifier.Text == variable);
    }

    private static bool HasComment(BlockSyntax block) => block.DescendantTrivia().Any(t =>
        t.IsKind(SyntaxKind.SingleLineCommentTrivia) || t.IsKind(SyntaxKind.MultiLineCommentTrivia));
}

public sealed class CatchesTests
{
    [Fact]
    public void No_exception_is_swallowed() => Rule.Holds(Repository.Code.SelectMany(Catches.Find));

    [Theory]
    [InlineData("catch { }")]
    [InlineData("catch { return; }")]
    [InlineData("catch (Exception) { return; }")]
    [InlineData("catch (System.Exception e) { Log(\"e\"); }")]
    [InlineData("catch (IOException) { }")]
    public void A_swallowed_exception_is_found(string clause) => Assert.Single(Found(clause));

    [Theory]
    [InlineData("catch { Undo(); throw; }")]
    [InlineData("catch (Exception e) { Log(e); }")]
    [InlineData("catch (Exception e) when (e is IOException) { return; }")]
    [InlineData("catch (IOException) { return; }")]
    [InlineData("catch (IOException) { /* the file is gone already */ }")]
    public void A_catch_that_decides_passes(string clause) => Assert.Empty(Found(clause));

    private static IEnumerable<Finding> Found(string clause) =>
        Catches.Find(new("src/X.cs", $"class X {{ void M() {{ try {{ Do(); }} {clause} }} }}"));
}
