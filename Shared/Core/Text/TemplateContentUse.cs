namespace Rill.Text;

/// <summary>What a chat template does with the messages it is given, read off its text when it is parsed.</summary>
public sealed record TemplateContentUse
{
    /// <summary>True when it goes through a content's parts (a loop over content, or a filter such as selectattr upon it).</summary>
    public bool GoesThroughParts { get; init; }

    /// <summary>True when it asks whether a content is a string, so that it bears texts beside lists of parts.</summary>
    public bool AsksForText { get; init; }

    /// <summary>True when it asks whether a content is none, so that it bears messages without content.</summary>
    public bool AsksForNone { get; init; }

    /// <summary>True when it speaks of the role developer; others know system alone.</summary>
    public bool KnowsDeveloper { get; init; }
}
