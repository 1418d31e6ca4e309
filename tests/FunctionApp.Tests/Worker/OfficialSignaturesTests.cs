using Microsoft.Azure.Functions.Worker;

namespace Rill.FunctionApp.Tests.Worker;

/// <summary>
/// Functions compile against the stand-in or the Microsoft packages, whichever the property FunctionsWorker names. They can only do
/// so while the stand-in's public face is a part of the packages'.
/// </summary>
public sealed class OfficialSignaturesTests
{
    [Fact]
    public void StandIn_EveryPublicSignature_IsTheOfficialOne()
    {
        var official = OfficialLines().ToHashSet(StringComparer.Ordinal);
        var ours = PublicSurface.Lines(typeof(FunctionAttribute).Assembly).ToHashSet(StringComparer.Ordinal);

        Assert.Empty(ours.Except(official));
        Assert.Empty(official.Except(ours));
    }

    private static IEnumerable<string> OfficialLines()
    {
        const string heading = "namespace ";
        var space = "";
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Worker", "official-signatures.txt")))
        {
            if (line.StartsWith(heading, StringComparison.Ordinal))
            {
                space = line[heading.Length..];
            }
            else if (line.Length > 0 && line[0] != '#')
            {
                yield return $"{space} | {line}";
            }
        }
    }
}
