using Rill.Models;

namespace Rill.Core.Tests.Models;

/// <summary>Tensors of a decoder out of published ones that are cut otherwise.</summary>
public sealed class WeightCutTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public WeightCutTests() => SafetensorsWriter.Write(
        _directory.File("model.safetensors"),
        SafetensorsWriter.Float32("rows", [4, 2], [0, 1, 10, 11, 20, 21, 30, 31]),
        SafetensorsWriter.BFloat16("turned", [2, 3], [0, 1, 2, 10, 11, 12]),
        SafetensorsWriter.Float32("experts", [2, 2, 3], [0, 1, 2, 3, 4, 5, 100, 101, 102, 103, 104, 105]),
        SafetensorsWriter.Float32("vector", [4], [1, 2, 3, 4]));

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Get_RowsThatFollowOneAnother_IsAViewOfTheFile()
    {
        using var weights = Open(new("rows") { Rows = new(1) });

        Assert.Equal([10, 11, 20, 21], Values(weights.Get("part", 2, 2)));
        Assert.Equal(weights.Get("rows", 4, 2).Address + (2 * sizeof(float)), weights.Get("part", 2, 2).Address);
    }

    [Fact]
    public void Get_EveryOtherRow_IsACopy()
    {
        using var weights = Open(new("rows") { Rows = new(1, 1, 2) });

        Assert.Equal([10, 11, 30, 31], Values(weights.Get("part", 2, 2)));
    }

    [Fact]
    public void Get_OfATransposedMatrix_TurnsIt()
    {
        using var weights = Open(new("turned") { Transposed = true, Rows = new(1) });

        Assert.Equal([1, 11, 2, 12], Values(weights.Get("part", 2, 2)));
    }

    [Fact]
    public void Get_OfOneExpert_IsAViewOfItsPart()
    {
        using var weights = Open(new("experts") { Expert = 1, Rows = new(1) });

        Assert.Equal([103, 104, 105], Values(weights.Get("part", 1, 3)));
    }

    [Fact]
    public void Get_OfOneTransposedExpert_TurnsItAlone()
    {
        using var weights = Open(new("experts") { Expert = 1, Transposed = true });

        Assert.Equal([100, 103, 101, 104, 102, 105], Values(weights.Get("part", 3, 2)));
    }

    [Fact]
    public void Get_PartsOfAVector_TakesItsElements()
    {
        using var weights = Open(new("vector") { Rows = new(0, 1, 2) });

        Assert.Equal([1, 3], Values(weights.Get("part", 2)));
    }

    [Fact]
    public void Release_OfACopy_GivesItsMemoryBackAndMakesItAnew()
    {
        using var weights = Open(new("rows") { Rows = new(1, 1, 2) });
        var copy = weights.Get("part", 2, 2);

        weights.Release(copy, 0, copy.ByteCount);

        Assert.Equal([10, 11, 30, 31], Values(weights.Get("part", 2, 2)));
    }

    [Theory]
    [InlineData("rows", 3, 5, 2)]       // more rows than there are
    [InlineData("rows", 0, 2, 3)]       // other columns
    [InlineData("missing", 0, 2, 2)]
    public void Get_WhatTheFileCannotGive_IsRefusedByName(string name, long first, long rows, long columns)
    {
        using var weights = Open(new(name) { Rows = new(first) });

        Assert.Contains(name, Assert.Throws<ModelFormatException>(() => weights.Check("part", rows, columns)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UnusedNames_WithRecipes_LeavesOutWhatTheyTakeFrom()
    {
        using var weights = Open(new("rows") { Rows = new(1) });

        Assert.Equal(["experts", "turned", "vector"], weights.UnusedNames(["part"]).Order(StringComparer.Ordinal));
    }

    private ModelWeights Open(WeightRecipe recipe) => ModelWeights.Open(_directory.Path, new DecoderSpec
    {
        Architecture = "Test",
        LayerCount = 0,
        HiddenSize = 2,
        HeadCount = 1,
        KeyValueHeadCount = 1,
        HeadDim = 2,
        FeedForwardSize = 2,
        VocabularySize = 2,
        ContextLength = 2,
        NormEpsilon = 1e-6f,
        Rotaries = [],
        AttentionWindows = [],
        Recipes = new Dictionary<string, WeightRecipe> { ["part"] = recipe },
    });

    private static unsafe float[] Values(Weight weight) => [.. Enumerable.Range(0, (int)weight.ElementCount).Select(i => weight.Type == WeightType.Float32
        ? ((float*)weight.Address)[i]
        : BitConverter.UInt32BitsToSingle((uint)((ushort*)weight.Address)[i] << 16))];
}
