using Microsoft.Extensions.Options;
using Rill.Models;
using Rill.ModelStore;
using Rill.Text;

namespace Rill.FunctionApp;

/// <summary>A setting or a file stops the start. The message is one sentence that says which and what to do.</summary>
internal sealed class StartFailureException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Turns what can stop a start into one sentence on standard error and a non-zero exit; the rest is a bug and keeps its stack.</summary>
internal static class StartFailure
{
    /// <summary>Runs the app; 0 after an orderly end, 1 when its settings or its model stopped it.</summary>
    public static async Task<int> GuardAsync(Func<Task> run)
    {
        try
        {
            await run();
            return 0;
        }
        catch (Exception failure) when (Explain(failure) is { } sentence)
        {
            await Console.Error.WriteLineAsync("Rill cannot start: " + sentence);
            return 1;
        }
    }

    /// <summary>The sentence of a failure that a setting, a file or a store is to blame for; null for a bug.</summary>
    public static string? Explain(Exception failure) => failure switch
    {
        StartFailureException or ModelFileException or ModelFormatException or UnsupportedModelException or ChatTemplateException or StoreException => failure.Message,
        OptionsValidationException options => string.Join(" ", options.Failures),
        InvalidOperationException { InnerException: FormatException } binding => binding.Message,
        AggregateException { InnerExceptions: [var only] } => Explain(only),
        _ => null,
    };
}
