using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rill.TrainModel.Corpus;
using Rill.TrainModel.Tokenization;
using Rill.TrainModel.Training;
using TorchSharp;

namespace Rill.TrainModel.Export;

/// <summary>A model as Hugging Face publishes one: config, weights, tokenizer, chat template.</summary>
internal static class ModelDirectory
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    /// <summary>Writes every file but the card; an older model there is replaced.</summary>
    public static void Write(string directory, MiniModel model, BytePairTokenizer tokenizer)
    {
        Directory.CreateDirectory(directory);
        var shape = model.Shape;
        WriteJson(directory, "config.json", Config(shape, tokenizer));
        WriteJson(directory, "generation_config.json", Generation(tokenizer));
        TokenizerFile.Write(directory, tokenizer, shape.MaxPositions);
        File.WriteAllText(Path.Combine(directory, "chat_template.jinja"), ReadTemplate());

        // Into a second file first: whoever reads the directory meanwhile sees the old weights or the new, never half of them.
        var weights = Path.Combine(directory, "model.safetensors");
        SafetensorsFile.Write(weights + ".new", model.Weights.Select(entry => (entry.Name, entry.Weight.shape, ToArray(entry.Weight))));
        File.Move(weights + ".new", weights, overwrite: true);
    }

    /// <summary>Reads a model back for sampling.</summary>
    public static (MiniModel Model, BytePairTokenizer Tokenizer) Read(string directory)
    {
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(directory, "config.json")))!;
        var model = new MiniModel(new ModelShape
        {
            VocabularySize = (int)config["vocab_size"]!,
            HiddenSize = (int)config["hidden_size"]!,
            Layers = (int)config["num_hidden_layers"]!,
            Heads = (int)config["num_attention_heads"]!,
            KeyValueHeads = (int)config["num_key_value_heads"]!,
            HeadSize = (int)config["head_dim"]!,
            IntermediateSize = (int)config["intermediate_size"]!,
            MaxPositions = (int)config["max_position_embeddings"]!,
            RotaryBase = (double)config["rope_theta"]!,
        });
        var stored = SafetensorsFile.Read(Path.Combine(directory, "model.safetensors"));
        using var noGradient = torch.no_grad();
        foreach (var (name, weight) in model.Weights)
        {
            using var values = torch.tensor(stored[name].Values, weight.shape);
            weight.copy_(values);
        }

        return (model, TokenizerFile.Read(Path.Combine(directory, "tokenizer.json")));
    }

    private static JsonObject Config(ModelShape shape, BytePairTokenizer tokenizer) => new()
    {
        ["architectures"] = new JsonArray("Qwen3ForCausalLM"),
        ["attention_bias"] = false,
        ["attention_dropout"] = 0.0,
        ["eos_token_id"] = tokenizer.IdOf(ChatMarkup.TurnEnd),
        ["head_dim"] = shape.HeadSize,
        ["hidden_act"] = "silu",
        ["hidden_size"] = shape.HiddenSize,
        ["initializer_range"] = 0.02,
        ["intermediate_size"] = shape.IntermediateSize,
        ["max_position_embeddings"] = shape.MaxPositions,
        ["max_window_layers"] = shape.Layers,
        ["model_type"] = "qwen3",
        ["num_attention_heads"] = shape.Heads,
        ["num_hidden_layers"] = shape.Layers,
        ["num_key_value_heads"] = shape.KeyValueHeads,
        ["pad_token_id"] = tokenizer.IdOf(ChatMarkup.EndOfText),
        ["rms_norm_eps"] = shape.NormEpsilon,
        ["rope_scaling"] = null,
        ["rope_theta"] = shape.RotaryBase,
        ["sliding_window"] = null,
        ["tie_word_embeddings"] = true,
        ["torch_dtype"] = "bfloat16",
        ["use_cache"] = true,
        ["use_sliding_window"] = false,
        ["vocab_size"] = shape.VocabularySize,
    };

    private static JsonObject Generation(BytePairTokenizer tokenizer) => new()
    {
        ["do_sample"] = true,
        ["eos_token_id"] = new JsonArray(tokenizer.IdOf(ChatMarkup.TurnEnd), tokenizer.IdOf(ChatMarkup.EndOfText)),
        ["pad_token_id"] = tokenizer.IdOf(ChatMarkup.EndOfText),
        ["temperature"] = 0.7,
        ["top_p"] = 0.9,
    };

    private static float[] ToArray(torch.Tensor weight)
    {
        using var flat = weight.detach().flatten();
        return flat.data<float>().ToArray();
    }

    private static void WriteJson(string directory, string file, JsonObject content) =>
        File.WriteAllText(Path.Combine(directory, file), content.ToJsonString(s_json) + "\n");

    /// <summary>The chat template that a model gets.</summary>
    public static string ReadTemplate()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Rill.TrainModel.Export.chat_template.jinja")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
