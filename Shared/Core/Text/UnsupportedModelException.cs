namespace Rill.Text;

/// <summary>
/// A model's text files (tokenizer.json, chat template, ...) cannot be used: missing, broken, or asking for something this library does
/// not do. Thrown when the files are loaded, never later, because a near miss would silently change every prompt.
/// </summary>
public sealed class UnsupportedModelException : Exception
{
    /// <summary>Creates the exception from one sentence that names the file and the element.</summary>
    public UnsupportedModelException(string message)
        : base(RefusalText.Of(message))
    {
    }

    /// <summary>Creates the exception from one sentence that names the file and the element, and what lies beneath.</summary>
    public UnsupportedModelException(string message, Exception? innerException)
        : base(RefusalText.Of(message), innerException)
    {
    }
}
