namespace Rill.OpenAI;

/// <summary>The text of a message, which the wire gives as one string or as a list of text parts.</summary>
public sealed record MessageContent
{
    /// <summary>Content from one string.</summary>
    public MessageContent(string text) => (Parts, WasString) = ([text], true);

    /// <summary>Content from a list of text parts, at least one.</summary>
    public MessageContent(IReadOnlyList<string> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentOutOfRangeException.ThrowIfZero(parts.Count, nameof(parts));
        Parts = parts;
    }

    /// <summary>The parts' texts; one when the wire gave a string.</summary>
    public IReadOnlyList<string> Parts { get; }

    /// <summary>True when the wire gave one string.</summary>
    public bool WasString { get; }

    /// <summary>All text, parts joined by line feeds as vLLM joins them.</summary>
    public string Text => Parts.Count == 1 ? Parts[0] : string.Join('\n', Parts);

    /// <inheritdoc/>
    public bool Equals(MessageContent? other) => other is not null && WasString == other.WasString && Parts.SequenceEqual(other.Parts);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(WasString, Text);

    /// <summary>The kind and size alone, so that no log ever shows what a user wrote.</summary>
    public override string ToString() => $"MessageContent({Parts.Count} parts, {Text.Length} characters)";
}
