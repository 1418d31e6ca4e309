using Rill.Chat.Format;
using Rill.Models;
using Rill.ModelStore;
using Rill.Serving;

namespace Rill.FunctionApp.Loading;

/// <summary>Makes a runner from a model's files, which it disposes with itself, and names exactly this model on exactly this build and device.</summary>
internal delegate (IModelRunner Runner, string Fingerprint, string Precision) RunnerFactory(ModelFiles files, RillSettings settings, ModelLoad load);

/// <summary>Loads what the settings name: a model directory or a remote model.</summary>
/// <param name="loadLibrary">Loads the native libraries that the options name; runs beside everything else.</param>
/// <param name="makeRunner">Makes the runner.</param>
internal sealed class ModelLoader(Action<RillOptions> loadLibrary, RunnerFactory makeRunner) : IModelLoader
{
    /// <inheritdoc/>
    public ModelAddress Find(RillOptions options)
    {
        var address = ModelAddress.Parse(options.Model);
        return address is DirectoryAddress directory ? new DirectoryAddress(ModelDirectory.Find(directory.Path)) : address;
    }

    /// <summary>
    /// Loads the model. Its small files come first, so that an unsupported tokenizer, template or architecture is refused by name
    /// before the weights are read, or while they are still on their way.
    /// </summary>
    public async Task<LoadedModel> LoadAsync(RillSettings settings, ModelLoad load, CancellationToken cancellationToken)
    {
        var library = Task.Run(
            () =>
            {
                loadLibrary(settings.Options);
                load.NoteNativeLibrary();
            },
            CancellationToken.None);
        ModelFiles? files = null;
        try
        {
            (files, var parts) = load.Address is DirectoryAddress directory
                ? OpenDirectory(directory.Path, settings.Options, load)
                : await FetchAsync(settings, load, cancellationToken);
            var arrive = load.Bytes.DoneBytes < load.Bytes.TotalBytes;    // while the runner is made
            if (!arrive)
            {
                load.NoteFetched();
            }

            await library;
            load.Note(FormatSummary.Sentence(parts.Format));
            foreach (var note in parts.Generation.Notes)
            {
                load.Note(note);
            }

            var (runner, fingerprint, precision) = MakeRunner(files, settings, load);
            if (arrive)
            {
                load.NoteFetched();
            }

            return new LoadedModel(runner, parts.ToChatModel(load.Id, files.Published, fingerprint), precision);
        }
        catch
        {
            // The failure ends the process, and one that exits while a thread loads libtorch may hang in its exit handlers.
            await library.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            files?.Dispose();
            throw;
        }
    }

    private (IModelRunner Runner, string Fingerprint, string Precision) MakeRunner(ModelFiles files, RillSettings settings, ModelLoad load)
    {
        try
        {
            return makeRunner(files, settings, load);
        }
        catch (SequenceFaultException fault)
        {
            // The first run of the model gave no token.
            throw new ModelFormatException(WeightCheck.DescribeFault(files), fault);
        }
    }

    private static (ModelFiles Files, ModelParts Parts) OpenDirectory(string directory, RillOptions options, ModelLoad load)
    {
        var files = ModelFiles.At(directory);
        var parts = ModelParts.Read(files, options.Embeddings, options.MessageFormat);
        load.NoteFirstByte();
        using (var weights = ModelWeights.Open(files, parts.Spec))
        {
            DecoderTensors.Check(parts.Spec, weights);    // the runner does so again, for a few milliseconds
        }

        load.NoteInspected();
        return (files, parts);
    }

    private static async Task<(ModelFiles Files, ModelParts Parts)> FetchAsync(RillSettings settings, ModelLoad load, CancellationToken cancellationToken)
    {
        ModelParts? parts = null;

        // A GPU takes weights piece by piece. On a CPU they lie in memory as they are, and what is quantized is made of whole files there.
        var files = settings.Options is { Device: "cpu" } or { Dtype: "q8" or "q4" }
            ? await ModelFetch.RunAsync(load.Address, settings.Store, load.Bytes, ReadSmall, cancellationToken)
            : await ModelFetch.StreamAsync(load.Address, settings.Store, load.Bytes, ReadSmall, cancellationToken);
        return (files, parts!);

        Task ReadSmall(ModelFiles small)
        {
            load.NoteFirstByte();
            return Task.Run(() => parts = ModelParts.Read(small, settings.Options.Embeddings, settings.Options.MessageFormat), cancellationToken);
        }
    }
}
