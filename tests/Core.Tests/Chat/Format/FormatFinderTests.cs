using System.Text.Json.Nodes;
using Rill.Chat.Format;
using Rill.Core.Tests.Models;
using Rill.Core.Tests.Text;
using Rill.Text;
using Rill.Text.Tokenization.Files;

namespace Rill.Core.Tests.Chat.Format;

/// <summary>Which of those who say how a model writes is believed.</summary>
public sealed class FormatFinderTests : IDisposable
{
    private const string Silent = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}";

    private const string Calling =
        "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% for c in m.tool_calls or [] %}<call>{{ c.function | tojson }}</call>{% endfor %}<|end|>{% endfor %}"
        + "{% if add_generation_prompt %}<|assistant|>{% endif %}";

    private const string Stated =
        """{"response_template": {"version": 1, "start_anchor": "a", "fields": {"thinking": {"open": "<hm>", "close": "</hm>"}, "content": {}}}}""";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("qwen3", "qwen3")]
    [InlineData("harmony", "harmony")]
    public void Find_OfAName_BelievesItBeforeTheFiles(string choice, string source) => Assert.Equal(source, Find(choice, Calling, Stated)?.Source);

    [Fact]
    public void Find_OfNone_GivesNone() => Assert.Null(Find(FormatFinder.None, Calling, Stated));

    [Fact]
    public void Find_OfNoSuchName_NamesThoseThereAre()
    {
        var error = Assert.Throws<UnsupportedModelException>(() => Find("klingon", Calling));

        Assert.Equal($"There is no message format 'klingon'; there are {string.Join(", ", FormatFinder.Choices)}.", error.Message);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"response_template": null}""")]
    public void Find_WithoutAResponseTemplate_DerivesFromTheChatTemplate(string config)
    {
        var format = Find(FormatFinder.Auto, Calling, config);

        Assert.Equal(("chat template", "<call>", "</call>"), (format?.Source, format?.Tools?.Open, format?.Tools?.Close));
        Assert.Null(format?.Reasoning);
    }

    [Fact]
    public void Find_WithAResponseTemplate_BelievesIt_AndDerivesWhatItLeavesOut()
    {
        var format = Find(FormatFinder.Auto, Calling.Replace("{{ m.content }}", "{% if m.reasoning_content %}<think>{{ m.reasoning_content }}</think>{% endif %}{{ m.content }}", StringComparison.Ordinal), Stated);

        Assert.Equal(("response_template", new ReasoningFormat("<hm>", "</hm>"), "<call>"), (format?.Source, format?.Reasoning, format?.Tools?.Open));
        Assert.Equal(["<|end|>"], format?.TurnEnds);
    }

    [Fact]
    public void Find_WithABrokenResponseTemplate_SaysWhatIsWrong() => Assert.Contains(
        "response_template in tokenizer_config.json has no fields",
        Assert.Throws<UnsupportedModelException>(() => Find(FormatFinder.Auto, Calling, """{"response_template": {"version": 1, "fields": {}}}""")).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Find_OfATemplateThatSaysNothing_GivesNone() => Assert.Null(Find(FormatFinder.Auto, Silent));

    [Fact]
    public void Find_OfATemplateThatSaysNothing_KnowsAMarkOfTheVocabulary()
    {
        var format = Find(FormatFinder.Auto, Silent, tokens: ["<|tool_call_start|>", "<|tool_call_end|>"]);

        Assert.Equal(("chat template", "<|tool_call_start|>["), (format?.Source, format?.Tools?.SectionStart));
    }

    private MessageFormat? Find(string choice, string template, string config = "{}", params string[] tokens)
    {
        File.WriteAllText(_directory.File("tokenizer.json"), TinyTokenizer.Json(root =>
        {
            foreach (var token in tokens)
            {
                root["added_tokens"]!.AsArray().Add(new JsonObject { ["content"] = token, ["special"] = false });
            }
        }));
        File.WriteAllText(_directory.File("tokenizer_config.json"), config);
        File.WriteAllText(_directory.File("chat_template.jinja"), template);
        var files = ModelFiles.InDirectory(_directory.Path);
        return FormatFinder.Find(choice, files, ModelText.Load(files));
    }
}
