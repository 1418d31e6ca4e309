using System.Text.Json;

namespace Rill.Core.Tests.Models.Packed;

/// <summary>A safetensors file as its bytes, read without the code under test.</summary>
internal sealed class RawTensors
{
    public Dictionary<string, (string Type, long[] Shape, byte[] Data)> All { get; } = [];

    public static RawTensors Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var length = (int)BitConverter.ToInt64(bytes);
        using var header = JsonDocument.Parse(bytes.AsMemory(8, length));
        var raw = new RawTensors();
        foreach (var tensor in header.RootElement.EnumerateObject().Where(tensor => tensor.Name != "__metadata__"))
        {
            var range = tensor.Value.GetProperty("data_offsets");
            raw.All[tensor.Name] = (
                tensor.Value.GetProperty("dtype").GetString()!,
                [.. tensor.Value.GetProperty("shape").EnumerateArray().Select(dimension => dimension.GetInt64())],
                bytes[(8 + length + range[0].GetInt32())..(8 + length + range[1].GetInt32())]);
        }

        return raw;
    }

    public bool Has(string name) => All.ContainsKey(name);

    public long[] Shape(string name) => All[name].Shape;

    public int Byte(string name, long index) => All[name].Data[index];

    public uint Word(string name, long index) => BitConverter.ToUInt32(All[name].Data, (int)index * 4);

    public double Number(string name, long index) => All[name].Type switch
    {
        "F32" => BitConverter.ToSingle(All[name].Data, (int)index * 4),
        "F16" => (double)BitConverter.ToHalf(All[name].Data, (int)index * 2),
        "BF16" => BitConverter.UInt32BitsToSingle((uint)BitConverter.ToUInt16(All[name].Data, (int)index * 2) << 16),
        "I32" => BitConverter.ToInt32(All[name].Data, (int)index * 4),
        "I64" => BitConverter.ToInt64(All[name].Data, (int)index * 8),
        var type => throw new NotSupportedException(type),
    };
}
