namespace Rill.CommandLine;

/// <summary>Input that cannot be used: ends the command, or fails the one line that it is about. The message is one sentence.</summary>
internal sealed class FailureException(string message) : Exception(message);
