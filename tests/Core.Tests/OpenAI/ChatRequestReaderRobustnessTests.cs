using System.Buffers;
using System.Diagnostics;
using System.Text;
using Rill.OpenAI;

namespace Rill.Core.Tests.OpenAI;

/// <summary>Whatever bytes arrive, the answer is a request or an error, and soon.</summary>
public sealed class ChatRequestReaderRobustnessTests
{
    private const string Valid = """
        {"messages":[{"role":"system","content":"a"},{"role":"user","content":[{"type":"text","text":"b \ud83c\udf0a"}]},
        {"role":"assistant","content":null,"tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}}]}],"model":"m","stream":true,
        "stream_options":{"include_usage":true},"temperature":1e0,"logit_bias":{"1":2},"stop":["x"],"seed":5,"tools":[],"n":1,
        "response_format":{"type":"text"},"modalities":["text"],"tool_choice":"auto","typical_p":1.0}
        """;

    [Fact]
    public void TryRead_OfDamagedBodies_NeverThrows()
    {
        var random = new Random(1);
        var seed = Encoding.UTF8.GetBytes(Valid);
        byte[] bytes = [.. "{}[]\",:\\ud8e-+.0157nulltrue\xff\x00"u8];
        for (var i = 0; i < 20_000; i++)
        {
            var body = (byte[])seed.Clone();
            for (var damage = random.Next(1, 4); damage > 0; damage--)
            {
                body[random.Next(body.Length)] = bytes[random.Next(bytes.Length)];
            }

            var read = ChatRequestReader.TryRead(new ReadOnlySequence<byte>(body), out var request, out var error);

            Assert.True(read ? request is not null && error is null : request is null && error is { Status: 400 });
        }
    }

    [Theory]
    [InlineData("""{"a":1,""", "\"a\":1,", """ "messages":[]}""")]
    [InlineData("""{"logit_bias":{"1":1""", ",\"1\":1", """},"messages":[{"role":"user","content":"a"}]}""")]
    [InlineData("""{"messages":[{"role":"user","content":"a"}""", """,{"role":"user","content":"a"}""", "]}")]
    [InlineData("""{"stop_token_ids":[1""", ",1", """],"messages":[{"role":"user","content":"a"}]}""")]
    public void TryRead_OfAFourMegabyteBody_IsQuick(string head, string repeated, string tail)
    {
        var body = new StringBuilder(head);
        while (body.Length < 4_000_000)
        {
            body.Append(repeated);
        }

        var json = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body.Append(tail).ToString()));
        var clock = Stopwatch.StartNew();
        ChatRequestReader.TryRead(json, out _, out _);

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(60)); // a fraction of a second on a quiet machine
    }
}
