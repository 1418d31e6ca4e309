namespace Rill.Text;

/// <summary>A string that came from a request: whatever a chat template makes of it, it is never taken for a special token.</summary>
/// <param name="Value">The characters.</param>
public sealed record RequestText(string Value);
