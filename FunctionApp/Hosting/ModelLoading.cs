using Rill.Chat;
using Rill.Models;
using Rill.ModelStore;
using Rill.Serving;
using Rill.Text;

namespace Rill.FunctionApp.Hosting;

/// <summary>A model in memory, and the name of exactly this model on exactly this build and device.</summary>
/// <param name="Runner">The model.</param>
/// <param name="Fingerprint">The name.</param>
/// <param name="Precision">The type that it computes in.</param>
/// <param name="Notes">What it has to say for the log.</param>
internal sealed record LoadedRunner(IModelRunner Runner, string Fingerprint, string Precision, RunnerNotes Notes);

/// <summary>A model ready to serve: its runner, and what the chat endpoint needs of it.</summary>
/// <param name="Runner">The model.</param>
/// <param name="Chat">Its text side.</param>
/// <param name="Precision">The type that it computes in.</param>
/// <param name="Notes">What the runner has to say for the log.</param>
internal sealed record LoadedModel(IModelRunner Runner, ChatModel Chat, string Precision, RunnerNotes Notes);

/// <summary>Loads what the settings name: a model directory, a remote model, or the scripted model.</summary>
/// <param name="loadLibrary">Loads the native library; runs beside everything else.</param>
/// <param name="loadRunner">Makes a runner from a model's files, and disposes them with it.</param>
internal sealed class ModelLoading(Action loadLibrary, Func<ModelFiles, RillOptions, EngineOptions, LoadSteps, LoadedRunner> loadRunner)
{
    /// <summary>
    /// Loads the model. Its small files come first, so that an unsupported tokenizer, template or architecture is refused by name
    /// before the weights are read, or while they are still on their way.
    /// </summary>
    public async Task<LoadedModel> LoadAsync(
        RillSettings settings, ModelAddress address, string id, LoadProgress progress, LoadSteps steps, CancellationToken cancellationToken)
    {
        if (settings.Options.IsScripted)
        {
            steps.Inspected();
            return LoadScripted(settings.Options);
        }

        var library = Task.Run(
            () =>
            {
                loadLibrary();
                steps.NativeLibrary();
            },
            CancellationToken.None);
        ModelFiles? files = null;
        try
        {
            (files, var parts) = address is DirectoryAddress directory
                ? OpenDirectory(directory.Path, steps)
                : await FetchAsync(address, settings.Store, progress, steps, cancellationToken);
            steps.Fetched();
            await library;
            var loaded = loadRunner(files, settings.Options, settings.Engine, steps);
            return new LoadedModel(loaded.Runner, parts.ToChatModel(id, files.Published, loaded.Fingerprint), loaded.Precision, loaded.Notes);
        }
        catch
        {
            // The failure ends the process, and one that exits while a thread loads libtorch may hang in its exit handlers.
            await library.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            files?.Dispose();
            throw;
        }
    }

    private static (ModelFiles Files, ModelParts Parts) OpenDirectory(string directory, LoadSteps steps)
    {
        var files = ModelFiles.InDirectory(directory);
        var parts = ModelParts.Read(files);
        steps.FirstByte();
        using (ModelWeights.Open(files))
        {
            // Maps the files and checks their headers; the runner does so again, for a few milliseconds.
        }

        steps.Inspected();
        return (files, parts);
    }

    private static async Task<(ModelFiles Files, ModelParts Parts)> FetchAsync(
        ModelAddress address, ModelStoreOptions options, LoadProgress progress, LoadSteps steps, CancellationToken cancellationToken)
    {
        ModelParts? parts = null;
        var files = await ModelFetch.RunAsync(address, options, progress, small =>
        {
            steps.FirstByte();
            return Task.Run(() => parts = ModelParts.Read(small), cancellationToken);
        }, cancellationToken);
        return (files, parts!);
    }

    private static LoadedModel LoadScripted(RillOptions options)
    {
        var runner = new ScriptedModelRunner(options.Scripted);
        return new LoadedModel(runner, new ChatModel
        {
            Id = options.ModelId ?? "scripted",
            Created = 0,
            Fingerprint = "fp_scripted",
            Tokenizer = new ByteTokenizer(),
            Template = ChatTemplate.Parse(ScriptedTemplate, "the scripted model's template"),
            EosTokenIds = [ByteTokenizer.EndOfText],
        }, "text", new RunnerNotes());
    }

    /// <summary>The scripted model reads its directives from the last message alone, so that is all of its prompt.</summary>
    private const string ScriptedTemplate = "{{ messages[-1]['content'] }}";
}
