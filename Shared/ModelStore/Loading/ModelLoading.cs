using Rill.Chat.Format;
using Rill.Models;
using Rill.Serving;

namespace Rill.ModelStore.Loading;

/// <summary>Loads a model directory, a GGUF file or a remote model.</summary>
public static class ModelLoading
{
    /// <summary>
    /// Loads the model. Its small files come first, so that an unsupported tokenizer, template or architecture is refused by name
    /// before the weights are read, or while they are still on their way.
    /// </summary>
    /// <exception cref="ModelFormatException">This build does not serve such a model.</exception>
    /// <exception cref="ModelFileException">A file cannot be read.</exception>
    /// <exception cref="StoreException">The model cannot be had.</exception>
    public static async Task<LoadedModel> RunAsync(ModelLoadPlan plan, ILoadObserver observer, CancellationToken cancellationToken)
    {
        var library = Task.Run(
            () =>
            {
                plan.LoadLibrary();
                observer.NoteNativeLibrary();
            },
            CancellationToken.None);
        ModelFiles? files = null;
        try
        {
            (files, var parts) = plan.Address is DirectoryAddress directory
                ? OpenDirectory(directory.Path, plan, observer)
                : await FetchAsync(plan, observer, cancellationToken).ConfigureAwait(false);
            var arrive = plan.Bytes.DoneBytes < plan.Bytes.TotalBytes;    // while the runner is made
            if (!arrive)
            {
                observer.NoteFetched();
            }

            await library.ConfigureAwait(false);
            observer.Note(FormatSummary.Sentence(parts.Format));
            foreach (var note in parts.Generation.Notes)
            {
                observer.Note(note);
            }

            var (runner, fingerprint, precision) = MakeRunner(files, plan);
            if (arrive)
            {
                observer.NoteFetched();
            }

            return new LoadedModel(runner, parts.ToChatModel(plan.Id, files.Published, fingerprint), precision);
        }
        catch
        {
            // The failure may end the process, and one that exits while a thread loads libtorch may hang in its exit handlers.
            await library.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            files?.Dispose();
            throw;
        }
    }

    private static (IModelRunner Runner, string Fingerprint, string Precision) MakeRunner(ModelFiles files, ModelLoadPlan plan)
    {
        try
        {
            return plan.MakeRunner(files);
        }
        catch (SequenceFaultException fault)
        {
            // The first run of the model gave no token.
            throw new ModelFormatException(WeightCheck.DescribeFault(files), fault);
        }
    }

    private static (ModelFiles Files, ModelParts Parts) OpenDirectory(string directory, ModelLoadPlan plan, ILoadObserver observer)
    {
        var files = ModelFiles.At(directory);
        try
        {
            var parts = ModelParts.Read(files, plan.Embeddings, plan.MessageFormat);
            observer.NoteFirstByte();
            using (var weights = ModelWeights.Open(files, parts.Spec))
            {
                DecoderTensors.Check(parts.Spec, weights);    // the runner does so again, for a few milliseconds
            }

            observer.NoteInspected();
            return (files, parts);
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    private static async Task<(ModelFiles Files, ModelParts Parts)> FetchAsync(
        ModelLoadPlan plan, ILoadObserver observer, CancellationToken cancellationToken)
    {
        ModelParts? parts = null;
        var files = plan.TakesPieces
            ? await ModelFetch.StreamAsync(plan.Address, plan.Store, plan.Bytes, ReadSmall, cancellationToken).ConfigureAwait(false)
            : await ModelFetch.RunAsync(plan.Address, plan.Store, plan.Bytes, ReadSmall, cancellationToken).ConfigureAwait(false);
        return (files, parts!);

        Task ReadSmall(ModelFiles small)
        {
            observer.NoteFirstByte();
            return Task.Run(() => parts = ModelParts.Read(small, plan.Embeddings, plan.MessageFormat), cancellationToken);
        }
    }
}
