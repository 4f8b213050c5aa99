using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace Domi.Tidy;

/// <summary>Words that the field does not use, or that say nothing. The glossary has the words to use instead.</summary>
internal static partial class TypeNames
{
    private static readonly Dictionary<string, string> Anywhere = new()
    {
        ["Merchant"] = "the field says creditor",
        ["Vendor"] = "the field says creditor, or supplier",
        ["Payer"] = "the field says debtor",
        ["Chargeback"] = "say which R-transaction it is: reject, refusal, return, refund or reversal",
        ["Bounced"] = "say which R-transaction it is: reject, refusal, return, refund or reversal",
    };

    private static readonly string[] EmptyEndings = ["Dto", "Manager", "Helper", "Helpers", "Util", "Utils", "Info", "Base", "Impl"];

    public static IEnumerable<Finding> Find(RepositoryFile file)
    {
        var code = file.Parse();
        var names = code.All<BaseTypeDeclarationSyntax>().Select(t => (Node: (SyntaxNode)t, t.Identifier.Text))
            .Concat(code.All<DelegateDeclarationSyntax>().Select(d => (Node: (SyntaxNode)d, d.Identifier.Text)));

        foreach (var (node, name) in names)
            if (Complaint(name) is { } complaint)
                yield return code.At(node, $"{name}: {complaint}");
    }

    private static string? Complaint(string name)
    {
        var words = Words().Matches(name).Select(m => m.Value).ToList();
        if (words.FirstOrDefault(Anywhere.ContainsKey) is { } word) return Anywhere[word];
        if (words is ["I", .., "Service"]) return "name an interface after what it does";
        if (words is ["Base", ..]) return "name the thing, not its place in a hierarchy";

        // tag helpers are ASP.NET's own word
        if (words is [.., "Tag", "Helper"]) return null;
        return words.Count > 0 && EmptyEndings.Contains(words[^1]) ? $"'{words[^1]}' says nothing; name what it is" : null;
    }

    [GeneratedRegex("[A-Z][a-z0-9]*")]
    private static partial Regex Words();
}

public sealed class TypeNamesTests
{
    [Fact]
    public void Types_are_named_in_the_words_of_the_field() =>
        Rule.Holds(Repository.Code.SelectMany(TypeNames.Find));

    [Theory]
    [InlineData("public sealed record MerchantAccount;")]
    [InlineData("enum PaymentVendor { A }")]
    [InlineData("interface IMandateService { }")]
    [InlineData("class InvoiceManager { }")]
    [InlineData("static class DateHelper { }")]
    [InlineData("record struct InvoiceDto(int Id);")]
    [InlineData("abstract class BaseEntity { }")]
    [InlineData("delegate void Chargeback();")]
    [InlineData("class Outer { class MandateInfo { } }")]
    public void A_banned_word_is_found(string code) => Assert.Single(TypeNames.Find(new("src/X.cs", code)));

    [Theory]
    [InlineData("class Mandate { }")]
    [InlineData("class Information { }")]
    [InlineData("class MoneyTagHelper { }")]
    [InlineData("class DatabaseSettings { /* a Merchant */ string s = \"class Merchant\"; }")]
    public void Other_words_pass(string code) => Assert.Empty(TypeNames.Find(new("src/X.cs", code)));
}
