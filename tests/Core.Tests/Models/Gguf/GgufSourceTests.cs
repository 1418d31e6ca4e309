using System.Security.Cryptography;
using Rill.Core.Tests.Models.Packed;
using Rill.Models;
using Rill.Models.Gguf;

namespace Rill.Core.Tests.Models.Gguf;

public sealed class GgufSourceTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(2u, 32)]
    [InlineData(3u, 64)]
    public unsafe void Get_TypesThatAreComputedWith_LieInTheFile(uint version, int alignment)
    {
        var writer = new GgufWriter { Version = version, Alignment = alignment };
        using var source = Open(writer.With("general.alignment", (uint)alignment).WithFloats("a", [3, 2], 1, 2, 3, 4, 5, 6).WithTensor("b", 30, [1], 0x80, 0x3F).WithTensor("c", 1, [1], 0, 0x40));

        Assert.Equal([2L, 3L], source.Tensors["a"].Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6], Unpacked.Values(source.Read("a")));
        Assert.Equal((WeightType.BFloat16, 0x3F80), (source.Read("b").Type, *(ushort*)source.Read("b").Address));
        Assert.Equal((WeightType.Float16, 0x4000), (source.Read("c").Type, *(ushort*)source.Read("c").Address));
        Assert.Equal(source.Read("a").Address, source.Read("a").Address);
    }

    [Fact]
    public void Get_Blocks_AreUnpackedRowByRow()
    {
        byte[] block = [0, 0x3C, .. Enumerable.Range(0, 32).Select(q => (byte)q)];    // a scale of 1
        byte[] other = [0, 0x40, .. Enumerable.Repeat((byte)0xFF, 32)];               // of 2, and -1
        using var source = Open(new GgufWriter().WithTensor("a", 8, [32, 2], [.. block, .. other]));
        var weight = source.Read("a");

        Assert.Equal([.. Enumerable.Range(0, 32).Select(q => (float)q), .. Enumerable.Repeat(-2f, 32)], Unpacked.Values(weight));
        Assert.Equal(("Q8_0", 68L), (source.Tensors["a"].Type, source.Tensors["a"].ByteCount));
        source.Release("a", 0, 128);
        Assert.Equal(weight.Address, source.Read("a").Address);
        source.Release("a", 128, 128);
        Assert.Equal(31, Unpacked.Values(source.Read("a"))[31]);
    }

    [Fact]
    public void Open_Parts_FindsEachTensorInItsPart()
    {
        Write("m-00001-of-00002.gguf", new GgufWriter().With("split.count", (ushort)2).With("split.tensors.count", 2).WithFloats("a", [1], 1));
        Write("m-00002-of-00002.gguf", new GgufWriter().WithFloats("b", [1], 2));
        using var source = GgufSource.Open(ModelFiles.InDirectory(_directory.Path), "m-00001-of-00002.gguf");

        Assert.Equal([2], Unpacked.Values(source.Read("b")));
        Assert.Equal(["m-00001-of-00002.gguf", "m-00002-of-00002.gguf"], source.FileNames);
        Assert.Equal("m-00002-of-00002.gguf", source.Tensors["b"].File);
    }

    [Fact]
    public void Open_PartsThatAreNotComplete_IsRefused()
    {
        Write("m-00001-of-00002.gguf", new GgufWriter().With("split.count", 2).With("split.tensors.count", 3).WithFloats("a", [1], 1));
        Assert.Contains("m-00002-of-00002.gguf does not exist", Refusal("m-00001-of-00002.gguf"), StringComparison.Ordinal);

        Write("m-00002-of-00002.gguf", new GgufWriter().WithFloats("b", [1], 2));
        Assert.Contains("hold 2 tensors, but split.tensors.count says 3", Refusal("m-00001-of-00002.gguf"), StringComparison.Ordinal);

        Write("m-00002-of-00002.gguf", new GgufWriter().WithFloats("a", [1], 2));
        Assert.Contains("the tensor a is in another part", Refusal("m-00001-of-00002.gguf"), StringComparison.Ordinal);

        File.Move(_directory.File("m-00001-of-00002.gguf"), _directory.File("m.gguf"));
        Assert.Contains("its name must end with -00001-of-00002.gguf", Refusal("m.gguf"), StringComparison.Ordinal);
    }

    [Fact]
    public void AppendTo_AnotherValue_ChangesTheHash()
    {
        string HashOf(GgufWriter writer)
        {
            using var source = Open(writer);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            source.AppendTo(hash);
            return Convert.ToHexString(hash.GetHashAndReset());
        }

        var first = HashOf(new GgufWriter().WithFloats("a", [1], 1));

        Assert.Equal(first, HashOf(new GgufWriter().WithFloats("a", [1], 1)));
        Assert.NotEqual(first, HashOf(new GgufWriter().WithFloats("a", [1], 2)));
        Assert.NotEqual(first, HashOf(new GgufWriter().With("k", 1).WithFloats("a", [1], 1)));
    }

    private GgufSource Open(GgufWriter writer)
    {
        Write("m.gguf", writer);
        return GgufSource.Open(ModelFiles.InDirectory(_directory.Path), "m.gguf");
    }

    private string Refusal(string name) => Assert.Throws<ModelFormatException>(() => GgufSource.Open(ModelFiles.InDirectory(_directory.Path), name)).Message;

    private void Write(string name, GgufWriter writer) => File.WriteAllBytes(_directory.File(name), writer.ToArray());
}
