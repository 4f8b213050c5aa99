using Domi.Engine.Creditors;
using Domi.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Domi.Engine.Wire;

/// <summary>What a key of the API may be limited to. Profiles are for all: nothing can be asked without them.</summary>
public enum KeyGroup { Profiles, Mandates, Customers, Invoices, Transactions, Subscriptions, Links, Transfers, Reconciliation }

/// <summary>What a key may do.</summary>
/// <param name="Groups">Null: everything.</param>
internal sealed record KeyScope(bool IsReadOnly, IReadOnlySet<KeyGroup>? Groups)
{
    public static readonly KeyScope Full = new(false, null);

    /// <summary>The groups that can be chosen.</summary>
    public static IReadOnlyList<KeyGroup> Choices { get; } = [.. Enum.GetValues<KeyGroup>().Where(g => g is not KeyGroup.Profiles)];

    public static KeyScope Of(ApiKey key) =>
        new(key.IsReadOnly, key.Groups?.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Enum.Parse<KeyGroup>).ToHashSet());

    public bool May(KeyGroup group, string method) =>
        (!IsReadOnly || HttpMethods.IsGet(method)) && (Groups is null || group is KeyGroup.Profiles || Groups.Contains(group));

    /// <exception cref="RefusedException"><c>err_scope</c>.</exception>
    public void Require(KeyGroup group, string method)
    {
        if (!May(group, method)) throw new RefusedException("err_scope", $"The key may not use {method} of {group}.", ("group", group.ToString().ToLowerInvariant()));
    }
}

internal static class KeyScopes
{
    /// <summary>The routes that are mapped here belong to a group: a key that may not use it is refused.</summary>
    /// <remarks>Refuses with <c>err_scope</c>.</remarks>
    public static RouteGroupBuilder Of(this RouteGroupBuilder creditor, KeyGroup group)
    {
        var routes = creditor.MapGroup("").WithMetadata(group);
        routes.AddEndpointFilter((context, next) =>
        {
            var http = context.HttpContext;
            ((Caller)http.Items[typeof(Caller)]!).Scope.Require(group, http.Request.Method);
            return next(context);
        });
        return routes;
    }
}
