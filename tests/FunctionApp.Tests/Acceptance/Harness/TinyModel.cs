using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;

namespace Rill.FunctionApp.Tests.Acceptance.Harness;

/// <summary>
/// Writes a Llama of two small layers with random weights as a Hugging Face directory. Tokens 0 to 255 are the bytes, 256 is the end.
/// Its logits stay within about 0.3 of each other, so that a bias of 1 and more decides what comes out.
/// </summary>
internal static class TinyModel
{
    /// <summary>Values of a hidden state.</summary>
    public const int Hidden = 64;

    private const int Vocabulary = 257, FeedForward = 96, Layers = 2, Heads = 4, KeyValueHeads = 2, Context = 512;

    /// <summary>Writes contents alone; with tools or documents also those, the end token before each.</summary>
    private const string Template = """
        {%- for message in messages %}{% if message['content'] == '!refuse' %}{{ raise_exception('This model refuses to be refused.') }}{% endif %}
        {%- if message['content'] == '!slow' %}{% for i in range(9) %}{% for j in range(100000) %}{% set x = 1 + 1 + 1 + 1 %}{% endfor %}{% endfor %}{% endif %}
        {{- message['content'] }}{% for call in message.tool_calls or [] %}{{ call.function.arguments.city }}{% endfor %}{% endfor %}
        {%- if tools %}<|end|>{{ tools | map(attribute='function') | map(attribute='name') | join(',') }}{% endif %}
        {%- for document in documents or [] %}<|end|>{{ document.text }}{% endfor %}
        {%- if enable_thinking is defined %}<|end|>{{ enable_thinking }}{% endif %}
        {%- if tools and add_generation_prompt %}<|end|>{% endif %}
        """;

    public static void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), $$"""
            {"architectures":["LlamaForCausalLM"],"model_type":"llama","vocab_size":{{Vocabulary}},"hidden_size":{{Hidden}},
             "intermediate_size":{{FeedForward}},"num_hidden_layers":{{Layers}},"num_attention_heads":{{Heads}},
             "num_key_value_heads":{{KeyValueHeads}},"max_position_embeddings":{{Context}},"rms_norm_eps":1e-6,"rope_theta":10000,
             "hidden_act":"silu","tie_word_embeddings":false,"torch_dtype":"float32","eos_token_id":256}
            """);
        File.WriteAllText(Path.Combine(folder, "generation_config.json"), """{"eos_token_id":256}""");
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), Tokenizer().ToJsonString());
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), """{"eos_token":"<|end|>","tokenizer_class":"PreTrainedTokenizerFast"}""");
        File.WriteAllText(
            Path.Combine(folder, "chat_template.jinja"), Template);
        WriteWeights(Path.Combine(folder, "model.safetensors"));
    }

    /// <summary>Adds the files of sentence-transformers, by which the model embeds.</summary>
    /// <param name="folder">The model's.</param>
    /// <param name="mode">What <c>1_Pooling/config.json</c> asks for.</param>
    public static void WritePooling(string folder, string mode)
    {
        File.WriteAllText(Path.Combine(folder, "modules.json"), """
            [{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},
             {"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"},
             {"idx":2,"name":"2","path":"2_Normalize","type":"sentence_transformers.models.Normalize"}]
            """);
        var pooling = Directory.CreateDirectory(Path.Combine(folder, "1_Pooling")).FullName;
        File.WriteAllText(Path.Combine(pooling, "config.json"), $"{{\"word_embedding_dimension\":{Hidden},\"{mode}\":true}}");
    }

    private static JsonObject Tokenizer()
    {
        var vocabulary = new JsonObject();
        for (var value = 0; value < 256; value++)
        {
            vocabulary[Symbol(value)] = value;
        }

        var byteLevel = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":false,"use_regex":true}""";
        return new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray(JsonNode.Parse(
                """{"id":256,"content":"<|end|>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}""")),
            ["normalizer"] = null,
            ["pre_tokenizer"] = JsonNode.Parse(byteLevel),
            ["post_processor"] = null,
            ["decoder"] = JsonNode.Parse(byteLevel),
            ["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = vocabulary, ["merges"] = new JsonArray() },
        };
    }

    /// <summary>The printable character that stands for a byte in byte-level vocabularies.</summary>
    private static string Symbol(int value)
    {
        static bool IsPrintable(int code) => code is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
        return ((char)(IsPrintable(value) ? value : 256 + Enumerable.Range(0, value).Count(code => !IsPrintable(code)))).ToString();
    }

    private static void WriteWeights(string path)
    {
        var header = new JsonObject();
        using var data = new MemoryStream();
        var random = new Random(7);
        Add("model.embed_tokens.weight", 0.5, Vocabulary, Hidden);
        for (var layer = 0; layer < Layers; layer++)
        {
            var name = $"model.layers.{layer}.";
            Add(name + "input_layernorm.weight", 0, Hidden);
            Add(name + "self_attn.q_proj.weight", 0.15, Hidden, Hidden);
            Add(name + "self_attn.k_proj.weight", 0.15, Hidden / Heads * KeyValueHeads, Hidden);
            Add(name + "self_attn.v_proj.weight", 0.15, Hidden / Heads * KeyValueHeads, Hidden);
            Add(name + "self_attn.o_proj.weight", 0.15, Hidden, Hidden);
            Add(name + "post_attention_layernorm.weight", 0, Hidden);
            Add(name + "mlp.gate_proj.weight", 0.15, FeedForward, Hidden);
            Add(name + "mlp.up_proj.weight", 0.15, FeedForward, Hidden);
            Add(name + "mlp.down_proj.weight", 0.15, Hidden, FeedForward);
        }

        Add("model.norm.weight", 0, Hidden);
        Add("lm_head.weight", 0.01, Vocabulary, Hidden);

        var json = Encoding.UTF8.GetBytes(header.ToJsonString());
        using var file = File.Create(path);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        file.Write(length);
        file.Write(json);
        file.Write(data.ToArray());

        // Norms (one dimension) are ones; the others are uniform, with this standard deviation.
        void Add(string name, double deviation, params int[] shape)
        {
            var values = new float[shape.Aggregate(1, (product, size) => product * size)];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = shape.Length == 1 ? 1 : (float)(((random.NextDouble() * 2) - 1) * deviation * Math.Sqrt(3));
            }

            var begin = data.Length;
            data.Write(MemoryMarshal.AsBytes<float>(values));
            header[name] = new JsonObject
            {
                ["dtype"] = "F32",
                ["shape"] = new JsonArray([.. shape.Select(size => (JsonNode)size)]),
                ["data_offsets"] = new JsonArray(begin, data.Length),
            };
        }
    }
}
