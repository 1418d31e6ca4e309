using Rill.Models;
using Rill.ModelStore;
using Rill.Text;

namespace Rill.ChatClient.Loading;

/// <summary>Tells what stops a load from a bug.</summary>
internal static class LoadFailures
{
    /// <summary>
    /// What is thrown for a failure that a file, a store or the surroundings are to blame for; null for a bug, which keeps its stack.
    /// </summary>
    public static RillLoadException? Explain(Exception failure) => SentenceOf(failure) is { Length: > 0 } sentence
        ? new RillLoadException(char.ToUpperInvariant(sentence[0]) + sentence[1..], failure)
        : null;

    private static string? SentenceOf(Exception failure) => failure switch
    {
        ModelFileException or ModelFormatException or UnsupportedModelException or ChatTemplateException or StoreException => failure.Message,
        DllNotFoundException => failure.Message.ReplaceLineEndings(" "),
        OutOfMemoryException => $"The memory does not suffice: {failure.Message}",
        AggregateException { InnerExceptions: [var only] } => SentenceOf(only),
        TypeInitializationException { InnerException: { } cause } => SentenceOf(cause),
        _ => null,
    };
}
