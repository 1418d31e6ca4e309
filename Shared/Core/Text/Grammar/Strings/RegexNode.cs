namespace Rill.Text.Grammar.Strings;

/// <summary>A parsed regular expression of JSON Schema.</summary>
internal abstract record RegexNode;

/// <summary>One code point.</summary>
internal sealed record RegexSet(CodePointRanges Set) : RegexNode;

internal sealed record RegexSequence(IReadOnlyList<RegexNode> Parts) : RegexNode;

internal sealed record RegexChoice(IReadOnlyList<RegexNode> Choices) : RegexNode;

/// <summary>A repetition; <paramref name="Most"/> is int.MaxValue when there is none.</summary>
internal sealed record RegexRepeat(RegexNode Body, int Least, int Most) : RegexNode;

/// <summary>The start or the end of the text.</summary>
internal sealed record RegexAnchor(bool IsStart) : RegexNode;
