using Rill.Text.Grammar.Strings;

namespace Rill.Text.Grammar.Gbnf;

/// <summary>What the rule of a name reads. The other nodes of a rule are those of regular expressions.</summary>
/// <param name="Name">The rule's name.</param>
/// <param name="Line">The line of the grammar, from 1, for messages.</param>
internal sealed record GbnfReference(string Name, int Line) : RegexNode;
