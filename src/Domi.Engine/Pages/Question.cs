using System.Text.Json.Nodes;
using Domi.Engine.Profiles;
using Domi.Platform;
using Microsoft.AspNetCore.Http;

namespace Domi.Engine.Pages;

/// <summary>A question of the creditor's own on the signing page, with what is known or typed as its answer.</summary>
internal sealed record Question(string Field, ProfileAttribute Attribute, string? Answer, string? Error)
{
    public string Label => Attribute.Description.Length > 0 ? Attribute.Description : Attribute.Name;

    public bool IsChosen(string option) => (Answer ?? "").Split(',', StringSplitOptions.TrimEntries).Contains(option);
}

/// <summary>The questions that a profile has asked on the signing page.</summary>
internal static class Questions
{
    public static IReadOnlyList<Question> Of(Profile profile, string? known)
    {
        var values = ProfileAttributes.Values(known);
        return [.. ProfileAttributes.Of(profile).Where(a => a.IsAsked).Select((a, i) => new Question($"q{i}", a, values[a.Name]?.ToString(), null))];
    }

    /// <summary>What was typed; what is wrong with it stands in <paramref name="errors"/> under the field.</summary>
    public static (IReadOnlyList<Question> Questions, string? Answers) Read(Profile profile, string? known, IFormCollection form, Texts t, Dictionary<string, string> errors)
    {
        var values = ProfileAttributes.Values(known);
        var questions = new List<Question>();
        foreach (var question in Of(profile, known))
        {
            var attribute = question.Attribute;
            if (attribute.IsReadOnly)
            {
                questions.Add(question);
                continue;
            }

            var typed = attribute.Type switch
            {
                "checkbox" => form[question.Field] == "true" ? "true" : attribute.IsMandatory ? null : "false",
                "multi" => string.Join(',', form[question.Field].OfType<string>().Where(o => attribute.Options.Contains(o))),
                _ => form[question.Field].ToString().Trim(),
            };
            if (string.IsNullOrEmpty(typed)) typed = null;
            var error = typed is null ? attribute.IsMandatory ? t["question.missing"] : null
                : ProfileAttributes.Holds(attribute, typed) && (attribute.Type is not "select" || attribute.Options.Contains(typed)) ? null : t[$"question.wrong.{attribute.Type}"];
            if (error is not null) errors[question.Field] = error;
            else if (typed is null) values.Remove(attribute.Name);
            else values[attribute.Name] = typed;
            questions.Add(question with { Answer = typed, Error = error });
        }

        return (questions, values.Count == 0 ? known is null ? null : "{}" : values.ToJsonString(Wire.Json.Options));
    }
}
