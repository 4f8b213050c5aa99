using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace Domi.BackOffice.Pages.Shared;

/// <summary><c>&lt;field-error for="Input.Name" /&gt;</c>: what is wrong with a field, below it; nothing when all is well.</summary>
[HtmlTargetElement("field-error", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class FieldErrorTagHelper(HtmlEncoder encoder) : TagHelper
{
    public ModelExpression For { get; set; } = null!; // set by Razor

    [HtmlAttributeNotBound, ViewContext]
    public ViewContext View { get; set; } = null!; // set by Razor

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        var name = View.ViewData.TemplateInfo.GetFullHtmlFieldName(For.Name);
        if (!View.ViewData.ModelState.TryGetValue(name, out var entry) || entry.Errors.Count == 0)
        {
            output.SuppressOutput();
            return;
        }

        output.TagName = "p";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", "error");
        output.Attributes.SetAttribute("id", IdOf(name));
        output.Attributes.SetAttribute("role", "alert");
        output.Content.AppendHtml($"""<svg class="g" aria-hidden="true"><use href="#s-fail"/></svg><span>{encoder.Encode(entry.Errors[0].ErrorMessage)}</span>""");
    }

    public static string IdOf(string name) => TagBuilder.CreateSanitizedId(name, "_") + "-error";
}

/// <summary>A field that is wrong says so to screen readers, and where the reason stands.</summary>
[HtmlTargetElement("input", Attributes = "asp-for"), HtmlTargetElement("select", Attributes = "asp-for"), HtmlTargetElement("textarea", Attributes = "asp-for")]
public sealed class InvalidFieldTagHelper : TagHelper
{
    [HtmlAttributeName("asp-for")]
    public ModelExpression For { get; set; } = null!; // set by Razor

    [HtmlAttributeNotBound, ViewContext]
    public ViewContext View { get; set; } = null!; // set by Razor

    // After the framework's own helpers, which write the attributes of unobtrusive validation.
    public override int Order => 1000;

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        foreach (var attribute in output.Attributes.Where(a => a.Name.StartsWith("data-val", StringComparison.Ordinal)).ToList()) output.Attributes.Remove(attribute);
        var name = View.ViewData.TemplateInfo.GetFullHtmlFieldName(For.Name);
        if (!View.ViewData.ModelState.TryGetValue(name, out var entry) || entry.Errors.Count == 0) return;

        output.Attributes.SetAttribute("aria-invalid", "true");
        output.Attributes.SetAttribute("aria-describedby", FieldErrorTagHelper.IdOf(name));
    }
}
