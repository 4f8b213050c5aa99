using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace Domi.Tidy;

/// <summary>Public types of the libraries say what they are: others read them without reading the code.</summary>
internal static class Summaries
{
    public static IEnumerable<Finding> Find(IEnumerable<RepositoryFile> files)
    {
        // a partial type needs one summary, in whichever file
        var types = files.SelectMany(file =>
        {
            var code = file.Parse();
            return code.All<MemberDeclarationSyntax>().Where(IsPublicType).Select(type =>
                (Name: FullName(type), Documented: HasSummary(type), Finding: code.At(type, $"{NameOf(type)} has no <summary>")));
        });
        return types.GroupBy(t => t.Name).Where(parts => !parts.Any(p => p.Documented)).Select(parts => parts.First().Finding);
    }

    private static bool IsPublicType(MemberDeclarationSyntax member) =>
        member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax
        && member.AncestorsAndSelf().OfType<MemberDeclarationSyntax>()
            .Where(m => m is not BaseNamespaceDeclarationSyntax)
            .All(m => m.Modifiers.Any(SyntaxKind.PublicKeyword));

    private static bool HasSummary(MemberDeclarationSyntax type) => type.GetLeadingTrivia()
        .Select(trivia => trivia.GetStructure()).OfType<DocumentationCommentTriviaSyntax>()
        .SelectMany(comment => comment.Content.OfType<XmlElementSyntax>())
        .Any(element => element.StartTag.Name.ToString() == "summary" && element.Content.ToString().Trim(' ', '/', '\n', '\r').Length > 0);

    private static string NameOf(MemberDeclarationSyntax type) =>
        type is DelegateDeclarationSyntax named ? named.Identifier.Text : ((BaseTypeDeclarationSyntax)type).Identifier.Text;

    private static string FullName(MemberDeclarationSyntax type) => string.Join('.', type.AncestorsAndSelf().Reverse().Select(node => node switch
    {
        BaseNamespaceDeclarationSyntax space => space.Name.ToString(),
        TypeDeclarationSyntax outer => $"{outer.Identifier.Text}`{outer.TypeParameterList?.Parameters.Count ?? 0}",
        MemberDeclarationSyntax member => NameOf(member),
        _ => "",
    }));
}

public sealed class SummariesTests
{
    [Theory]
    [InlineData("src/Domi.Standards")]
    [InlineData("src/Domi.Twikey")]
    [InlineData("src/Domi.Rendering")]
    public void Public_types_of_libraries_have_a_summary(string library) => Rule.Holds(Summaries.Find(Repository.CodeUnder(library)));

    [Theory]
    [InlineData("public class A { }")]
    [InlineData("/// <remarks>x</remarks>\npublic record A;")]
    [InlineData("/// <summary></summary>\npublic enum A { B }")]
    [InlineData("// <summary>x</summary>\npublic delegate void A();")]
    [InlineData("/// <summary>Outer.</summary>\npublic class A { public struct B { } }")]
    public void A_missing_summary_is_found(string code) => Assert.Single(Summaries.Find([new("src/X.cs", code)]));

    [Theory]
    [InlineData("/// <summary>An account number.</summary>\npublic class A { }")]
    [InlineData("/// <summary>\n/// An account number.\n/// </summary>\n[Obsolete]\npublic class A { }")]
    [InlineData("class A { public class B { } }")]
    [InlineData("public partial class A { }\n/// <summary>An account number.</summary>\npublic partial class A { }")]
    public void A_documented_type_passes(string code) => Assert.Empty(Summaries.Find([new("src/X.cs", "namespace N;\n" + code)]));
}
