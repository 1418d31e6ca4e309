namespace Rill.Text;

/// <summary>
/// A text would cost a model's tokenizer more than a text of its length may: a file's pattern, normalizer or added token does not suit it. The
/// message is meant for the client, whose text it is about.
/// </summary>
public sealed class EncodingLimitException : Exception
{
    /// <summary>Creates the exception from one sentence that says what is exceeded.</summary>
    public EncodingLimitException(string message)
        : base(message)
    {
    }
}
