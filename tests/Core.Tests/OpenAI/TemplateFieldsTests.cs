using Rill.OpenAI;

namespace Rill.Core.Tests.OpenAI;

public sealed class TemplateFieldsTests
{
    [Fact]
    public void TryRead_WhatGoesToTheTemplate_IsKeptAsGiven()
    {
        var request = ChatRequestReaderTests.ReadWith("""
            "documents":[{"title":"T","text":"x"}],"add_generation_prompt":false,"continue_final_message":true,
            "chat_template_kwargs":{"enable_thinking":false,"level":2,"date":"today","none":null}
            """);

        Assert.Equal("""[{"title":"T","text":"x"}]""", request.Documents!.Value.GetRawText());
        Assert.Equal(["enable_thinking=False", "level=2", "date=today", "none="], request.ChatTemplateKwargs.Select(pair => $"{pair.Key}={pair.Value}"));
        Assert.False(request.AddGenerationPrompt);
        Assert.True(request.ContinueFinalMessage);
    }

    [Theory]
    [InlineData("\"documents\":{}", "documents")]
    [InlineData("\"documents\":[\"x\"]", "documents[0]")]
    [InlineData("\"documents\":[null]", "documents[0]")]
    [InlineData("\"add_generation_prompt\":1", "add_generation_prompt")]
    [InlineData("\"continue_final_message\":\"yes\"", "continue_final_message")]
    [InlineData("\"chat_template_kwargs\":[]", "chat_template_kwargs")]
    [InlineData("\"chat_template_kwargs\":{\"a b\":1}", "chat_template_kwargs")]
    [InlineData("\"chat_template_kwargs\":{\"\":1}", "chat_template_kwargs")]
    [InlineData("\"chat_template_kwargs\":{\"1a\":1}", "chat_template_kwargs")]
    [InlineData("\"chat_template_kwargs\":{\"a\":[1]}", "chat_template_kwargs.a")]
    [InlineData("\"chat_template_kwargs\":{\"a\":{}}", "chat_template_kwargs.a")]
    public void TryRead_BadValue_NamesTheField(string members, string param)
    {
        var error = ToolFieldsTests.ErrorWith(members);

        Assert.Equal((400, "invalid_value", param), (error.Status, error.Code, error.Param));
    }

    [Theory]
    [InlineData("documents", 256, "[", "{\"text\":\"x\"}", "]")]
    [InlineData("chat_template_kwargs", 64, "{", "\"a\":1", "}")]
    public void TryRead_MoreEntriesThanAllowed_NamesTheField(string name, int most, string open, string entry, string close)
    {
        ChatRequestReaderTests.ReadWith($"\"{name}\":{open}{string.Join(',', Enumerable.Repeat(entry, most))}{close}");

        Assert.Equal(name, ToolFieldsTests.ErrorWith($"\"{name}\":{open}{string.Join(',', Enumerable.Repeat(entry, most + 1))}{close}").Param);
    }

    [Theory]
    [InlineData("\"add_generation_prompt\":true,\"continue_final_message\":true")]
    [InlineData("\"continue_final_message\":true")]
    public void Check_OfAContinuation_NeedsAnAssistantsTurn(string members)
    {
        var error = ChatRequestRules.Check(ChatRequestReaderTests.ReadWith(members), new ChatRequestLimits([], 1));

        Assert.Equal((400, "continue_final_message"), (error!.Status, error.Param));
    }
}
