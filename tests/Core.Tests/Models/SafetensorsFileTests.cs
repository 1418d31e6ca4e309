using Rill.Models;

namespace Rill.Core.Tests.Models;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string FilePath => _directory.File("model.safetensors");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public unsafe void Get_WrittenTensors_GivesTypeShapeAndValues()
    {
        SafetensorsWriter.Write(FilePath,
            SafetensorsWriter.Float32("a", [2, 2], [1, 2, 3, 4]),
            SafetensorsWriter.BFloat16("b", [3], [0.5f, -1, 2]));

        using var file = SafetensorsFile.Open(FilePath);
        var (a, b) = (file.Get("a"), file.Get("b"));

        Assert.Equal(WeightType.Float32, a.Type);
        Assert.Equal([2L, 2L], a.Shape);
        Assert.Equal([1f, 2f, 3f, 4f], new ReadOnlySpan<float>((void*)a.Address, 4).ToArray());
        Assert.Equal(WeightType.BFloat16, b.Type);
        Assert.Equal(3, b.ElementCount);
        Assert.Equal(BitConverter.SingleToUInt32Bits(-1f) >> 16, ((ushort*)b.Address)[1]);
    }

    [Fact]
    public void Open_MetadataAndEmptyTensor_AreAccepted()
    {
        SafetensorsWriter.WriteRaw(FilePath, """{"__metadata__":{"format":"pt"},"none":{"dtype":"F32","shape":[0,4],"data_offsets":[0,0]}}""", []);

        using var file = SafetensorsFile.Open(FilePath);

        Assert.Equal(["none"], file.TensorNames);
        Assert.Equal(0, file.Get("none").ByteCount);
    }

    [Fact]
    public void Open_HeaderOfMoreTensorsThanAnyFileHas_IsRefused()
    {
        var entries = string.Join(',', Enumerable.Range(0, 300_000).Select(index => $"\"{index}\":{{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}"));
        SafetensorsWriter.WriteRaw(FilePath, $"{{{entries}}}", []);

        var error = Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(FilePath));

        Assert.Contains("more than 262144 tensors", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_HeaderLargerThanAnyFileHas_IsRefusedUnread()
    {
        const int headerBytes = 70_000_000;    // a million tensors
        using (var file = File.Create(FilePath))
        {
            file.Write(BitConverter.GetBytes((long)headerBytes));
            file.SetLength(headerBytes + 8);
        }

        var error = Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(FilePath));

        Assert.Contains($"the header has {headerBytes} bytes", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "overlaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "hole")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", 8, "cut short")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "do not fit its shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807],"data_offsets":[0,8]}}""", 8, "do not fit its shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "do not fit its shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "overlaps")]
    [InlineData("""{"a":{"dtype":"Q4","shape":[2],"data_offsets":[0,8]}}""", 8, "unknown type Q4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", 8, "not valid safetensors JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", 8, "not valid safetensors JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "not valid safetensors JSON")]
    [InlineData("[]", 0, "not valid safetensors JSON")]
    [InlineData("{nonsense", 0, "not valid safetensors JSON")]
    public void Open_BrokenHeader_SaysWhatIsWrong(string header, int dataBytes, string expected)
    {
        SafetensorsWriter.WriteRaw(FilePath, header, new byte[dataBytes]);

        var error = Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(FilePath));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("model.safetensors", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1_000)]
    [InlineData(long.MaxValue)]
    public void Open_HostileHeaderLength_IsRefused(long length)
    {
        SafetensorsWriter.WriteRaw(FilePath, "{}", [], length);

        Assert.Contains("header's length", Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(FilePath)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_TooShortOrMissing_IsRefused()
    {
        Assert.Contains("does not exist", Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(FilePath)).Message, StringComparison.Ordinal);
        File.WriteAllBytes(FilePath, [1, 2, 3]);
        Assert.Contains("3 bytes", Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(FilePath)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Get_MissingOrIntegerTensor_IsRefusedByName()
    {
        SafetensorsWriter.Write(FilePath, new SafetensorsWriter.Entry("ids", "I64", [1], new byte[8]));

        using var file = SafetensorsFile.Open(FilePath);

        Assert.Contains("lacks the tensor other", Assert.Throws<ModelFormatException>(() => file.Get("other")).Message, StringComparison.Ordinal);
        Assert.Contains("ids is of type I64", Assert.Throws<ModelFormatException>(() => file.Get("ids")).Message, StringComparison.Ordinal);
    }
}
