using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Rill.Chat.Output.Responses;
using Rill.OpenAI;
using Rill.Serving;

namespace Rill.FunctionApp;

/// <summary>The endpoint's settings, read from the section <c>Rill</c> (environment: <c>Rill__Model</c>, <c>Rill__ApiKeys__0</c>, ...).</summary>
public sealed class RillOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Rill";

    /// <summary>The section of <see cref="EngineOptions"/>.</summary>
    public const string EngineSection = "Rill:Engine";

    /// <summary>The section of <see cref="ModelStore.ModelStoreOptions"/>.</summary>
    public const string StoreSection = "Rill:Store";

    /// <summary>A published Hugging Face directory, or the address of a remote model (<c>https://</c>, <c>blob://</c>, <c>hf://</c>).</summary>
    [Required]
    public string Model { get; init; } = "models/rill-mini";

    /// <summary>The id under which clients name the model; by default the name of its directory.</summary>
    public string? ModelId { get; init; }

    /// <summary>What <c>/health/ready</c> waits for: the model, or the host alone.</summary>
    public ReadyWhen ReadyWhen { get; init; } = ReadyWhen.Model;

    /// <summary>What a request gets that comes while the model is loading.</summary>
    public WhileLoading WhileLoading { get; init; } = WhileLoading.Hold;

    /// <summary>Seconds that a request without a stream may wait for the model; a stream waits without limit, with comments.</summary>
    [Range(0, 3_600)]
    public double HoldSeconds { get; init; } = 60;

    /// <summary>Bearer keys; any of them opens the endpoint.</summary>
    public IReadOnlyList<string> ApiKeys { get; init; } = [];

    /// <summary>Opens an endpoint without keys outside Development; there it is open without this.</summary>
    public bool AllowAnonymous { get; init; }

    /// <summary>Whether <c>/metrics</c> asks for a key, as every other path but the health checks does.</summary>
    public bool MetricsNeedKey { get; init; } = true;

    /// <summary>Whether the chat page is at <c>/</c> and <c>/chat</c>: <c>on</c> or <c>off</c>.</summary>
    [RegularExpression("^(?i:on|off)$", ErrorMessage = "Rill:Page must be on or off.")]
    public string Page { get; init; } = "on";

    /// <summary>How the model writes reasoning and tool calls: <c>auto</c> (as its files show), <c>none</c>, or the name of a format.</summary>
    [MessageFormatChoice]
    public string MessageFormat { get; init; } = "auto";

    /// <summary>Under which keys chat completions tell reasoning: <c>Both</c>, <c>ReasoningContent</c> or <c>Reasoning</c>.</summary>
    public ReasoningKeys ReasoningKeys { get; init; } = ReasoningKeys.Both;

    /// <summary>Weights and activations: <c>auto</c>, <c>bf16</c>, <c>f16</c> (GPU), <c>f32</c>, <c>q8</c> or <c>q4</c>.</summary>
    [RegularExpression("^(auto|bf16|f16|f32|q8|q4)$", ErrorMessage = "Rill:Dtype must be auto, bf16, f16, f32, q8 or q4.")]
    public string Dtype { get; init; } = "auto";

    /// <summary>Keys and values on the CPU: <c>auto</c> (as <see cref="Dtype"/>), <c>bf16</c>, <c>f32</c> or <c>q8</c>.</summary>
    [RegularExpression("^(auto|bf16|f32|q8)$", ErrorMessage = "Rill:KvDtype must be auto, bf16, f32 or q8: keys and values do not come in four bits.")]
    public string KvDtype { get; init; } = "auto";

    /// <summary>Where the model runs: <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>.</summary>
    [RegularExpression("^(cpu|cuda(:[0-9]+)?)$", ErrorMessage = "Rill:Device must be cpu, cuda or cuda:N.")]
    public string Device { get; init; } = "cpu";

    /// <summary>Most tokens of prompt and completion together; null for the model's own, which is also the upper bound.</summary>
    [Range(2, int.MaxValue)]
    public int? ContextLength { get; init; }

    /// <summary>Memory for keys and values in MiB; null for a share of the machine's.</summary>
    [Range(1, 1_048_576)]
    public int? KvCacheMiB { get; init; }

    /// <summary>Threads that compute on the CPU; null for one per core.</summary>
    [Range(1, 1_024)]
    public int? Threads { get; init; }

    /// <summary>Keeps a second copy of bf16 weights on the CPU, reordered for the matrix products of prompts.</summary>
    public bool PackWeights { get; init; }

    /// <summary>Where weights in q8 and q4 are kept for the next start: <c>auto</c> (beside the model), <c>off</c>, or a folder.</summary>
    [Required]
    public string QuantizedCache { get; init; } = "auto";

    /// <summary>
    /// The folder of an installed PyTorch's libraries (<c>.../site-packages/torch/lib</c>), used in place of the app's own libtorch; null for
    /// its own.
    /// </summary>
    public string? LibTorch { get; init; }

    /// <summary>A file with TorchSharp's native library, built for <see cref="LibTorch"/>; null for the app's own.</summary>
    public string? TorchSharpNative { get; init; }

    /// <summary>Whether decoding steps on a GPU are captured as CUDA graphs: <c>auto</c> (where that works) or <c>off</c>.</summary>
    [RegularExpression("^(auto|off)$", ErrorMessage = "Rill:CudaGraphs must be auto or off.")]
    public string CudaGraphs { get; init; } = "auto";

    /// <summary>Whether a GPU's steps are launched before the tokens of the one before are read: <c>auto</c> (where that works) or <c>off</c>.</summary>
    [RegularExpression("^(auto|off)$", ErrorMessage = "Rill:Overlap must be auto or off.")]
    public string Overlap { get; init; } = "auto";

    /// <summary>Most bytes of a request body.</summary>
    [Range(1_024, 29_000_000)]
    public int MaxBodyBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Memory for the bodies of all requests that are not admitted yet; null for a share of the machine's.</summary>
    [Range(1, 1_048_576)]
    public int? MaxBodiesMiB { get; init; }

    /// <summary>The highest that <see cref="MaxChoices"/> may be.</summary>
    public const int MostChoices = 128;

    /// <summary>Most choices (<c>n</c>) of one request.</summary>
    [Range(1, MostChoices)]
    public int MaxChoices { get; init; } = 8;

    /// <summary>Most characters of the JSON Schema that a request gives for its answer.</summary>
    [Range(64, 4_194_304)]
    public int MaxSchemaBytes { get; init; } = 256 * 1024;

    /// <summary>How the Responses API tells reasoning.</summary>
    public ReasoningStyle ResponsesReasoning { get; init; } = ReasoningStyle.Summary;

    /// <summary>Most responses that are kept for later requests to name; 0 keeps none.</summary>
    [Range(0, 1_000_000)]
    public int MaxStoredResponses { get; init; } = 1_000;

    /// <summary>Memory for the kept responses.</summary>
    [Range(1, 65_536)]
    public int StoredResponsesMiB { get; init; } = 32;

    /// <summary>Minutes for which a response is kept after it was made or last gone on with.</summary>
    [Range(0.01, 525_600)]
    public double StoredResponseMinutes { get; init; } = 60;

    /// <summary>How embeddings are made of tokens: <c>auto</c> (as the model's own files say, if they do), <c>last</c>, <c>mean</c> or <c>off</c>.</summary>
    [RegularExpression("^(auto|last|mean|off)$", ErrorMessage = "Rill:Embeddings must be auto, last, mean or off.")]
    public string Embeddings { get; init; } = "auto";

    /// <summary>
    /// Seconds after which an answer without a stream sends its headers, and then white space every <see cref="HeartbeatSeconds"/>, so that nobody
    /// between takes the connection for dead. Until then a failure is a status.
    /// </summary>
    [Range(0.05, 200)]
    public double WholeAnswerSeconds { get; init; } = 60;

    /// <summary>Seconds of silence after which a comment is sent on a stream.</summary>
    [Range(0.05, 90)]
    public double HeartbeatSeconds { get; init; } = 10;

    /// <summary>Seconds that a write may go without progress before the stream is given up.</summary>
    [Range(0.1, 3_600)]
    public double WriteTimeoutSeconds { get; init; } = 60;

    /// <summary>Seconds that running streams may go on after SIGTERM.</summary>
    [Range(0, 3_600)]
    public double DrainSeconds { get; init; } = 25;

    /// <summary>Seconds that any request may take; 0 for no limit. A request may ask for less by <c>X-Request-Timeout</c>.</summary>
    [Range(0, 86_400)]
    public double RequestTimeoutSeconds { get; init; }

    /// <summary>How a failed stream ends after its error frame (contract B.8).</summary>
    public ErrorEnding ErrorEnding { get; init; } = ErrorEnding.Abort;

    /// <summary>How a failed stream of the Messages API ends (contract A.8).</summary>
    public AnthropicErrorEnding AnthropicErrorEnding { get; init; } = AnthropicErrorEnding.Event;

    /// <summary>Waits up to five seconds for the first token before the headers, so that an early failure is a status.</summary>
    public bool FirstTokenBeforeHeaders { get; init; }
}

/// <summary>What readiness means.</summary>
public enum ReadyWhen
{
    /// <summary>The model takes requests: for apps that always run a replica, and scale from one to many.</summary>
    Model,

    /// <summary>The app answers: for apps that scale from zero, whose first request is held here, with signs of life, rather than in a proxy.</summary>
    Host,
}

/// <summary>What a request gets while the model is loading.</summary>
public enum WhileLoading
{
    /// <summary>It waits: a stream with comments that tell the progress, another one for <see cref="RillOptions.HoldSeconds"/>.</summary>
    Hold,

    /// <summary>503 <c>model_loading</c> with Retry-After, at once.</summary>
    Reject,
}

/// <summary>How a failed stream ends after its error frame.</summary>
public enum ErrorEnding
{
    /// <summary>The connection is aborted: the only ending that both official SDKs notice.</summary>
    Abort,

    /// <summary><c>[DONE]</c> and a clean end, for gateways that cannot bear an abort.</summary>
    Done,
}

/// <summary>How a failed stream of the Messages API ends.</summary>
public enum AnthropicErrorEnding
{
    /// <summary>An event tells the error, then <see cref="RillOptions.ErrorEnding"/> says how the connection ends. Claude Code asks again at once, without a stream.</summary>
    Event,

    /// <summary>The connection is aborted without a word: Claude Code then streams again.</summary>
    Cut,
}

/// <summary>Checks <see cref="RillOptions"/> against its attributes.</summary>
[OptionsValidator]
internal sealed partial class RillOptionsValidator : IValidateOptions<RillOptions>;
