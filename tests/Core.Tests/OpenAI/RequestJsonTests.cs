using System.Buffers;
using System.Text;
using Rill.OpenAI;

namespace Rill.Core.Tests.OpenAI;

public sealed class RequestJsonTests
{
    private const string Request = """{"messages":[{"role":"user","content":"hi"}]}""";

    [Theory]
    [InlineData(62, true)]
    [InlineData(63, true)]
    [InlineData(64, false)]
    [InlineData(5000, false)]
    public void TryRead_DeepJson_IsReadTo64Levels(int arrays, bool accepted)
    {
        var (nested, closed) = (new string('[', arrays), new string(']', arrays));

        Assert.Equal(accepted, ErrorOf(Encoding.UTF8.GetBytes($$"""{"x":{{nested}}{{closed}},"messages":[{"role":"user","content":"hi"}]}""")) is null);
    }

    [Fact]
    public void TryRead_TooDeep_SaysSo()
    {
        var error = ErrorOf(Encoding.UTF8.GetBytes(new string('[', 65)));

        Assert.Equal("invalid_json", error!.Code);
        Assert.Equal("The request body nests objects and arrays in more than 64 levels: make it flatter.", error.Message);
    }

    [Fact]
    public void TryRead_BrokenAtTheDeepestLevel_TellsThePlace() =>
        Assert.Contains("byte 65", ErrorOf(Encoding.UTF8.GetBytes(new string('[', 64) + "x"))!.Message, StringComparison.Ordinal);

    [Fact]
    public void TryRead_AByteOrderMark_IsPassedOver() => Assert.Null(ErrorOf([.. "\uFEFF"u8, .. Encoding.UTF8.GetBytes(Request)]));

    [Theory]
    [InlineData("utf-16", true)]
    [InlineData("utf-16", false)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-16BE", false)]
    [InlineData("utf-32", true)]
    [InlineData("utf-32", false)]
    public void TryRead_AnotherEncoding_NamesIt(string name, bool marked)
    {
        var encoding = Encoding.GetEncoding(name);
        byte[] mark = marked ? encoding.GetPreamble() : [];

        var error = ErrorOf([.. mark, .. encoding.GetBytes(Request)]);

        Assert.Equal("invalid_json", error!.Code);
        Assert.StartsWith("The request body is UTF-16 or UTF-32: send it as plain JSON in UTF-8.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_Gzip_NamesIt() =>
        Assert.StartsWith("The request body is compressed with gzip:", ErrorOf([0x1F, 0x8B, 8, 0, 0])!.Message, StringComparison.Ordinal);

    [Fact]
    public void TryRead_InSegments_LooksAtTheFirstBytesAllTheSame()
    {
        var first = new Segment("\uFEFF"u8[..2].ToArray(), null);
        var last = new Segment([.. "\uFEFF"u8[2..], .. Encoding.UTF8.GetBytes(Request)], first);

        Assert.True(ChatRequestReader.TryRead(new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length), out _, out var error), error?.Message);
    }

    private static ApiError? ErrorOf(byte[] body)
    {
        ChatRequestReader.TryRead(new ReadOnlySequence<byte>(body), out _, out var error);
        return error;
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes, Segment? previous)
        {
            Memory = bytes;
            if (previous is not null)
            {
                previous.Next = this;
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
            }
        }
    }
}
