namespace Rill.ChatClient;

/// <summary>How far the load of a model is.</summary>
/// <param name="Phase">What is being done: <c>opening</c>, <c>fetching</c>, <c>preparing</c>, <c>quantizing</c> or <c>ready</c>.</param>
/// <param name="Share">The part of the phase that is done, from 0 to 1; null where nobody knows.</param>
/// <param name="DoneBytes">Bytes of a remote model that have come.</param>
/// <param name="TotalBytes">Bytes of a remote model; 0 for a local one, and while they are not known.</param>
public readonly record struct RillLoadProgress(string Phase, double? Share, long DoneBytes, long TotalBytes);
