using System.Globalization;
using System.Text.RegularExpressions;
using Rill.Core.Tests.Models.Gguf;
using Rill.Models;

namespace Rill.Torch.Tests.Models;

/// <summary>Converts a random model with a state to a GGUF file as llama.cpp's tools do.</summary>
internal sealed partial class ConvertedGguf(TinyModel model, string architecture)
{
    private static readonly Dictionary<string, string> s_names = new(StringComparer.Ordinal)
    {
        ["input_layernorm"] = "attn_norm", ["operator_norm"] = "attn_norm", ["post_attention_layernorm"] = "post_attention_norm", ["ffn_norm"] = "ffn_norm",
        ["self_attn.q_proj"] = "attn_q", ["self_attn.k_proj"] = "attn_k", ["self_attn.v_proj"] = "attn_v", ["self_attn.o_proj"] = "attn_output",
        ["self_attn.out_proj"] = "attn_output", ["self_attn.q_norm"] = "attn_q_norm", ["self_attn.k_norm"] = "attn_k_norm",
        ["self_attn.q_layernorm"] = "attn_q_norm", ["self_attn.k_layernorm"] = "attn_k_norm",
        ["linear_attn.in_proj_qkv"] = "attn_qkv", ["linear_attn.in_proj_z"] = "attn_gate", ["linear_attn.in_proj_b"] = "ssm_beta",
        ["linear_attn.in_proj_a"] = "ssm_alpha", ["linear_attn.in_proj_ba"] = "ssm_ba", ["linear_attn.in_proj_qkvz"] = "ssm_in",
        ["linear_attn.conv1d"] = "ssm_conv1d", ["linear_attn.norm"] = "ssm_norm", ["linear_attn.out_proj"] = "ssm_out",
        ["linear_attn.A_log"] = "ssm_a", ["linear_attn.dt_bias"] = "ssm_dt.bias",
        ["conv.in_proj"] = "shortconv.in_proj", ["conv.conv"] = "shortconv.conv", ["conv.out_proj"] = "shortconv.out_proj",
        ["mlp.gate_proj"] = "ffn_gate", ["mlp.up_proj"] = "ffn_up", ["mlp.down_proj"] = "ffn_down",
        ["feed_forward.w1"] = "ffn_gate", ["feed_forward.w3"] = "ffn_up", ["feed_forward.w2"] = "ffn_down",
        ["mlp.gate"] = "ffn_gate_inp", ["mlp.shared_expert_gate"] = "ffn_gate_inp_shexp", ["mlp.shared_expert.gate_proj"] = "ffn_gate_shexp",
        ["mlp.shared_expert.up_proj"] = "ffn_up_shexp", ["mlp.shared_expert.down_proj"] = "ffn_down_shexp",
        ["mlp.experts.gate_proj"] = "ffn_gate_exps", ["mlp.experts.up_proj"] = "ffn_up_exps", ["mlp.experts.down_proj"] = "ffn_down_exps",
    };

    private readonly GgufWriter _writer = new();

    /// <summary>False where the projections of delta nets stay joined by key head: Qwen3-Next's first files.</summary>
    public bool Apart { get; init; } = true;

    private int[] HeadsByLayer => [.. model.Spec.Mixers.Select(mixer => mixer is null ? model.Spec.KeyValueHeadCount : 0)];

    private int Taps => model.Spec.Mixers.First(mixer => mixer is not null)!.Taps;

    private DeltaNetSpec? Delta => model.Spec.Mixers.OfType<DeltaNetSpec>().FirstOrDefault();

    /// <summary>Writes the file.</summary>
    public void Write(string path)
    {
        _writer.With("general.architecture", architecture);
        foreach (var (name, value) in Facts().Concat(Delta is { } delta ? Facts(delta) : [("shortconv.l_cache", Taps)]))
        {
            _writer.With($"{architecture}.{name}", value);
        }

        foreach (var (name, (shape, values)) in model.Weights.Where(weight => !Expert().IsMatch(weight.Key)))
        {
            Add(name, shape, values);
        }

        var experts = model.Weights.Where(weight => Expert().IsMatch(weight.Key)).OrderBy(weight => Number(weight.Key));
        foreach (var stack in experts.GroupBy(weight => Expert().Replace(weight.Key, ".experts.")))
        {
            Add(stack.Key, [stack.Count(), .. stack.First().Value.Shape], [.. stack.SelectMany(weight => weight.Value.Values)]);
        }

        File.WriteAllBytes(path, _writer.ToArray());
    }

    private IEnumerable<(string Name, object Value)> Facts()
    {
        var spec = model.Spec;
        yield return ("block_count", spec.LayerCount);
        yield return ("context_length", spec.ContextLength);
        yield return ("embedding_length", spec.HiddenSize);
        yield return ("feed_forward_length", spec.FeedForwardSize);
        yield return ("attention.head_count", spec.HeadCount);
        yield return ("attention.head_count_kv", Delta is null ? (object)HeadsByLayer : spec.KeyValueHeadCount);
        yield return ("attention.key_length", spec.HeadDim);
        yield return ("attention.layer_norm_rms_epsilon", spec.NormEpsilon);
        yield return ("rope.freq_base", (float)spec.Rotaries[^1]!.Theta);
        yield return ("rope.dimension_count", spec.Rotaries[^1]!.Rotated(spec.HeadDim));
        if (spec.ExpertsOf(0) is { } experts)
        {
            yield return ("expert_count", experts.Experts);
            yield return ("expert_used_count", experts.Top);
            yield return ("expert_feed_forward_length", experts.Width);
            yield return ("expert_shared_feed_forward_length", experts.SharedWidth);
        }
    }

    private IEnumerable<(string Name, object Value)> Facts(DeltaNetSpec delta) =>
    [
        ("ssm.conv_kernel", delta.Taps), ("ssm.inner_size", delta.ValueSize), ("ssm.state_size", delta.KeyWidth), ("ssm.time_step_rank", delta.ValueHeads),
        ("ssm.group_count", delta.KeyHeads), ("full_attention_interval", model.Spec.Mixers.ToList().IndexOf(null) + 1),
    ];

    private void Add(string published, long[] shape, float[] values)
    {
        var name = published switch
        {
            "model.embed_tokens.weight" => "token_embd.weight",
            "model.norm.weight" => "output_norm.weight",
            "model.embedding_norm.weight" => "token_embd_norm.weight",
            "lm_head.weight" => "output.weight",
            _ => NameOf(published),
        };
        if (Apart && name.EndsWith("ssm_in.weight", StringComparison.Ordinal))
        {
            var names = model.Spec.Names.DeltaNet;
            var prefix = published[..published.IndexOf("linear_attn.", StringComparison.Ordinal)];
            AddAs(
                name.Replace("ssm_in", "attn_qkv", StringComparison.Ordinal), [Delta!.Channels, shape[1]],
                [.. Rows(names.Query, Delta.KeySize), .. Rows(names.Key, Delta.KeySize), .. Rows(names.Value, Delta.ValueSize)]);
            AddAs(name.Replace("ssm_in", "attn_gate", StringComparison.Ordinal), [Delta.ValueSize, shape[1]], [.. Rows(names.Gate, Delta.ValueSize)]);
            return;

            IEnumerable<float> Rows(string part, int count) => Enumerable.Range(0, count)
                .SelectMany(row => values.Skip((int)(model.Spec.Recipes[$"{prefix}{part}.weight"].Rows!.At(row) * shape[1])).Take((int)shape[1]));
        }

        long[] kept = [.. shape.Index().Where(size => size.Item > 1 || size.Index == shape.Length - 1).Select(size => size.Item)];
        AddAs(name, kept, Converted(published, shape, values));
    }

    private void AddAs(string name, long[] shape, float[] values) => _writer.WithFloats(name, [.. shape.Reverse().Select(size => (ulong)size)], values);

    private static string NameOf(string published)
    {
        var parts = published["model.layers.".Length..].Split('.', 2);
        var ending = parts[1].EndsWith(".weight", StringComparison.Ordinal) ? ".weight" : "";
        return $"blk.{parts[0]}.{s_names[parts[1][..^ending.Length]]}{ending}";
    }

    private float[] Converted(string name, long[] shape, float[] values)
    {
        var part = name[(name.IndexOf("linear_attn.", StringComparison.Ordinal) is >= 0 and var at ? at : 0)..];
        float[] changed = part == "linear_attn.A_log" ? [.. values.Select(value => -MathF.Exp(value))]
            : name.EndsWith("norm.weight", StringComparison.Ordinal) && part != "linear_attn.norm.weight" ? [.. values.Select(value => value + model.Spec.NormOffset)]
            : values;
        return architecture != "qwen35" ? changed : part switch
        {
            "linear_attn.in_proj_qkv.weight" => Tiled(changed, 2 * Delta!.KeySize * (int)shape[1], Delta.ValueWidth * (int)shape[1]),
            "linear_attn.conv1d.weight" => Tiled(changed, 2 * Delta!.KeySize * Delta.Taps, Delta.ValueWidth * Delta.Taps),
            "linear_attn.in_proj_z.weight" => Tiled(changed, 0, Delta!.ValueWidth * (int)shape[1]),
            "linear_attn.in_proj_a.weight" or "linear_attn.in_proj_b.weight" => Tiled(changed, 0, (int)shape[1]),
            "linear_attn.A_log" or "linear_attn.dt_bias" => Tiled(changed, 0, 1),
            "linear_attn.out_proj.weight" => [.. changed.Chunk((int)shape[1]).SelectMany(row => Tiled(row, 0, Delta!.ValueWidth))],
            _ => changed,
        };
    }

    /// <summary>Each key head's first value head before any's second.</summary>
    /// <param name="values">Heads of a size, behind what stays where it is.</param>
    /// <param name="first">Where the heads begin.</param>
    /// <param name="size">Elements of a head.</param>
    private float[] Tiled(float[] values, int first, int size) =>
    [
        .. values[..first],
        .. from number in Enumerable.Range(0, Delta!.Group)
           from keyHead in Enumerable.Range(0, Delta.KeyHeads)
           from element in Enumerable.Range(0, size)
           select values[first + (((keyHead * Delta.Group) + number) * size) + element],
    ];

    private static int Number(string name) => int.Parse(Expert().Match(name).Groups["number"].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\.experts\.(?<number>[0-9]+)\.")]
    private static partial Regex Expert();
}
