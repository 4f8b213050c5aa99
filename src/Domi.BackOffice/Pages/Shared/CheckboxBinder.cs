using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Domi.BackOffice;

/// <summary>
/// Reads a tick box. What is neither yes nor no is an error at the field and counts as not ticked: the framework would fail on such a value
/// when it draws the page again.
/// </summary>
internal sealed class CheckboxBinder : IModelBinder, IModelBinderProvider
{
    public IModelBinder? GetBinder(ModelBinderProviderContext context) => context.Metadata.ModelType == typeof(bool) ? this : null;

    public Task BindModelAsync(ModelBindingContext bindingContext)
    {
        var (name, state) = (bindingContext.ModelName, bindingContext.ModelState);
        var value = bindingContext.ValueProvider.GetValue(name);
        if (value == ValueProviderResult.None) return Task.CompletedTask;

        if (bool.TryParse(value.FirstValue, out var isTicked))
        {
            state.SetModelValue(name, value);
            bindingContext.Result = ModelBindingResult.Success(isTicked);
            return Task.CompletedTask;
        }

        state.SetModelValue(name, new ValueProviderResult("false"));
        state.AddModelError(name, bindingContext.ModelMetadata.ModelBindingMessageProvider.AttemptedValueIsInvalidAccessor("", name));
        return Task.CompletedTask;
    }
}
