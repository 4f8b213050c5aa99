namespace Domi.Twikey;

/// <summary>One answer of a feed, in order. An empty one means that there is nothing new.</summary>
/// <param name="Last">
/// Position to read on from: the service's <c>X-LAST</c>, else the sequence of the last entry. <c>null</c> when neither was given;
/// then stay at the old position.
/// </param>
public sealed record FeedPage<T>(IReadOnlyList<FeedItem<T>> Items, string? Last)
    where T : class;

/// <summary>One entry of a feed. One that cannot be read stands between the others, with its text and what is wrong with it.</summary>
/// <param name="Value">What it says; <c>null</c> when it could not be read.</param>
/// <param name="Json">The entry as received, in canonical form (members sorted, no white space): the same entry gives the same text.</param>
/// <param name="Sequence">Its sequence in the feed, where the service gives one.</param>
/// <param name="Position">Its place in the page, from 0.</param>
/// <param name="Problem">Why it could not be read; <c>null</c> when it could.</param>
public sealed record FeedItem<T>(T? Value, string Json, long? Sequence, int Position, string? Problem = null)
    where T : class;
