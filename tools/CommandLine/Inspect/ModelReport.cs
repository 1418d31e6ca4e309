using Rill.Chat.Format;

namespace Rill.CommandLine.Inspect;

/// <summary>What a model directory holds, part by part; a part that could not be read is null, and a problem says why.</summary>
/// <param name="Directory">The directory's full path.</param>
/// <param name="Architecture">The decoder that config.json describes.</param>
/// <param name="Weights">The files of the weights.</param>
/// <param name="Memory">What serving it takes.</param>
/// <param name="Tokenizer">tokenizer.json and the special tokens.</param>
/// <param name="ChatTemplate">The chat template.</param>
/// <param name="MessageFormat">How it writes reasoning and tool calls.</param>
/// <param name="Problems">What keeps Rill from serving it, a sentence each.</param>
/// <param name="Notes">What is worth knowing and keeps nothing from working, a sentence each.</param>
internal sealed record ModelReport(
    string Directory,
    ArchitectureReport? Architecture,
    WeightsReport? Weights,
    MemoryReport? Memory,
    TokenizerReport? Tokenizer,
    TemplateReport? ChatTemplate,
    FormatReport? MessageFormat,
    IReadOnlyList<string> Problems,
    IReadOnlyList<string> Notes)
{
    /// <summary>True when Rill can serve the model.</summary>
    public bool Servable => Problems.Count == 0;
}

/// <summary>The decoder's sizes, in elements, tokens or pieces.</summary>
internal sealed record ArchitectureReport(
    string Name,
    int Layers,
    int HiddenSize,
    int Heads,
    int KeyValueHeads,
    int HeadDim,
    int FeedForwardSize,
    int VocabularySize,
    int ContextLength,
    bool TiedEmbeddings);

/// <summary>The files of the weights.</summary>
/// <param name="Files">Each file with its bytes.</param>
/// <param name="Parameters">Number of elements in all tensors.</param>
/// <param name="Types">Element types, the one with the most bytes first.</param>
/// <param name="Format">How they are written: safetensors, packed or not, or GGUF.</param>
/// <param name="BitsPerParameter">Bits that a parameter has in the files, scales included.</param>
internal sealed record WeightsReport(
    IReadOnlyList<WeightFile> Files, long Parameters, IReadOnlyList<string> Types, string Format, double BitsPerParameter);

/// <summary>One file of the weights.</summary>
internal sealed record WeightFile(string Name, long Bytes);

/// <summary>What serving takes with default settings.</summary>
/// <param name="ComputeType">The type that it computes in.</param>
/// <param name="WeightBytes">Bytes of all weights in that type.</param>
/// <param name="KeyValueBytesPerToken">Bytes of KV cache that one token takes.</param>
/// <param name="KeyValueBytesPerContext">Bytes of KV cache that one sequence of the full context length takes.</param>
/// <param name="Needs">What each form of the weights takes that <c>Rill__Dtype</c> may name.</param>
/// <param name="StateBytes">Bytes of the states that one sequence carries, whatever its length; null for a model without.</param>
internal sealed record MemoryReport(
    string ComputeType, long WeightBytes, long KeyValueBytesPerToken, long KeyValueBytesPerContext, IReadOnlyList<MemoryNeed> Needs, long? StateBytes = null);

/// <summary>What serving takes in a form of the weights.</summary>
/// <param name="Type">The form, as the setting spells it.</param>
/// <param name="WeightBytes">Bytes of all weights.</param>
/// <param name="KeyValueBytes">Bytes of KV cache for one sequence of the full context length.</param>
/// <param name="TotalBytes">Both.</param>
internal sealed record MemoryNeed(string Type, long WeightBytes, long KeyValueBytes, long TotalBytes);

/// <summary>The tokenizer.</summary>
/// <param name="Kind">Its kind in words.</param>
/// <param name="VocabularySize">Number of ids, added tokens included.</param>
/// <param name="SpecialTokens">Those that tokenizer_config.json or special_tokens_map.json names.</param>
/// <param name="EndTokens">Those that end a completion.</param>
internal sealed record TokenizerReport(
    string Kind, int VocabularySize, IReadOnlyList<NamedToken> SpecialTokens, IReadOnlyList<NamedEnd> EndTokens);

/// <summary>A special token by its role, such as bos_token; its id is null when the tokenizer has no such token.</summary>
internal sealed record NamedToken(string Name, string Text, int? Id);

/// <summary>A token that ends a completion.</summary>
internal sealed record NamedEnd(int Id, string Text);

/// <summary>The chat template.</summary>
/// <param name="Source">Where it was found.</param>
/// <param name="Named">Names of further templates.</param>
/// <param name="ProbeTokens">Tokens of the prompt for the one message "Hello"; null when that could not be made.</param>
internal sealed record TemplateReport(string Source, IReadOnlyList<string> Named, int? ProbeTokens);

/// <summary>How the model writes an answer.</summary>
/// <param name="Source">Where that was found; null where nobody knows.</param>
/// <param name="Reasoning">How it thinks; null where nobody knows.</param>
/// <param name="ToolCalls">How it calls tools; null where nobody knows.</param>
/// <param name="Format">All of it.</param>
internal sealed record FormatReport(string? Source, string? Reasoning, string? ToolCalls, MessageFormat? Format);
