using System.Text;
using Rill.Chat.Output;
using Rill.OpenAI;

namespace Rill.Core.Tests.Chat.Output;

public class EchoOffsetsTests
{
    [Fact]
    public void Next_OfTokensThatAreTheText_SaysWhereTheyBegin()
    {
        var offsets = new EchoOffsets("aé👋 b");

        Assert.Equal([0, 1, 1, 2, 2, 3], Offsets(offsets, [0x61], [0xc3], [0xa9], [0xf0, 0x9f], [0x91, 0x8b], Bytes(" b")));
        Assert.Equal(5, offsets.Length);
    }

    [Fact]
    public void Next_OfATokenThatIsNotInTheText_TakesNothingOfIt()
    {
        var offsets = new EchoOffsets("Hello<s>!");

        Assert.Equal([0, 0, 5, 8], new[] { Special("<s>"), Ordinary(" Hello"), Special("<s>"), Ordinary("!") }.Select(offsets.Next));
    }

    [Fact]
    public void Next_OfNormalizedText_GoesOnByLengthAndNeverBeyondTheEnd()
    {
        var offsets = new EchoOffsets("ABC");

        Assert.Equal([0, 2, 3, 3], new[] { Ordinary("ab"), Ordinary("cdef"), Ordinary("g"), Special("</s>") }.Select(offsets.Next));
    }

    private static IEnumerable<int> Offsets(EchoOffsets offsets, params int[][] tokens) => tokens.Select(bytes => offsets.Next(new TokenLogprob("", 0, bytes, [])));

    private static int[] Bytes(string text) => [.. Encoding.UTF8.GetBytes(text).Select(value => (int)value)];

    private static TokenLogprob Ordinary(string text) => new(text, 0, Bytes(text), []);

    private static TokenLogprob Special(string text) => new(text, 0, Bytes(text), []) { HasText = false };
}
