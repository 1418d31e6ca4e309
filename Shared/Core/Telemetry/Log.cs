using Microsoft.Extensions.Logging;

namespace Rill.Telemetry;

/// <summary>The log messages of Core. None holds prompt or completion text.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Debug, "Sequence {SequenceId} finished: {FinishReason}, {PromptTokens} prompt and {CompletionTokens} completion tokens")]
    public static partial void SequenceFinished(
        this ILogger logger, long sequenceId, string finishReason, int promptTokens, int completionTokens);

    [LoggerMessage(2, LogLevel.Debug, "Sequence {SequenceId} aborted in {Phase} ({Cause}) after {PromptTokens} prompt and {CompletionTokens} completion tokens")]
    public static partial void SequenceAborted(
        this ILogger logger, long sequenceId, string phase, string cause, int promptTokens, int completionTokens);

    [LoggerMessage(3, LogLevel.Error, "Sequence {SequenceId} failed after {CompletionTokens} completion tokens; the others of its step go on")]
    public static partial void SequenceFailed(this ILogger logger, Exception exception, long sequenceId, int completionTokens);

    [LoggerMessage(4, LogLevel.Error, "A step with {Sequences} sequences failed ({Failures} in a row); they end with an error")]
    public static partial void StepFailed(this ILogger logger, Exception exception, int sequences, int failures);

    [LoggerMessage(5, LogLevel.Information, "Draining: {Running} sequences run, {Waiting} wait")]
    public static partial void DrainStarted(this ILogger logger, int running, int waiting);

    [LoggerMessage(7, LogLevel.Information, "The first token, in seconds since the process began: {Phases}")]
    public static partial void FirstToken(this ILogger logger, StartTimeline phases);

    [LoggerMessage(6, LogLevel.Warning, "The drain time is over: {Sequences} sequences end with an error")]
    public static partial void DrainCutOff(this ILogger logger, int sequences);
}
