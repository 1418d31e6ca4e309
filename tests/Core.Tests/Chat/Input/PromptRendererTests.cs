using System.Text.Json;
using Rill.Chat.Input;
using Rill.Text;

namespace Rill.Core.Tests.Chat.Input;

public sealed class PromptRendererTests
{
    private const string Plain = "{% for m in messages %}{{ m['role'] }}:{{ m['content'] }};{% endfor %}";
    private const string Parts = "{% for m in messages %}{% for p in m['content'] %}{{ p['type'] }}={{ p.text }};{% endfor %}{% endfor %}";
    private const string Either = "{% for m in messages %}{% if m.content is string %}{{ m.content }}{% else %}"
        + "{% for p in m.content %}({{ p.text }}){% endfor %}{% endif %}{% endfor %}";

    private const string TwoParts = """{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]}""";
    private const string OneText = """{"messages":[{"role":"user","content":"a"}]}""";

    [Theory]
    [InlineData(Plain, TwoParts, "user:a\nb;")]
    [InlineData(Plain, """{"messages":[{"role":"user","content":["a",{"text":"b"}]}]}""", "user:a\nb;")]
    [InlineData(Parts, TwoParts, "text=a;text=b;")]
    [InlineData(Parts, OneText, "text=a;")]
    [InlineData(Either, TwoParts, "(a)(b)")]
    [InlineData(Either, OneText, "a")]
    [InlineData("{{ messages[0].content | map(attribute='text') | join('+') }}", TwoParts, "a+b")]
    [InlineData("{% macro w(c) %}{% for p in c %}<{{ p.text }}>{% endfor %}{% endmacro %}{{ w(messages[0]['content']) }}", TwoParts, "<a><b>")]
    [InlineData("{% set c = messages[0].get('content') or [] %}{% for p in c | selectattr('text') | list %}<{{ p.text }}>{% endfor %}", TwoParts, "<a><b>")]
    [InlineData("{% for line in messages[0].content.split('\n') %}<{{ line }}>{% endfor %}", TwoParts, "<a><b>")]
    public void Write_OfContent_GivesTextOrPartsAsTheTemplateTakesThem(string template, string line, string expected) =>
        Assert.Equal(expected, Write(template, line).ToString());

    [Theory]
    [InlineData(Plain, "assistant:;")]
    [InlineData("{% if messages[0].content is none %}none{% endif %}", "none")]
    [InlineData("{% set c = messages[0].content %}{% if c is not none %}some{% else %}none{% endif %}", "none")]
    public void Write_OfNoContent_GivesTheEmptyTextUnlessTheTemplateAsksForNone(string template, string expected)
    {
        Assert.Equal(expected, Write(template, """{"messages":[{"role":"assistant","content":null}]}""").ToString());
        Assert.Equal(expected, Write(template, """{"messages":[{"role":"assistant"}]}""").ToString());
    }

    [Theory]
    [InlineData("{{ messages[0]['role'] }}", "system")]
    [InlineData("{% if messages[0]['role'] == 'developer' %}known{% endif %}", "known")]
    public void Write_OfTheDevelopersRole_RenamesItUnlessTheTemplateKnowsIt(string template, string expected) =>
        Assert.Equal(expected, Write(template, """{"messages":[{"role":"developer","content":"x"}]}""").ToString());

    [Theory]
    [InlineData("\"{\\\"city\\\":\\\"Rome\\\"}\"", "{'city': 'Rome'}")]
    [InlineData("{\"city\":\"Rome\"}", "{'city': 'Rome'}")]
    [InlineData("\"\"", "{}")]
    [InlineData("\"not json\"", "not json")]
    [InlineData("\"[1]\"", "[1]")]
    public void Write_OfEarlierCalls_GivesTheirArgumentsAsAnObject(string arguments, string expected)
    {
        var line = $$$"""{"messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":{{{arguments}}}}}]}]}""";

        Assert.Equal(expected, Write("{{ messages[0].tool_calls[0].function.arguments }}", line).ToString());
    }

    [Fact]
    public void Write_GivesEveryVariable()
    {
        const string Template = "{{ bos_token }}{{ tools[0].function.name }} {{ documents[0].text }} {{ enable_thinking }} {{ add_generation_prompt }}";

        var prompt = Write(Template, """
            {"messages":[],"tools":[{"type":"function","function":{"name":"f"}}],"documents":[{"text":"d"}],
             "chat_template_kwargs":{"enable_thinking":false},"ignored":1}
            """);

        Assert.Equal("<s>f d False True", prompt.ToString());
        Assert.Equal([false, true, false, true, false], prompt.Runs.Select(run => run.FromRequest));
    }

    [Theory]
    [InlineData("messages")]
    [InlineData("tools")]
    [InlineData("documents")]
    [InlineData("add_generation_prompt")]
    [InlineData("continue_final_message")]
    [InlineData("bos_token")]
    [InlineData("image_token")]
    public void Write_WithAReservedArgument_RefusesIt(string name)
    {
        var exception = Assert.Throws<ChatTemplateException>(
            () => Write(Plain, $$$"""{"messages":[],"chat_template_kwargs":{"{{{name}}}":"x"}}"""));

        Assert.Equal($"chat_template_kwargs must not set {name}.", exception.Message);
    }

    [Fact]
    public void Write_WithTools_TakesTheTemplateForThem()
    {
        var renderer = new PromptRenderer(
            Parse("plain"), new Dictionary<string, object?>(), new Dictionary<string, ChatTemplate> { ["tool_use"] = Parse("tools") });

        Assert.Equal("plain", renderer.Render(Read("""{"messages":[]}""")).ToString());
        Assert.Equal("tools", renderer.Render(Read("""{"messages":[],"tools":[]}""")).ToString());
    }

    [Theory]
    [InlineData("Once upon", "<a>Once upon")]
    [InlineData("Once upon ", "<a>Once upon ")]
    [InlineData(" a ", "<a> a ")]
    public void Write_OfAContinuation_EndsWithTheLastMessage(string text, string expected)
    {
        var line = $$"""{"messages":[{"role":"assistant","content":"{{text}}"}],"continue_final_message":true}""";

        var prompt = Write("<a>{{ messages[0].content }}</a>{{ '<a>' if add_generation_prompt }}", line);

        Assert.Equal(expected, prompt.ToString());
        Assert.True(prompt.Runs[^1].FromRequest);
        Assert.Equal($"<a>{text.Trim()}", Write("<a>{{ messages[0].content | trim }}</a>", line).ToString());
    }

    [Theory]
    [InlineData("<think>")]
    [InlineData("<think>\nhm")]
    [InlineData("I <think>hm</think>")]
    public void Render_OfAnAnswerWithMarksToGoOnWith_EndsWithIt(string text)
    {
        var template = Parse("{% for m in messages %}<think>{{ m.content }}<end>{% endfor %}").WithAnswerMarks(["<think>", "</think>"]);
        var conversation = Conversation.Read(JsonSerializer.SerializeToElement(new
        {
            messages = new[] { new { role = "user", content = "<think>" }, new { role = "assistant", content = text } },
            continue_final_message = true,
        }));

        var prompt = new PromptRenderer(template, new Dictionary<string, object?>()).Render(conversation);

        Assert.Equal($"<think><think><end><think>{text}", prompt.ToString());
    }

    [Theory]
    [InlineData("""{"messages":[],"continue_final_message":true}""", "needs a last message")]
    [InlineData("""{"messages":[{"role":"assistant","content":" "}],"continue_final_message":true}""", "needs a last message")]
    [InlineData("""{"messages":[{"role":"assistant","content":"gone"}],"continue_final_message":true}""", "cannot be used")]
    [InlineData("""[]""", "must be an object")]
    [InlineData("""{}""", "messages is required")]
    [InlineData("""{"messages":{}}""", "messages must be an array")]
    [InlineData("""{"messages":[5]}""", "Every entry of messages must be an object")]
    [InlineData("""{"messages":[],"tools":5}""", "tools must be an array")]
    [InlineData("""{"messages":[],"documents":"x"}""", "documents must be an array")]
    [InlineData("""{"messages":[],"add_generation_prompt":1}""", "add_generation_prompt must be a boolean")]
    [InlineData("""{"messages":[],"chat_template_kwargs":[]}""", "chat_template_kwargs must be an object")]
    [InlineData("""{"messages":[{"\ud800":1}]}""", "Unicode")]
    [InlineData("""{"messages":[{"role":"user","content":"\ud800"}]}""", "Unicode")]
    [InlineData("""{"messages":[{"role":"a","tool_calls":[{"function":{"\ud800":1}}]}]}""", "Unicode")]
    [InlineData("""{"messages":[{"role":"a","tool_calls":[{"function":{"arguments":"\ud800"}}]}]}""", "Unicode")]
    public void Write_OfWhatIsNoConversation_SaysWhy(string line, string part)
    {
        var exception = Assert.Throws<ChatTemplateException>(() => Write("{{ messages | length }}", line));

        Assert.Contains(part, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RenderAsGiven_TakesTokensAndEverythingElseFromTheLine()
    {
        var prompt = PromptRenderer.RenderAsGiven(
            Parse("{{ bos_token }}{{ name }}{{ messages[0].content }}{{ messages[0].tool_calls[0].function.arguments is string }}"),
            Read("""
                {"bos_token":"<s>","name":"n","messages":[{"role":"developer","content":["p"],"tool_calls":[{"function":{"arguments":"{}"}}]}]}
                """));

        Assert.Equal("<s>n['p']True", prompt.ToString());
        Assert.Equal(["<s>", "['", "']True"], prompt.Runs.Where(run => !run.FromRequest).Select(run => run.Text));
    }

    private static ChatTemplate Parse(string template) => ChatTemplate.Parse(template, "test");

    private static Conversation Read(string line) => Conversation.Read(JsonElement.Parse(line));

    private static PromptText Write(string template, string line) =>
        new PromptRenderer(Parse(template), new Dictionary<string, object?> { ["bos_token"] = "<s>" }).Render(Read(line));
}
