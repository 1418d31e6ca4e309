namespace Rill.Serving;

/// <summary>Why a sequence finished by itself.</summary>
public enum SequenceFinishReason
{
    /// <summary>An end token, a stop token or a complete constraint; or the vector is there.</summary>
    Stop,

    /// <summary>The token limit or the end of the context.</summary>
    Length,
}
