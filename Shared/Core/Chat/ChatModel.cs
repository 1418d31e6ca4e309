using System.Security.Cryptography;
using System.Text;
using Rill.Chat.Embeddings;
using Rill.Chat.Format;
using Rill.Text;

namespace Rill.Chat;

/// <summary>A loaded model as the chat endpoint sees it: its name, its text side, and what its authors recommend.</summary>
public sealed record ChatModel
{
    /// <summary>The id under which clients name it.</summary>
    public required string Id { get; init; }

    /// <summary>When it was published, in Unix seconds.</summary>
    public required long Created { get; init; }

    /// <summary>Hash of model, weights, build, device and precision: equal seeds give equal text only under one fingerprint.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Ids of a prompt, bytes of a token.</summary>
    public required ITokenizer Tokenizer { get; init; }

    /// <summary>Turns a conversation into a prompt.</summary>
    public required ChatTemplate Template { get; init; }

    /// <summary>Its other templates by name, such as "tool_use"; usually none.</summary>
    public IReadOnlyDictionary<string, ChatTemplate> NamedTemplates { get; init; } = new Dictionary<string, ChatTemplate>();

    /// <summary>Variables that every rendering gets besides the request's: <c>bos_token</c>, <c>eos_token</c>.</summary>
    public IReadOnlyDictionary<string, object?> TemplateVariables { get; init; } = new Dictionary<string, object?>();

    /// <summary>Tokens that end a completion.</summary>
    public required IReadOnlyList<int> EosTokenIds { get; init; }

    /// <summary>How it writes reasoning and tool calls; null where nobody knows.</summary>
    public MessageFormat? Format { get; init; }

    /// <summary>How it makes embeddings; null where it makes none.</summary>
    public EmbeddingModel? Embeddings { get; init; }

    /// <summary>The number of the adapter that it is; 0 for the base.</summary>
    public int Adapter { get; init; }

    /// <summary>The id of the model that this one is an adapter of; null for the base.</summary>
    public string? Parent { get; init; }

    /// <summary>The authors' sampling settings, used where a request names none.</summary>
    public SamplingDefaults Sampling { get; init; } = new();

    /// <summary>This model with an adapter, as a model of its own.</summary>
    /// <param name="id">The id under which clients name it.</param>
    /// <param name="number">The adapter's number.</param>
    /// <param name="created">When it was published, in Unix seconds.</param>
    /// <param name="fingerprint">What changes with the adapter's files.</param>
    public ChatModel WithAdapter(string id, int number, long created, string fingerprint) => this with
    {
        Id = id,
        Adapter = number,
        Parent = Id,
        Created = created,
        Fingerprint = "fp_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Fingerprint + fingerprint)).AsSpan(0, 6)),
    };
}

/// <summary>Sampling settings of a model's generation_config.json; the contract's defaults where it says nothing.</summary>
public sealed record SamplingDefaults
{
    /// <summary>In [0, 2].</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>In (0, 1].</summary>
    public float TopP { get; init; } = 1;

    /// <summary>0 for all tokens.</summary>
    public int TopK { get; init; }

    /// <summary>In [0, 1].</summary>
    public float MinP { get; init; }

    /// <summary>In (0, 10].</summary>
    public float RepetitionPenalty { get; init; } = 1;
}
