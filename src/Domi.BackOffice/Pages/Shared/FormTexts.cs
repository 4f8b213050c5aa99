using Domi.Platform;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding.Metadata;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Domi.BackOffice;

/// <summary>What a form says about a field, in the reader's language: never the framework's English.</summary>
public static class FormTexts
{
    /// <summary>Texts <c>form.*</c> of the module for everything that binding and annotations can find wrong.</summary>
    public static IMvcBuilder AddFormTexts(this IMvcBuilder mvc, Texts texts)
    {
        mvc.AddDataAnnotationsLocalization(options => options.DataAnnotationLocalizerProvider = (_, _) => new Localizer(texts));
        mvc.Services.Configure<MvcOptions>(options =>
        {
            // An empty field of a text that is always there is an empty text; what must be filled in says so.
            options.SuppressImplicitRequiredAttributeForNonNullableReferenceTypes = true;
            options.ModelMetadataDetailsProviders.Add(new FieldWords());
            options.ModelBinderProviders.Insert(0, new CheckboxBinder());
            var messages = options.ModelBindingMessageProvider;
            messages.SetAttemptedValueIsInvalidAccessor((_, _) => texts["form.invalid"]);
            messages.SetMissingBindRequiredValueAccessor(_ => texts["form.required"]);
            messages.SetMissingKeyOrValueAccessor(() => texts["form.required"]);
            messages.SetMissingRequestBodyRequiredValueAccessor(() => texts["form.required"]);
            messages.SetNonPropertyAttemptedValueIsInvalidAccessor(_ => texts["form.invalid"]);
            messages.SetNonPropertyUnknownValueIsInvalidAccessor(() => texts["form.invalid"]);
            messages.SetNonPropertyValueMustBeANumberAccessor(() => texts["form.number"]);
            messages.SetUnknownValueIsInvalidAccessor(_ => texts["form.invalid"]);
            messages.SetValueIsInvalidAccessor(_ => texts["form.invalid"]);
            messages.SetValueMustBeANumberAccessor(_ => texts["form.number"]);
            messages.SetValueMustNotBeNullAccessor(_ => texts["form.required"]);
        });
        return mvc;
    }

    /// <summary>
    /// The bridge between a use case and a form: a refusal stands at the field it is about, or above the form, and the page is drawn
    /// again. Null when it was refused.
    /// </summary>
    /// <param name="form">Name of the bound form in the page.</param>
    public static async Task<T?> AcceptsAsync<T>(this ModelStateDictionary state, Texts texts, Func<Task<T>> act, string form = "Input")
        where T : class
    {
        try
        {
            return await act();
        }
        catch (RefusedException e)
        {
            var field = $"{form}.{e.Field}";
            state.AddModelError(e.Field is not null && state.ContainsKey(field) ? field : "", texts.Refused(e));
        }
        catch (DbUpdateConcurrencyException)
        {
            state.AddModelError("", texts["refused.changed_meanwhile"]);
        }

        return null;
    }

    /// <summary>The same for a use case without a result.</summary>
    public static async Task<bool> AcceptsAsync(this ModelStateDictionary state, Texts texts, Func<Task> act, string form = "Input") =>
        await state.AcceptsAsync(texts, async () =>
        {
            await act();
            return texts;
        }, form) is not null;

    private sealed class FieldWords : IValidationMetadataProvider, IDisplayMetadataProvider
    {
        public void CreateDisplayMetadata(DisplayMetadataProviderContext context)
        {
            if (context.Key.ModelType == typeof(string) && context.Key.PropertyInfo is { } property
                && new System.Reflection.NullabilityInfoContext().Create(property).WriteState is System.Reflection.NullabilityState.NotNull)
                context.DisplayMetadata.ConvertEmptyStringToNull = false;
        }

        public void CreateValidationMetadata(ValidationMetadataProviderContext context)
        {
            foreach (var attribute in context.ValidationMetadata.ValidatorMetadata.OfType<ValidationAttribute>().Where(a => a.ErrorMessage is null && a.ErrorMessageResourceName is null))
                attribute.ErrorMessage = attribute switch
                {
                    RequiredAttribute => "form.required",
                    StringLengthAttribute or MaxLengthAttribute => "form.too_long",
                    RangeAttribute => "form.range",
                    EmailAddressAttribute => "form.email",
                    _ => "form.invalid",
                };
        }
    }

    private sealed class Localizer(Texts texts) : IStringLocalizer
    {
        public LocalizedString this[string name] => new(name, texts[name]);

        // The arguments are the field and the limits of the annotation, in the framework's order.
        public LocalizedString this[string name, params object[] arguments] => new(name, texts[name, [.. arguments.Select((value, place) => (place switch { 0 => "field", 1 => "first", _ => "second" }, (object?)value))]]);

        public IEnumerable<LocalizedString> GetAllStrings(bool includeParentCultures) => [];
    }
}
