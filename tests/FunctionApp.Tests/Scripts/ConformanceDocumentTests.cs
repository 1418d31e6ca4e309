using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Scripts;

/// <summary>docs/conformance.md names every case.</summary>
[Collection(nameof(ScriptedServer))]
public sealed class ConformanceDocumentTests(ScriptedServer profile)
{
    [Fact]
    public async Task Document_HasARowForEachCase()
    {
        var start = new ProcessStartInfo("dotnet", [BuiltPrograms.Rill, "conformance", "--url", profile.Server.BaseUri.ToString(), "--json"]);
        var (_, output, errors) = await ProcessBounds.RunAsync(start, ProcessBounds.Patience);
        Assert.True(output.Length > 0, errors);
        var rows = JsonElement.Parse(output).GetProperty("cases").EnumerateArray().Select(each => string.Create(
            CultureInfo.InvariantCulture, $"| {each.GetProperty("number").GetInt32()} | {each.GetProperty("severity").GetString()} | {each.GetProperty("title").GetString()} |"));

        var document = await File.ReadAllLinesAsync(Path.Combine(BuiltPrograms.Root, "docs", "conformance.md"));

        Assert.Equal(rows, document.SkipWhile(line => line != "| case | severity | what is expected |").Skip(2));
    }
}
