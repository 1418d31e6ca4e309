using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rill.Chat.Format;
using Rill.ModelStore;
using Rill.Serving;

namespace Rill.ChatClient;

/// <summary>
/// How a model is loaded and run. The properties are named as the settings of the server are (docs/settings.md), so that a section <c>Rill</c> of
/// a configuration can be bound to them.
/// </summary>
public sealed class RillChatClientOptions
{
    /// <summary>The id of the model in answers and metadata; null for the last part of its address.</summary>
    public string? ModelId { get; set; }

    /// <summary>How the model writes reasoning and tool calls: <c>auto</c> (as its files show), <c>none</c>, or the name of a format.</summary>
    public string MessageFormat { get; set; } = FormatFinder.Auto;

    /// <summary>Weights and activations: <c>auto</c>, <c>bf16</c>, <c>f16</c> (GPU), <c>f32</c>, <c>q8</c> or <c>q4</c>.</summary>
    [RegularExpression("^(auto|bf16|f16|f32|q8|q4)$", ErrorMessage = "Dtype must be auto, bf16, f16, f32, q8 or q4.")]
    public string Dtype { get; set; } = "auto";

    /// <summary>Keys and values on the CPU: <c>auto</c> (as <see cref="Dtype"/>), <c>bf16</c>, <c>f32</c> or <c>q8</c>.</summary>
    [RegularExpression("^(auto|bf16|f32|q8)$", ErrorMessage = "KvDtype must be auto, bf16, f32 or q8.")]
    public string KvDtype { get; set; } = "auto";

    /// <summary>Where the model runs: <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>.</summary>
    [RegularExpression("^(cpu|cuda(:[0-9]+)?)$", ErrorMessage = "Device must be cpu, cuda or cuda:N.")]
    public string Device { get; set; } = "cpu";

    /// <summary>Most tokens of prompt and answer together; null for the model's own, which is also the upper bound.</summary>
    [Range(2, int.MaxValue)]
    public int? ContextLength { get; set; }

    /// <summary>Memory for keys and values in MiB; null for a share of the machine's. It is taken as conversations grow.</summary>
    [Range(1, 1_048_576)]
    public int? KvCacheMiB { get; set; }

    /// <summary>Threads that compute on the CPU; null for one per core.</summary>
    [Range(1, 1_024)]
    public int? Threads { get; set; }

    /// <summary>Keeps a second copy of bf16 weights on the CPU, reordered for the matrix products of prompts.</summary>
    public bool PackWeights { get; set; }

    /// <summary>Where weights in q8 and q4 are kept for the next load: <c>auto</c> (beside the model), <c>off</c>, or a folder.</summary>
    [Required]
    public string QuantizedCache { get; set; } = "auto";

    /// <summary>
    /// How embeddings are made of tokens: <c>auto</c> (as the model's own files say, if they do), <c>last</c>, <c>mean</c> or <c>off</c>.
    /// </summary>
    [RegularExpression("^(auto|last|mean|off)$", ErrorMessage = "Embeddings must be auto, last, mean or off.")]
    public string Embeddings { get; set; } = "auto";

    /// <summary>
    /// The folder of an installed PyTorch's libraries, used in place of a libtorch package (Linux); the first load of the process counts.
    /// </summary>
    public string? LibTorch { get; set; }

    /// <summary>A file with TorchSharp's native library, built for <see cref="LibTorch"/>; null for the package's.</summary>
    public string? TorchSharpNative { get; set; }

    /// <summary>Whether decoding steps on a GPU are captured as CUDA graphs: <c>auto</c> (where that works) or <c>off</c>.</summary>
    [RegularExpression("^(auto|off)$", ErrorMessage = "CudaGraphs must be auto or off.")]
    public string CudaGraphs { get; set; } = "auto";

    /// <summary>
    /// Whether a GPU's steps are launched before the tokens of the one before are read: <c>auto</c> (where that works) or <c>off</c>.
    /// </summary>
    [RegularExpression("^(auto|off)$", ErrorMessage = "Overlap must be auto or off.")]
    public string Overlap { get; set; } = "auto";

    /// <summary>Most characters of the JSON Schema of an answer.</summary>
    [Range(64, 4_194_304)]
    public int MaxSchemaBytes { get; set; } = 256 * 1024;

    /// <summary>Seconds that running answers may go on after the client was disposed; then they end with an exception.</summary>
    [Range(0, 3_600)]
    public double DrainSeconds { get; set; } = 5;

    /// <summary>The engine's limits: sequences that run at once, places in the queue, the prefix cache.</summary>
    [Required, ValidateObjectMembers(typeof(EngineOptionsValidator))]
    public EngineOptions Engine { get; set; } = new();

    /// <summary>How a remote model is fetched, and where it is kept.</summary>
    [Required, ValidateObjectMembers(typeof(ModelStoreOptionsValidator))]
    public ModelStoreOptions Store { get; set; } = new();

    /// <summary>Gets the log; null for none. <c>AddRillChatClient</c> sets the one of the services.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Is told how far the load is, from any thread.</summary>
    public IProgress<RillLoadProgress>? Progress { get; set; }

    /// <summary>Refuses values out of their ranges.</summary>
    /// <exception cref="ArgumentException">A property is wrong; the message names it.</exception>
    internal void Check()
    {
        if (!FormatFinder.Choices.Contains(MessageFormat))
        {
            throw new ArgumentException($"MessageFormat must be one of {string.Join(", ", FormatFinder.Choices)}.");
        }

        if (new RillChatClientOptionsValidator().Validate(null, this) is { Failed: true } result)
        {
            throw new ArgumentException(string.Join(" ", result.Failures));
        }
    }
}

/// <summary>Checks <see cref="RillChatClientOptions"/> against its attributes.</summary>
[OptionsValidator]
internal sealed partial class RillChatClientOptionsValidator : IValidateOptions<RillChatClientOptions>;
