using System.Runtime.InteropServices;
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
    /// <summary>
    /// Runs the app; 0 after an orderly end, 1 when its settings, its model or its surroundings stopped it. A SIGTERM ends it in order
    /// from the first moment on: the token is cancelled, and what then fails in the start is no failure.
    /// </summary>
    public static async Task<int> GuardAsync(Func<CancellationToken, Task> run)
    {
        using var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            stop.Cancel();
        });
        try
        {
            await run(stop.Token);
            return 0;
        }
        catch (Exception failure) when (Explain(failure) is { } sentence)
        {
            await Console.Error.WriteLineAsync("Rill cannot start: " + sentence);
            return 1;
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            return 0;
        }
    }

    /// <summary>The sentence of a failure that a setting, a file, a store or the surroundings are to blame for; null for a bug.</summary>
    public static string? Explain(Exception failure) => failure switch
    {
        StartFailureException or ModelFileException or ModelFormatException or UnsupportedModelException or ChatTemplateException or StoreException => failure.Message,
        OptionsValidationException options => string.Join(" ", options.Failures),
        InvalidOperationException { InnerException: FormatException } binding => binding.Message,
        DllNotFoundException => failure.Message.ReplaceLineEndings(" "),
        OutOfMemoryException => $"the memory does not suffice: {failure.Message}",
        AggregateException { InnerExceptions: [var only] } => Explain(only),
        TypeInitializationException { InnerException: { } cause } => Explain(cause),
        _ => null,
    };
}
