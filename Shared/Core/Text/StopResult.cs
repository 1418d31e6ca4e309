namespace Rill.Text;

/// <summary>What <see cref="StopMatcher.Push"/> gives.</summary>
/// <param name="Text">Text that may be sent now; may be empty.</param>
/// <param name="Stop">The stop string that was found, or null: go on.</param>
public readonly record struct StopResult(string Text, string? Stop);
