using System.Data.Common;
using System.Diagnostics;
using Aspire.Hosting.Testing;

namespace Rill.Hosting.Tests;

/// <summary>
/// The samples as they stand, with the prompts that they have and the model that comes with Rill. What they show is seen in what they print: with
/// this model the words may differ from one machine to another, the form does not.
/// </summary>
[Collection(nameof(SampleApp))]
public sealed class SamplesTests(SampleApp app)
{
    private const string Called = "[get_weather was called for ";

    [Fact]
    public async Task OpenAISdk_StreamsAStory_AndTellsItsTokens() =>
        Assert.Matches(@"^\w[\s\S]{80,}\n\n\d+ tokens of prompt, \d+ of answer\n$", await RunAsync("OpenAISdk"));

    [Fact]
    public async Task Chat_RemembersWhatWasSaid()
    {
        var lines = (await RunAsync("Chat", "My name is Ada.", "What is my name?", "")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(3, lines.Length);
        Assert.Contains("Ada", lines[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Tools")]
    [InlineData("AgentFramework")]
    [InlineData("SemanticKernel")]
    public async Task SampleWithATool_HasItCalled_AndAnswersFromIt(string sample)
    {
        var told = await RunAsync(sample);

        Assert.Contains(Called, told, StringComparison.Ordinal);
        Assert.Contains("18", told[told.LastIndexOf(Called, StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task TypedAnswers_ReadsAnObject() => Assert.Matches(@"^\w+, \d+, from \w+\n$", await RunAsync("TypedAnswers"));

    /// <summary>Every folder has its test here, or is the app that all of them ask; what needs no server is run with its library. The list names all.</summary>
    [Fact]
    public void EverySample_IsRunAndListed()
    {
        var folder = Path.Combine(BuiltPrograms.Root, "samples");
        var samples = Directory.GetDirectories(folder).Select(Path.GetFileName).ToList();
        var list = File.ReadAllText(Path.Combine(folder, "README.md"));
        string?[] run = ["AgentFramework", "AspireApp", "Chat", "OpenAISdk", "SemanticKernel", "Tools", "TypedAnswers"];

        Assert.Equal(run, samples.Except(["InProcess"]).Order(StringComparer.Ordinal));
        Assert.All(samples, sample => Assert.Contains($"| [{sample}]({sample}", list, StringComparison.Ordinal));
    }

    private async Task<string> RunAsync(string sample, params string[] input)
    {
        var connection = new DbConnectionStringBuilder { ConnectionString = await app.App.GetConnectionStringAsync(SampleApp.Server) };
        const string typed = """program=$1; shift; printf '%s\n' "$@" | dotnet "$program" """;
        var program = BuiltPrograms.Sample(sample);
        var start = input.Length == 0
            ? new ProcessStartInfo("dotnet", [program])
            : new ProcessStartInfo("sh", ["-c", typed, "sh", program, .. input]);
        start.Environment["RILL_URL"] = (string)connection["Endpoint"];
        start.Environment["RILL_KEY"] = (string)connection["Key"];
        start.Environment["RILL_MODEL"] = (string)connection["Model"];

        var ended = await ProcessBounds.RunAsync(start, ProcessBounds.Patience);

        Assert.True(ended.ExitCode == 0, ended.Error);
        return ended.Output;
    }
}
