using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Rill.Core.Tests.Text;

/// <summary>
/// A process without ICU composes no characters and says nothing about it. A model that needs it must not load there; others may.
/// </summary>
public sealed class InvariantGlobalizationTests : IDisposable
{
    private const string Variable = "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("rill-text-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData("NFC", "0", "loaded")]
    [InlineData("NFC", "1", $"needs Unicode normalization (NFC), which this process lacks: install ICU (libicu) and unset {Variable}")]
    [InlineData(null, "1", "loaded")]
    public async Task Load_InAProcessWithoutIcu_RefusesModelsThatNormalize(string? form, string invariant, string expected)
    {
        var file = TinyTokenizer.Json(root => root["normalizer"] = form is null ? null : new JsonObject { ["type"] = form });
        File.WriteAllText(Path.Combine(_directory.FullName, "tokenizer.json"), file);
        var start = new ProcessStartInfo(Environment.ProcessPath!);
        start.ArgumentList.Add(typeof(InvariantGlobalizationTests).Assembly.Location);
        start.ArgumentList.Add(_directory.FullName);
        start.Environment[Variable] = invariant;

        var child = await ProcessBounds.RunAsync(start, ProcessBounds.Patience);

        Assert.Contains(expected, child.Output, StringComparison.Ordinal);
    }
}
