using System.Text.Json;
using Rill.Chat.Input;
using Rill.OpenAI;

namespace Rill.Core.Tests.Chat.Input;

public sealed class ThinkingArgumentsTests
{
    private static readonly ChatCompletionRequest s_request = new() { Messages = [] };

    [Fact]
    public void Of_ARequestThatSaysNothing_IsEmpty() => Assert.Empty(ThinkingArguments.Of(s_request));

    [Theory]
    [InlineData(true, null, "enable_thinking=true thinking=true")]
    [InlineData(false, null, "enable_thinking=false thinking=false")]
    [InlineData(null, "high", "enable_thinking=true reasoning_effort=\"high\" thinking=true")]
    [InlineData(null, "none", "enable_thinking=false reasoning_effort=\"none\" thinking=false")]
    [InlineData(false, "high", "enable_thinking=false reasoning_effort=\"high\" thinking=false")]
    public void Of_AWish_NamesItAsTemplatesDo(bool? thinks, string? effort, string expected) =>
        Assert.Equal(expected, Written(s_request with { EnableThinking = thinks, ReasoningEffort = effort }));

    [Fact]
    public void Of_ABudget_TellsIt() => Assert.Equal("thinking_budget=12", Written(s_request with { ThinkingBudget = 12 }));

    [Fact]
    public void Of_WhatTheTemplatesOwnFieldSays_Stays()
    {
        var own = new Dictionary<string, JsonElement> { ["enable_thinking"] = JsonElement.Parse("true"), ["x"] = JsonElement.Parse("1") };

        Assert.Equal(
            "enable_thinking=true thinking=false x=1", Written(s_request with { EnableThinking = false, ChatTemplateKwargs = own }));
    }

    private static string Written(ChatCompletionRequest request) =>
        string.Join(' ', ThinkingArguments.Of(request).OrderBy(argument => argument.Key, StringComparer.Ordinal).Select(argument => $"{argument.Key}={argument.Value.GetRawText()}"));
}
