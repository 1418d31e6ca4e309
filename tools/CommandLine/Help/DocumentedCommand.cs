using System.CommandLine;

namespace Rill.CommandLine.Help;

/// <summary>A command whose help ends with examples. Each of them runs as it stands, at the repository's root, but for the words in capitals, which stand for a store of the reader's.</summary>
/// <param name="name">The command's name.</param>
/// <param name="description">What it does.</param>
/// <param name="examples">Shell commands.</param>
internal sealed class DocumentedCommand(string name, string description, params string[] examples) : Command(name, description)
{
    /// <summary>Shell commands that show the command at work.</summary>
    public IReadOnlyList<string> Examples { get; } = examples;
}
