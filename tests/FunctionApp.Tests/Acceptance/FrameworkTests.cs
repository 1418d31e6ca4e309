using System.Diagnostics;
using System.Text.Json;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>
/// The libraries that people build upon, unmodified, each by its own words for a stream, a tool and an object (cases 102, 103; docs/clients.md):
/// a tool is called by the library itself, which sends its result back by itself.
/// </summary>
[Collection(nameof(ClientsServer))]
public sealed class FrameworkTests(ClientsServer profile)
{
    private const string Stream = "!text <think>Hm.</think>Grüße 🌊";
    private const string Tool = """
        !text One moment.<tool_call>\n{"name": "get_weather", "arguments": {"city": "Bern"}}\n</tool_call>
        !answer It is {result}.
        """;

    private const string Object = """!text {"name": "Ada", "age": 36}""";

    private readonly RillServer _server = profile.Server;

    [SkippableTheory]
    [InlineData("chat")]
    [InlineData("compatible")]
    [InlineData("responses")]
    public async Task AiSdk_Streams(string provider)
    {
        var seen = await NodeAsync("ai-sdk.mjs", provider, "stream", Stream);

        Assert.Equal(("Grüße 🌊", "stop"), (Text(seen), seen.GetProperty("finish").GetString()));
        Assert.True(seen.GetProperty("outputTokens").GetInt32() > 0);
        Assert.Equal(provider == "chat" ? "" : "Hm.", seen.GetProperty("reasoning").GetString());
    }

    [SkippableTheory]
    [InlineData("chat", "tools")]
    [InlineData("chat", "tools-streamed")]
    [InlineData("compatible", "tools")]
    [InlineData("compatible", "tools-streamed")]
    [InlineData("responses", "tools")]
    [InlineData("responses", "tools-streamed")]
    public async Task AiSdk_CallsATool(string provider, string scenario) => AssertTool(await NodeAsync("ai-sdk.mjs", provider, scenario, Tool));

    [SkippableTheory]
    [InlineData("chat")]
    [InlineData("compatible")]
    [InlineData("responses")]
    public async Task AiSdk_ReadsAnObject(string provider) => AssertObject(await NodeAsync("ai-sdk.mjs", provider, "object", Object));

    [SkippableTheory]
    [InlineData("stream")]
    [InlineData("responses")]
    public async Task LangChain_Streams(string scenario)
    {
        var seen = await NodeAsync("langchain.mjs", scenario, Stream);

        Assert.Equal("Grüße 🌊", Text(seen));
        Assert.True(seen.GetProperty("outputTokens").GetInt32() > 0);
    }

    [SkippableFact]
    public async Task LangChain_CallsATool() => AssertTool(await NodeAsync("langchain.mjs", "tools", Tool));

    [SkippableFact]
    public async Task LangChain_ReadsAnObject() => AssertObject(await NodeAsync("langchain.mjs", "object", Object));

    [SkippableTheory]
    [InlineData("chat", "run")]
    [InlineData("chat", "stream")]
    [InlineData("responses", "run")]
    [InlineData("responses", "stream")]
    public async Task OpenAIAgents_CallATool(string api, string scenario) => AssertTool(await NodeAsync("agents.mjs", api, scenario, Tool));

    [Theory]
    [InlineData("chat")]
    [InlineData("responses")]
    public async Task ExtensionsAI_Streams(string scenario)
    {
        var seen = await DotNetAsync(scenario, Stream);

        Assert.Equal(("Grüße 🌊", "Hm.", "stop"), (Text(seen), seen.GetProperty("reasoning").GetString(), seen.GetProperty("finish").GetString()));
        Assert.True(seen.GetProperty("outputTokens").GetInt32() > 0);
    }

    [Theory]
    [InlineData("tools")]
    [InlineData("tools-streamed")]
    [InlineData("responses-tools")]
    [InlineData("responses-tools-streamed")]
    public async Task ExtensionsAI_CallsATool(string scenario) => AssertTool(await DotNetAsync(scenario, Tool));

    [Theory]
    [InlineData("object")]
    [InlineData("responses-object")]
    public async Task ExtensionsAI_ReadsAnObject(string scenario) => AssertObject(await DotNetAsync(scenario, Object));

    [Fact]
    public async Task AgentFramework_CallsATool_AndGoesOnInItsSession() => Assert.Equal(
        ["One moment.[get_weather was called for Bern]", "It is sunny, 18 degrees.", "and again"],
        await SampleAsync("AgentFramework", Tool, "!text and again"));

    /// <summary>Its names of tools have the plugin's in front.</summary>
    [Fact]
    public async Task SemanticKernel_CallsATool() => Assert.Equal(
        ["One moment.[get_weather was called for Bern]", "It is sunny, 18 degrees."],
        await SampleAsync("SemanticKernel", Tool.Replace("get_weather", "Weather-get_weather", StringComparison.Ordinal)));

    [Fact]
    public async Task SemanticKernel_Streams() => Assert.Equal(["Grüße 🌊"], await SampleAsync("SemanticKernel", "!text Grüße 🌊"));

    private static void AssertTool(JsonElement seen)
    {
        Assert.Equal(["Bern"], seen.GetProperty("asked").EnumerateArray().Select(city => city.GetString()));
        Assert.EndsWith("It is sunny in Bern.", Text(seen).Replace("\"", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private static void AssertObject(JsonElement seen) =>
        Assert.Equal(("Ada", 36), (seen.GetProperty("name").GetString(), seen.GetProperty("age").GetInt32()));

    private static string Text(JsonElement seen) => seen.GetProperty("text").GetString()!;

    private Task<JsonElement> NodeAsync(string script, params string[] args) =>
        Frameworks.NodeAsync(script, [_server.ApiUri().ToString(), .. args[..^1], ScriptedServer.ModelId, args[^1]]);

    private Task<JsonElement> DotNetAsync(string scenario, string prompt) =>
        Frameworks.DotNetAsync(_server.ApiUri().ToString(), ScriptedServer.ModelId, scenario, prompt);

    /// <summary>The lines that a sample of samples/ prints, as it stands.</summary>
    private async Task<string[]> SampleAsync(string sample, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [BuiltPrograms.Sample(sample), .. args]);
        start.Environment["RILL_URL"] = _server.ApiUri().ToString();
        start.Environment["RILL_MODEL"] = ScriptedServer.ModelId;

        var ended = await ProcessBounds.RunAsync(start, ProcessBounds.Patience);

        Assert.True(ended.ExitCode == 0, ended.Error);
        return ended.Output.Replace("\"", "", StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
