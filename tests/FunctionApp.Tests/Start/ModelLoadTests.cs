using Rill.FunctionApp.Loading;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.Models;
using Rill.ModelStore;
using Rill.ModelStore.Tests.Harness;
using Rill.Serving;
using Rill.Telemetry;

namespace Rill.FunctionApp.Tests.Start;

/// <summary>What a load says and refuses before there is a runner.</summary>
public sealed class ModelLoadTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rill-load-");

    public ModelLoadTests() => TinyModel.Write(_folder.FullName);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Load_OfARecommendationThatIsPassedOver_NotesItForTheLog()
    {
        File.WriteAllText(At("generation_config.json"), """{"eos_token_id":256,"top_p":7}""");
        await using var load = Begin();

        await load.Inspected;
        await Assert.ThrowsAsync<StartFailureException>(() => load.Completion);

        var notes = new List<string>();
        while (load.Notes.TryRead(out var note))
        {
            notes.Add(note);
        }

        Assert.Contains(notes, note => note.StartsWith("generation_config.json recommends top_p 7", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Load_OfWeightsThatTheConfigDoesNotDescribe_IsRefusedBeforeTheAppIsReady()
    {
        Replace("config.json", "\"num_hidden_layers\":2", "\"num_hidden_layers\":1");
        await using var load = Begin();

        var error = await Assert.ThrowsAsync<ModelFormatException>(() => load.Inspected);

        Assert.Contains("model.layers.1.", error.Message, StringComparison.Ordinal);
        Assert.Equal(error.Message, StartFailure.Explain(error));
    }

    [SkippableFact]
    public async Task Load_OfATemplateThatIsALinkToTheEnvironment_IsRefusedBeforeTheAppIsReady()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "/proc is Linux's.");
        File.Delete(At("chat_template.jinja"));
        File.CreateSymbolicLink(At("chat_template.jinja"), "/proc/self/environ");
        await using var load = Begin();

        var error = await Assert.ThrowsAsync<ModelFileException>(() => load.Inspected);

        Assert.Contains("chat_template.jinja is a link that leaves the model's directory", error.Message, StringComparison.Ordinal);
        Assert.Equal(error.Message, StartFailure.Explain(error));
    }

    /// <summary>A GPU's runner is made while the weights arrive; on a CPU, and where they are quantized, they are all there.</summary>
    [SkippableTheory]
    [InlineData("cuda", "auto", true)]
    [InlineData("cuda", "q8", false)]
    [InlineData("cpu", "auto", false)]
    public async Task Load_FromAHub_HandsTheFilesOutWhereAGpuTakesThemPieceByPiece(string device, string type, bool arrive)
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        await using var hub = await HubServer.Over(_folder.FullName).RunAsync();
        bool? arriving = null;
        var settings = new RillSettings(
            new RillOptions { Model = HubServer.Address, Device = device, Dtype = type }, new EngineOptions(), new ModelStoreOptions { HubEndpoint = hub.Endpoint }, new TelemetryOptions());
        await using var load = ModelLoad.Begin(settings, new StartTimeline(), new ModelLoader(_ => { }, (files, _, _) =>
        {
            using var weights = files.Open("model.safetensors");
            arriving = weights.ArrivingHash is not null;
            throw new StartFailureException("There is no runner in this test.");
        }));

        await Assert.ThrowsAsync<StartFailureException>(() => load.Completion);

        Assert.Equal(arrive, arriving);
    }

    private ModelLoad Begin() => ModelLoad.Begin(
        new RillSettings(new RillOptions { Model = _folder.FullName }, new EngineOptions(), new ModelStoreOptions(), new TelemetryOptions()),
        new StartTimeline(),
        new ModelLoader(_ => { }, (_, _, _) => throw new StartFailureException("There is no runner in this test.")));

    private string At(string file) => Path.Combine(_folder.FullName, file);

    private void Replace(string file, string old, string replacement)
    {
        var text = File.ReadAllText(At(file));
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(At(file), text.Replace(old, replacement, StringComparison.Ordinal));
    }
}
