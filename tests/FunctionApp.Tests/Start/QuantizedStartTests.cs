using System.Net;
using System.Text;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Start;

/// <summary>Quantized weights from the setting to the answer, and from one start to the next.</summary>
public sealed class QuantizedStartTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rill-quantized-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Start_InQ8Twice_AnswersAlikeAndKeepsTheWeightsInTheNamedFolder()
    {
        var model = Path.Combine(_folder.FullName, "model");
        var cache = Path.Combine(_folder.FullName, "cache");
        TinyModel.Write(model);
        var settings = new Dictionary<string, string> { ["Rill__Model"] = model, ["Rill__Dtype"] = "q8", ["Rill__QuantizedCache"] = cache };

        var first = await AnswerAsync(settings, "on cpu in Q8 (quantized at this start)");
        var second = await AnswerAsync(settings, "on cpu in Q8 (kept by an earlier start)");

        Assert.Equal(first, second);
        Assert.Single(Directory.GetFiles(cache, "model-*.rill-q8"));
        Assert.Empty(Directory.GetFiles(model, "*.rill-q8"));
    }

    [Fact]
    public async Task Start_WithAnUnknownType_NamesTheKnownOnes()
    {
        await using var host = new HostProcess(BuiltPrograms.FunctionApp, new Dictionary<string, string> { ["Rill__Dtype"] = "q5" });

        var exitCode = await host.WaitForExitAsync(ProcessBounds.Patience);

        Assert.NotEqual(0, exitCode);
        Assert.Contains("Rill:Dtype must be auto, bf16, f16, f32, q8 or q4.", host.Text, StringComparison.Ordinal);
    }

    private static async Task<string> AnswerAsync(Dictionary<string, string> settings, string line)
    {
        await using var server = await RillServer.StartAsync(settings);
        Assert.NotNull(await server.Process.WaitForLineAsync(output => output.Contains(line, StringComparison.Ordinal), ProcessBounds.Patience));
        using var body = new StringContent(
            """{"messages":[{"role":"user","content":"Hi"}],"max_tokens":8,"temperature":0,"logprobs":true}""", Encoding.UTF8, "application/json");
        using var response = await server.Client.PostAsync(new Uri("v1/chat/completions", UriKind.Relative), body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var text = await response.Content.ReadAsStringAsync();
        return text[text.IndexOf("\"choices\"", StringComparison.Ordinal)..];
    }
}
