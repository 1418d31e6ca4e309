using System.Buffers;
using System.Text;
using System.Text.Json;
using Rill.OpenAI;

namespace Rill.Core.Tests.OpenAI;

public sealed class WireEncoderTests
{
    public static TheoryData<string, string> Texts => new()
    {
        { "", "" },
        { "plain <b>'&+`</b>", "plain <b>'&+`</b>" },
        { "Grüße, 世界", "Grüße, 世界" },
        { "a\u3000b\u00A0c", "a\u3000b\u00A0c" },
        { "👩‍👩‍👧 and 🏳️‍🌈", "👩‍👩‍👧 and 🏳️‍🌈" },
        { "say \"hi\" \\ bye", "say \\\"hi\\\" \\\\ bye" },
        { "a\nb\r\nc\td\be\ff", "a\\nb\\r\\nc\\td\\be\\ff" },
        { "\0\u0001\u001F\u007F", "\\u0000\\u0001\\u001F\\u007F" },
        { "x\u2028y\u2029z\u202Aw", "x\\u2028y\\u2029z\u202Aw" },
        { "lone \uD83D high", "lone \uFFFD high" },
        { "lone \uDE00 low", "lone \uFFFD low" },
        { "end \uD83D", "end \uFFFD" },
        { "\uD83D\uD83D\uDE00", "\uFFFD😀" },
        { "data: [DONE]", "data: [DONE]" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Write_AnyText_EscapesOnlyWhatOneLineNeeds(string text, string expected)
    {
        var output = new ArrayBufferWriter<byte>();
        WireEncoder.Write(output, text);

        Assert.Equal(expected, Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Serialize_AnyText_AgreesWithWrite(string text, string expected)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new ErrorBody(new ErrorDetail(text, "t", null, null)), OpenAIJson.Wire.ErrorBody);

        Assert.StartsWith($$"""{"error":{"message":"{{expected}}","type":""", Encoding.UTF8.GetString(json), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_EveryBasicCharacter_ParsesBackEqual()
    {
        var text = string.Concat(Enumerable.Range(0, 0x10000).Where(c => c is < 0xD800 or > 0xDFFF).Select(c => (char)c));
        var output = new ArrayBufferWriter<byte>();
        output.Write("\""u8);
        WireEncoder.Write(output, text);
        output.Write("\""u8);

        Assert.Equal(text, JsonDocument.Parse(output.WrittenMemory).RootElement.GetString());
        Assert.DoesNotContain((byte)'\n', output.WrittenSpan.ToArray());
        Assert.DoesNotContain((byte)'\r', output.WrittenSpan.ToArray());
    }
}
