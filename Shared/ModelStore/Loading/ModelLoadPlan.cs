using Rill.Chat.Format;
using Rill.Serving;

namespace Rill.ModelStore.Loading;

/// <summary>What is to be loaded, and how.</summary>
/// <param name="Address">Where the model lies; a directory must be there.</param>
/// <param name="Id">The id under which clients name it.</param>
public sealed record ModelLoadPlan(ModelAddress Address, string Id)
{
    /// <summary>How embeddings are made: <c>auto</c>, <c>last</c>, <c>mean</c> or <c>off</c>.</summary>
    public string Embeddings { get; init; } = "auto";

    /// <summary>How the model writes reasoning and tool calls: see <see cref="FormatFinder.Choices"/>.</summary>
    public string MessageFormat { get; init; } = FormatFinder.Auto;

    /// <summary>How a remote model is fetched.</summary>
    public ModelStoreOptions Store { get; init; } = new();

    /// <summary>How far the bytes of a remote model are.</summary>
    public TransferProgress Bytes { get; init; } = new();

    /// <summary>Where the model is to run: see <c>Rill:Device</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>The type that it is to compute in: see <c>Rill:Dtype</c>.</summary>
    public string Dtype { get; init; } = "auto";

    /// <summary>Loads the native libraries; runs beside everything else.</summary>
    public required Action LoadLibrary { get; init; }

    /// <summary>
    /// Makes a runner from the model's files, which it disposes with itself, and names exactly this model on exactly this build and device.
    /// </summary>
    public required Func<ModelFiles, (IModelRunner Runner, string Fingerprint, string Precision)> MakeRunner { get; init; }

    /// <summary>
    /// Whether the weights may still be on their way when the runner is made. A GPU takes them piece by piece. On a CPU they lie in memory as they
    /// are, and what is quantized is made of whole files there.
    /// </summary>
    internal bool TakesPieces => this is not ({ Device: "cpu" } or { Dtype: "q8" or "q4" });
}
