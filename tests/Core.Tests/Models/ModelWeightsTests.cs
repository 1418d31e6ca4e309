using Rill.Models;

namespace Rill.Core.Tests.Models;

public sealed class ModelWeightsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public unsafe void Open_Shards_FindsEachTensorInItsFile()
    {
        WriteShards("""{"weight_map":{"a":"one.safetensors","b":"two.safetensors"}}""");

        using var weights = ModelWeights.Open(_directory.Path);

        Assert.Equal(1f, *(float*)weights.Get("a", 1).Address);
        Assert.Equal(2f, *(float*)weights.Get("b", 2).Address);
        Assert.True(weights.Has("b"));
        Assert.False(weights.Has("c"));
        Assert.Equal(3, weights.ParameterCount);
        Assert.Equal(12, weights.TotalBytes);
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"two.safetensors"}}""", "which lacks it")]
    [InlineData("""{"weight_map":{"a":"three.safetensors"}}""", "does not exist")]
    [InlineData("""{"weight_map":{"a":"../one.safetensors"}}""", "not a plain file name")]
    [InlineData("""{"weight_map":{"a":""}}""", "not a plain file name")]
    [InlineData("""{"weight_map":{"a":"a\u0000.safetensors"}}""", "the shard 'a?.safetensors', which is not a plain file name")]
    [InlineData("""{"weight_map":[]}""", "needs a weight_map")]
    [InlineData("""{}""", "needs a weight_map")]
    public void Open_BrokenIndex_SaysWhatIsWrong(string index, string expected)
    {
        WriteShards(index);

        Assert.Contains(expected, Assert.Throws<ModelFormatException>(() => ModelWeights.Open(_directory.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public unsafe void Open_OfADecoderWithoutItsHead_ShowsTheNamesThatItHasWithOne()
    {
        SafetensorsWriter.Write(
            _directory.File("model.safetensors"),
            SafetensorsWriter.Float32("embed_tokens.weight", [1], [5]), SafetensorsWriter.Float32("layers.0.mlp.down_proj.weight", [2], [6, 7]));
        using var weights = ModelWeights.Open(_directory.Path);

        Assert.Equal(["model.embed_tokens.weight", "model.layers.0.mlp.down_proj.weight"], weights.UnusedNames([]).Order(StringComparer.Ordinal));
        Assert.Equal((5f, 7f), (*(float*)weights.Get("model.embed_tokens.weight", 1).Address, ((float*)weights.Get("model.layers.0.mlp.down_proj.weight", 2).Address)[1]));
        Assert.Equal((3, 12), (weights.ParameterCount, weights.TotalBytes));
        Assert.NotEmpty(weights.Hash());
        Assert.Null(weights.FirstNotFinite());
        weights.Release(weights.Get("model.embed_tokens.weight", 1), 0, 4);
        Assert.Contains("model.safetensors: embed_tokens.weight has", Assert.Throws<ModelFormatException>(() => weights.Get("model.embed_tokens.weight", 2)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_EmptyDirectory_NamesBothFiles() =>
        Assert.Contains("model.safetensors.index.json", Assert.Throws<ModelFormatException>(() => ModelWeights.Open(_directory.Path)).Message, StringComparison.Ordinal);

    [Fact]
    public void Get_OtherShape_NamesBothShapes()
    {
        WriteShards("""{"weight_map":{"b":"two.safetensors"}}""");
        using var weights = ModelWeights.Open(_directory.Path);

        var message = Assert.Throws<ModelFormatException>(() => weights.Get("b", 2, 1)).Message;

        Assert.Contains("[2]", message, StringComparison.Ordinal);
        Assert.Contains("[2, 1]", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Hash_OneValueChanged_Differs()
    {
        SafetensorsWriter.Write(_directory.File("model.safetensors"), SafetensorsWriter.Float32("a", [2], [1, 2]));
        var first = HashOf();
        Assert.Equal(first, HashOf());

        SafetensorsWriter.Write(_directory.File("model.safetensors"), SafetensorsWriter.Float32("a", [2], [1, 3]));

        Assert.NotEqual(first, HashOf());
    }

    /// <summary>Readers who follow it read files one after the other, each from front to back.</summary>
    [Fact]
    public void PlaceOf_OfShards_OrdersTheTensorsAsTheyLie()
    {
        SafetensorsWriter.Write(_directory.File("one.safetensors"), SafetensorsWriter.Float32("z", [1], [1]), SafetensorsWriter.Float32("y", [3], [1, 2, 3]));
        SafetensorsWriter.Write(_directory.File("two.safetensors"), SafetensorsWriter.Float32("x", [2], [2, 3]), SafetensorsWriter.Float32("a", [1], [1]));
        File.WriteAllText(
            _directory.File("model.safetensors.index.json"),
            """{"weight_map":{"a":"two.safetensors","x":"two.safetensors","y":"one.safetensors","z":"one.safetensors"}}""");
        using var weights = ModelWeights.Open(_directory.Path);

        Assert.Equal(["z", "y", "x", "a"], new[] { "a", "x", "y", "z" }.OrderBy(weights.PlaceOf));
    }

    private byte[] HashOf()
    {
        using var weights = ModelWeights.Open(_directory.Path);
        return weights.Hash();
    }

    private void WriteShards(string index)
    {
        SafetensorsWriter.Write(_directory.File("one.safetensors"), SafetensorsWriter.Float32("a", [1], [1]));
        SafetensorsWriter.Write(_directory.File("two.safetensors"), SafetensorsWriter.Float32("b", [2], [2, 3]));
        File.WriteAllText(_directory.File("model.safetensors.index.json"), index);
    }
}
