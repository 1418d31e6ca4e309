using System.Text;
using System.Text.Json;

namespace Rill.Core.Tests.Models.Packed;

/// <summary>The formats' formulas, element by element in double precision: what the unpacked tensors are compared with.</summary>
internal sealed class PlainDequantizer(RawTensors raw, JsonElement settings)
{
    private static readonly double[] s_e2m1 = [0, .5, 1, 1.5, 2, 3, 4, 6, 0, -.5, -1, -1.5, -2, -3, -4, -6];

    /// <summary>The element in row o and column i of a matrix, such as X.weight.</summary>
    public double At(string weight, long o, long i)
    {
        var module = weight[..^".weight".Length];
        return settings.GetProperty("quant_method").GetString() switch
        {
            "fp8" => Fp8(weight, o, i),
            "compressed-tensors" when raw.Has(module + ".weight_packed") => PackedInteger(module, o, i),
            "compressed-tensors" => E4M3(raw.Byte(weight, (o * raw.Shape(weight)[1]) + i)) * raw.Number(weight + "_scale", o),
            "gptq" => Gptq(module, o, i),
            "awq" => Awq(module, o, i),
            "bitsandbytes" => Nf4(weight, o, i),
            "mxfp4" => Mxfp4(module, o, i),
            var method => throw new NotSupportedException(method),
        };
    }

    public static double E4M3(int bits)
    {
        var exponent = (bits & 0x78) >> 3;
        var size = exponent == 0 ? (bits & 7) / 8.0 * Math.Pow(2, -6) : (1 + ((bits & 7) / 8.0)) * Math.Pow(2, exponent - 7);
        return bits >= 128 ? -size : size;
    }

    private double Fp8(string weight, long o, long i)
    {
        var q = E4M3(raw.Byte(weight, (o * raw.Shape(weight)[1]) + i));
        var scale = weight + "_scale_inv";
        return settings.GetProperty("weight_block_size").ValueKind == JsonValueKind.Null
            ? q * raw.Number(scale, 0)
            : q * raw.Number(scale, (o / 128 * raw.Shape(scale)[1]) + (i / 128));
    }

    private double PackedInteger(string module, long o, long i)
    {
        var group = settings.GetProperty("config_groups").GetProperty("group_0").GetProperty("weights");
        var bits = group.GetProperty("num_bits").GetInt32();
        var (scale, packed, zero) = (module + ".weight_scale", module + ".weight_packed", module + ".weight_zero_point");
        var (groups, columns) = (raw.Shape(scale)[1], (long)raw.Number(module + ".weight_shape", 1));
        var g = i / (columns / groups);
        var (perWord, middle) = (32 / bits, 1 << (bits - 1));
        double q = Field(raw.Word(packed, (o * raw.Shape(packed)[1]) + (i / perWord)), i % perWord, bits) - middle;
        var z = raw.Has(zero) ? Field(raw.Word(zero, (o / perWord * groups) + g), o % perWord, bits) - middle : 0;
        return (q - z) * raw.Number(scale, (o * groups) + g);
    }

    private double Gptq(string module, long o, long i)
    {
        var bits = settings.GetProperty("bits").GetInt32();
        var (perWord, outputs) = (32 / bits, raw.Shape(module + ".scales")[1]);
        var g = (long)raw.Number(module + ".g_idx", i);
        var q = Field(raw.Word(module + ".qweight", (i / perWord * outputs) + o), i % perWord, bits);
        var z = Field(raw.Word(module + ".qzeros", (g * (outputs / perWord)) + (o / perWord)), o % perWord, bits) + 1;
        return raw.Number(module + ".scales", (g * outputs) + o) * (q - z);
    }

    private double Awq(string module, long o, long i)
    {
        int[] order = [0, 4, 1, 5, 2, 6, 3, 7];
        var (outputs, g) = (raw.Shape(module + ".scales")[1], i / settings.GetProperty("group_size").GetInt32());
        var q = Field(raw.Word(module + ".qweight", (i * (outputs / 8)) + (o / 8)), order[o % 8], 4);
        var z = Field(raw.Word(module + ".qzeros", (g * (outputs / 8)) + (o / 8)), order[o % 8], 4);
        return (q - z) * raw.Number(module + ".scales", (g * outputs) + o);
    }

    private double Nf4(string weight, long o, long i)
    {
        using var document = JsonDocument.Parse(Encoding.UTF8.GetString(raw.All[weight + ".quant_state.bitsandbytes__nf4"].Data));
        var state = document.RootElement;
        var element = (o * state.GetProperty("shape")[1].GetInt64()) + i;
        var pair = raw.Byte(weight, element / 2);
        var block = element / state.GetProperty("blocksize").GetInt64();
        var absmax = (raw.Number(weight + ".nested_quant_map", raw.Byte(weight + ".absmax", block))
            * raw.Number(weight + ".nested_absmax", block / state.GetProperty("nested_blocksize").GetInt64())) + state.GetProperty("nested_offset").GetDouble();
        return raw.Number(weight + ".quant_map", element % 2 == 0 ? pair / 16 : pair % 16) * absmax;
    }

    private double Mxfp4(string module, long o, long i)
    {
        var parts = module.Split('.');
        var (expert, kind, folder) = (long.Parse(parts[^2], null), parts[^1], string.Join('.', parts[..^2]));
        var name = $"{folder}.{(kind == "down_proj" ? kind : "gate_up_proj")}";
        var shape = raw.Shape(name + "_blocks");
        var row = (expert * shape[1]) + (kind switch { "gate_proj" => 2 * o, "up_proj" => (2 * o) + 1, _ => o });
        var pair = raw.Byte(name + "_blocks", (row * shape[2] * 16) + (i / 2));
        return s_e2m1[i % 2 == 0 ? pair % 16 : pair / 16] * Math.Pow(2, raw.Byte(name + "_scales", (row * shape[2]) + (i / 32)) - 127);
    }

    private static int Field(uint word, long place, int bits) => (int)((word >> (int)(place * bits)) & ((1u << bits) - 1));
}
