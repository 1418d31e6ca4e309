namespace Rill.CommandLine;

/// <summary>What the program's exit code tells.</summary>
internal static class ExitCode
{
    /// <summary>Everything went well, or the reader of the output left early.</summary>
    public const int Success = 0;

    /// <summary>The command could not do its work, at least one line failed, or the inspected model cannot be served.</summary>
    public const int Failure = 1;

    /// <summary>The command line itself is wrong, or there is no server to try.</summary>
    public const int Usage = 2;

    /// <summary>Ended by Ctrl+C.</summary>
    public const int Interrupted = 130;
}
