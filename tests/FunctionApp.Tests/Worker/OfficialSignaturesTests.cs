using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Rill.FunctionApp.Tests.Worker;

/// <summary>
/// Functions compile against the stand-in or the Microsoft packages, whichever the property FunctionsWorker names. They can only do
/// so while the stand-in's public face is a part of the packages'.
/// </summary>
public sealed class OfficialSignaturesTests
{
    private const string StandIn = "Rill.FunctionsWorker";

    private static readonly Assembly[] _assemblies =
    [
        .. new[]
        {
            typeof(FunctionAttribute), typeof(FunctionContext), typeof(HttpTriggerAttribute), typeof(TriggerBindingAttribute),
            typeof(FunctionsApplication), typeof(FunctionContextExtensions),
        }.Select(type => type.Assembly).Distinct(),
    ];

    [Fact]
    public void Worker_EveryOfficialSignature_IsThere()
    {
        var ours = _assemblies.SelectMany(PublicSurface.Lines);

        Assert.Empty(OfficialLines().Except(ours));
    }

    [SkippableFact]
    public void StandIn_EveryPublicSignature_IsOfficial()
    {
        Skip.IfNot(_assemblies is [{ } only] && only.GetName().Name == StandIn, "This build uses the official worker packages.");

        Assert.Empty(_assemblies.SelectMany(PublicSurface.Lines).Except(OfficialLines()));
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
