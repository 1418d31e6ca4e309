namespace Rill.Text;

/// <summary>
/// A chat template could not render a conversation: it refused it (raise_exception), or the conversation lacks what the template needs.
/// The message is meant for the client, whose request it is about.
/// </summary>
public sealed class ChatTemplateException : Exception
{
    /// <summary>Creates the exception from the template's own words, or from ours.</summary>
    public ChatTemplateException(string message)
        : base(message)
    {
    }

    /// <summary>True when the template itself refused the conversation (raise_exception), and the message is its own.</summary>
    public bool IsRefusal { get; init; }
}
