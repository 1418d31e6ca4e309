using System.Text;
using Rill.Bench.Load;

namespace Rill.FunctionApp.Tests.Bench;

public sealed class ChatEventTests
{
    [Theory]
    [InlineData("""data: {"choices":[{"delta":{"role":"assistant","content":""}}]}""", 0)]
    [InlineData("""data: {"choices":[{"delta":{"content":"abc"}}]}""", 3)]
    [InlineData("""data: {"choices":[{"delta":{"content":"a\"\n"}}]}""", 3)]
    [InlineData("data: [DONE]", 0)]
    public void ContentLength_OfAnEvent_CountsCharacters(string data, int expected) =>
        Assert.Equal(expected, ChatEvent.ContentLength(Encoding.UTF8.GetBytes(data)));

    [Theory]
    [InlineData("""data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":128,"total_tokens":131}}""", 128)]
    [InlineData("""data: {"choices":[],"usage":null}""", 0)]
    public void CompletionTokens_OfAnEvent_ReadsTheUsage(string data, int expected) =>
        Assert.Equal(expected, ChatEvent.CompletionTokens(Encoding.UTF8.GetBytes(data)));
}
