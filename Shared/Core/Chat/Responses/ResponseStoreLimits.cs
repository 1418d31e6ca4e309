namespace Rill.Chat.Responses;

/// <summary>How much a <see cref="ResponseStore"/> keeps.</summary>
/// <param name="Count">Most responses; 0 to keep none.</param>
/// <param name="Bytes">Most bytes of JSON, of all responses and their inputs together.</param>
/// <param name="Age">How long a response is kept after it was made or last gone on with.</param>
public sealed record ResponseStoreLimits(int Count, long Bytes, TimeSpan Age);
