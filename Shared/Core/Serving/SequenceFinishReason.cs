namespace Rill.Serving;

/// <summary>Why a sequence finished by itself.</summary>
public enum SequenceFinishReason
{
    /// <summary>An end token or a stop token.</summary>
    Stop,

    /// <summary>The token limit or the end of the context.</summary>
    Length,
}
