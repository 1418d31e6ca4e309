namespace Rill.FunctionApp.Tests.Acceptance.Harness;

/// <summary>A response's status and headers.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Headers">Headers by name, case ignored; the last of repeated ones.</param>
/// <param name="Elapsed">When they had arrived, from the request on.</param>
internal sealed record RawHead(int Status, IReadOnlyDictionary<string, string> Headers, TimeSpan Elapsed);
