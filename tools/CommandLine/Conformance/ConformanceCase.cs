namespace Rill.CommandLine.Conformance;

/// <summary>One thing that a server must do.</summary>
/// <param name="Number">Its number in the list of docs/conformance.md.</param>
/// <param name="Severity">Who asks for it.</param>
/// <param name="Title">What is expected, in a few words.</param>
/// <param name="RunAsync">Tries it; returns when the server does as expected.</param>
internal sealed record ConformanceCase(int Number, Severity Severity, string Title, Func<Probe, Task> RunAsync);

/// <summary>Who asks for it.</summary>
internal enum Severity
{
    /// <summary>OpenAI's specification, or an official SDK that breaks without it.</summary>
    Normative,

    /// <summary>What the peers do, and clients have come to rely on.</summary>
    Practice,

    /// <summary>Rill's own contract; others are not asked for it.</summary>
    Own,
}

/// <summary>What came of a case.</summary>
/// <param name="Number">The case's number.</param>
/// <param name="Severity">Who asks for it.</param>
/// <param name="Title">What is expected, in a few words.</param>
/// <param name="Outcome">passed, failed or skipped.</param>
/// <param name="Detail">What was expected and what came, or why nothing was tried; null for a case that passed.</param>
internal sealed record ConformanceResult(int Number, Severity Severity, string Title, Outcome Outcome, string? Detail = null);

/// <summary>What came of a case.</summary>
internal enum Outcome
{
    /// <summary>The server does as expected.</summary>
    Passed,

    /// <summary>It does otherwise.</summary>
    Failed,

    /// <summary>Nothing was tried, or it showed nothing.</summary>
    Skipped,
}

/// <summary>The server does otherwise than expected.</summary>
internal sealed class UnmetException(string expected, string came) : Exception($"expected {expected}; came {came}");

/// <summary>The server does not have what the case is about, or the model did not show it.</summary>
internal sealed class InconclusiveException(string reason) : Exception(reason);
