namespace Rill.Text;

/// <summary>Characters that are dropped at the beginning of a decoded text: the space that the tokenizer has put before it, usually.</summary>
/// <param name="Character">Which character.</param>
/// <param name="Count">At most how many of them; 0 drops none.</param>
public readonly record struct LeadingTrim(char Character, int Count);
