namespace Domi.BackOffice.Connections;

/// <summary>
/// Keys of work that calls a provider: a few pieces at a time for each connection, however many wait, so that one provider that hangs
/// holds up no other own company.
/// </summary>
internal static class Lanes
{
    private const int PerConnection = 3;

    public static string Of(Guid connectionId, Guid itemId) =>
        FormattableString.Invariant($"{connectionId:n}/{itemId.ToByteArray()[15] % PerConnection}"); // the last byte of a v7 id is random
}
