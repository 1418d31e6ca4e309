namespace Rill.OpenAI;

/// <summary>What a stream carries beside the text.</summary>
/// <param name="IncludeUsage">True for a last chunk with usage; the others then have <c>usage: null</c>.</param>
/// <param name="ContinuousUsageStats">vLLM's extension: running counts in every chunk. Has effect only with IncludeUsage.</param>
public sealed record StreamOptions(bool IncludeUsage, bool ContinuousUsageStats);
