using System.Collections.Frozen;
using System.Text.Json;

namespace Rill.OpenAI;

/// <content>What a request for embeddings may not have (contract A.4): fields of peers that make another vector, or another answer.</content>
internal static partial class UnsupportedFields
{
    private static readonly FrozenDictionary<string, Field> s_ofEmbeddings = new Field[]
    {
        // OpenAI
        new("stream", IsFalse),
        new("extra_body", IsEmpty, "send its members beside input, as the SDKs do"),

        // vLLM
        new("messages", IsEmpty, "use input"),
        new("truncate_prompt_tokens", Never),
        new("truncation_side", Never),
        new("normalize", IsTrue, "every vector has the length 1"),
        new("use_activation", IsTrue, "every vector has the length 1"),
        new("embed_dtype", value => IsText(value, "float32"), "every value is a float32"),
        new("endianness", value => IsText(value, "native", "little"), "base64 is little-endian"),
        new("task", value => IsText(value, "embed")),
        new("chat_template", Never),
        new("chat_template_kwargs", IsEmpty),
        new("mm_processor_kwargs", IsEmpty),
        new("priority", value => IsNumber(value, 0)),
        new("request_id", Never),
        new("cache_salt", Never),

        // llama.cpp, TEI, Ollama
        new("content", Never, "use input"),
        new("embd_normalize", value => IsNumber(value, 2), "every vector has the length 1"),
        new("inputs", Never, "use input"),
        new("prompt", Never, "use input"),
        new("prompt_name", Never, "write the instruction into input"),
        new("truncate", value => IsFalse(value) || IsText(value, "NONE")),
        new("truncation_direction", Never),
        new("options", IsEmpty),

        // Cohere, Voyage, Jina, NVIDIA, Infinity
        new("texts", Never, "use input"),
        new("images", IsEmpty),
        new("input_type", Never, "write the instruction into input"),
        new("embedding_types", Never, "use encoding_format"),
        new("embedding_type", value => IsText(value, "float", "base64"), "use encoding_format"),
        new("output_dimension", Never, "use dimensions"),
        new("output_dtype", value => IsText(value, "float"), "every value is a float32"),
        new("truncation", IsFalse),
        new("late_chunking", IsFalse),
        new("normalized", IsTrue, "every vector has the length 1"),
        new("modality", value => IsText(value, "text")),
    }.ToFrozenDictionary(field => field.Name);

    /// <summary>What a request for embeddings may not have.</summary>
    public static IEnumerable<string> EmbeddingNames => s_ofEmbeddings.Keys;

    /// <summary>Reports the first unsupported field of a request for embeddings whose value asks for something.</summary>
    public static void CheckEmbedding(JsonField root) => Check(root, s_ofEmbeddings);
}
