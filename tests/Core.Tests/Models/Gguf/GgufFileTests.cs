using Rill.Models;
using Rill.Models.Gguf;

namespace Rill.Core.Tests.Models.Gguf;

/// <summary>Headers that are read, and headers that somebody wrote to do harm.</summary>
public sealed class GgufFileTests : IDisposable
{
    private const ulong Huge = 1UL << 60;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Open_ANameWithLinesAndMegabytes_IsQuotedInOneLine()
    {
        var name = "a\nfatal: \u001b[31m\u202e" + new string('x', 5_000);

        var message = Refusal(new GgufWriter().WithTensor(name, 19, [1], 0).ToArray());

        Assert.Contains("a?fatal: ?[31m?xxx", message, StringComparison.Ordinal);
        Assert.InRange(message.Length, 1_000, 2_403);
    }

    [Fact]
    public void Open_MetadataOfEveryType_IsReadAsWhatItIs()
    {
        using var file = Open(new GgufWriter()
            .With("u8", (byte)200).With("i8", (sbyte)-3).With("u16", (ushort)60000).With("i16", (short)-4).With("u32", uint.MaxValue).With("i32", -5).With("u64", 6UL).With("i64", -7L)
            .With("f32", 0.5f).With("f64", 0.25).With("flag", true).With("text", "größe").With("texts", (string[])["a", "", "b"]).With("wholes", (int[])[1, -2]).With("floats", (float[])[0.5f]));
        var metadata = file.Metadata;

        Assert.Equal([200, 60000, uint.MaxValue, 6], ((string[])["u8", "u16", "u32", "u64"]).Select(key => metadata.Whole(key, 0, long.MaxValue)!.Value));
        Assert.Equal([-3, -4, -5, -7], ((string[])["i8", "i16", "i32", "i64"]).Select(key => metadata.Whole(key, -10)!.Value));
        Assert.Equal((0.5, 0.25, 6.0), (metadata.Number("f32"), metadata.Number("f64"), metadata.Number("u64")));
        Assert.Equal((true, "größe"), (metadata.Flag("flag"), metadata.Text("text")));
        Assert.Equal(["a", "", "b"], metadata.Items<string>("texts")!);
        Assert.Equal([1L, -2L], metadata.Items<long>("wholes")!);
        Assert.Equal([0.5], metadata.Items<double>("floats")!);
        Assert.Null(metadata.Text("absent"));
        Assert.Null(metadata.Items<long>("absent"));
    }

    [Fact]
    public void Metadata_OfAnotherType_NamesFileAndKey()
    {
        using var file = Open(new GgufWriter().With("k", "text").With("n", -1).With("x", float.NaN));

        foreach (Action read in (Action[])[() => file.Metadata.Whole("k"), () => file.Metadata.Number("k"), () => file.Metadata.Flag("k"), () => file.Metadata.Items<long>("k")])
        {
            Assert.Contains("m.gguf: the metadata's k must be", Assert.Throws<ModelFormatException>(read).Message, StringComparison.Ordinal);
        }

        Assert.Throws<ModelFormatException>(() => file.Metadata.Whole("n"));
        Assert.Throws<ModelFormatException>(() => file.Metadata.Number("x"));
        Assert.Throws<ModelFormatException>(() => file.Metadata.Text("n"));
    }

    [Fact]
    public void Open_FileCutAnywhere_IsRefused()
    {
        var whole = new GgufWriter().With("k", "text").With("l", (string[])["a", "b"]).WithFloats("t", [8], new float[8]).ToArray();

        for (var length = 1; length < whole.Length; length++)
        {
            Assert.StartsWith("m.gguf", Refusal(whole[..length]), StringComparison.Ordinal);
        }

        using var file = Open(whole);
        Assert.Single(file.Tensors);
    }

    [Fact]
    public void Open_FlippedBytes_NeverFailsOtherwise()
    {
        var whole = new GgufWriter().With("k", "text").With("l", (string[])["a", "b"]).With("i", (int[])[1, 2]).WithFloats("t", [8], new float[8]).ToArray();
        for (var at = 0; at < whole.Length; at++)
        {
            foreach (var value in (byte[])[0, 1, 0x7F, 0x80, 0xFF])
            {
                byte[] changed = [.. whole];
                changed[at] = value;
                try
                {
                    using var file = Open(changed);
                    _ = file.Metadata.Keys.Select(key => file.Metadata.IsArray(key) ? file.Metadata.Items<object>(key) : null).ToList();
                }
                catch (ModelFormatException)
                {
                    // The one way to fail.
                }
            }
        }
    }

    [Theory]
    [InlineData("magic", "does not begin as a GGUF file does")]
    [InlineData("version", "is GGUF of version 1,")]
    [InlineData("swapped", "is GGUF of version 50331648,")]
    [InlineData("tensors", "claims 1152921504606846976 tensors")]
    [InlineData("entries", "claims 1152921504606846976 entries")]
    [InlineData("twice", "the tensor t occurs twice")]
    [InlineData("keys", "the metadata's k occurs twice")]
    [InlineData("rank", "t has 5 dimensions")]
    [InlineData("none", "t has 0 dimensions")]
    [InlineData("overflow", "impossible shape")]
    [InlineData("zero", "impossible shape")]
    [InlineData("partial", "impossible shape")]
    [InlineData("beyond", "the data of t lie beyond")]
    [InlineData("misplaced", "the data of t lie beyond")]
    [InlineData("negative", "impossible shape")]
    [InlineData("type", "t is of type number 99")]
    [InlineData("alignment", "general.alignment must be a whole number from 1")]
    [InlineData("text", "counts 1152921504606846976 of something")]
    [InlineData("array", "counts 1152921504606846976 of something")]
    [InlineData("nested", "metadata of the unknown type 9")]
    [InlineData("value", "metadata of the unknown type 77")]
    public void Open_HostileHeader_IsRefusedInOneSentence(string fault, string expected) => Assert.Contains(expected, Refusal(Hostile(fault)), StringComparison.Ordinal);

    private static byte[] Hostile(string fault) => fault switch
    {
        "magic" => [.. "GGML"u8, .. new byte[40]],
        "version" => new GgufWriter { Version = 1 }.ToArray(),
        "swapped" => new GgufWriter { Version = 0x0300_0000 }.ToArray(),
        "tensors" => new GgufWriter { TensorCount = Huge }.WithFloats("t", [1], 1).ToArray(),
        "entries" => new GgufWriter { EntryCount = Huge }.With("k", 1).ToArray(),
        "twice" => new GgufWriter().WithFloats("t", [1], 1).WithFloats("t", [1], 1).ToArray(),
        "keys" => new GgufWriter().With("k", 1).With("k", 2).ToArray(),
        "rank" => new GgufWriter().WithFloats("t", [1, 1, 1, 1, 1], 1).ToArray(),
        "none" => new GgufWriter().WithFloats("t", [], 1).ToArray(),
        "overflow" => new GgufWriter().WithFloats("t", [1 << 20, 1UL << 40, 1UL << 40], 1).ToArray(),
        "zero" => new GgufWriter().WithFloats("t", [0], 1).ToArray(),
        "partial" => new GgufWriter().WithTensor("t", 8, [33], new byte[68]).ToArray(),
        "beyond" => new GgufWriter().WithFloats("t", [1 << 20, 1 << 20], 1).ToArray(),
        "misplaced" => new GgufWriter { OffsetError = 4 }.WithFloats("t", [1], new float[9]).ToArray(),
        "negative" => new GgufWriter { OffsetError = -32 }.WithFloats("t", [1], 1).ToArray(),
        "type" => new GgufWriter().WithTensor("t", 99, [1], 1).ToArray(),
        "alignment" => new GgufWriter().With("general.alignment", 0).ToArray(),
        "text" => new GgufWriter().WithRaw([1, 0, 0, 0, 0, 0, 0, 0, (byte)'k', 8, 0, 0, 0, .. BitConverter.GetBytes(Huge)]).ToArray(),
        "array" => new GgufWriter().WithRaw([1, 0, 0, 0, 0, 0, 0, 0, (byte)'k', 9, 0, 0, 0, 8, 0, 0, 0, .. BitConverter.GetBytes(Huge)]).ToArray(),
        "nested" => new GgufWriter().WithRaw([1, 0, 0, 0, 0, 0, 0, 0, (byte)'k', 9, 0, 0, 0, 9, 0, 0, 0, .. BitConverter.GetBytes(1UL)]).ToArray(),
        _ => new GgufWriter().WithRaw([1, 0, 0, 0, 0, 0, 0, 0, (byte)'k', 77, 0, 0, 0, .. new byte[32]]).ToArray(),
    };

    private GgufFile Open(GgufWriter writer) => Open(writer.ToArray());

    private GgufFile Open(byte[] bytes)
    {
        File.WriteAllBytes(_directory.File("m.gguf"), bytes);
        return GgufFile.Open(ModelFiles.InDirectory(_directory.Path), "m.gguf");
    }

    private string Refusal(byte[] bytes) => Assert.Throws<ModelFormatException>(() => Open(bytes)).Message;
}
