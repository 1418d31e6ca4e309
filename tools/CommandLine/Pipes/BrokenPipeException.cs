namespace Rill.CommandLine.Pipes;

/// <summary>Nobody reads standard output any more.</summary>
internal sealed class BrokenPipeException() : IOException("Nobody reads standard output any more.");
