using Rill.Text;

namespace Rill.Core.Tests.Text;

public sealed class ModelTextTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("rill-text-").FullName;

    public ModelTextTests() => Write("tokenizer.json", TinyTokenizer.Json());

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Load_OfTemplateFile_RendersWithTheSpecialTokens()
    {
        Write("tokenizer_config.json", """{"bos_token": null, "eos_token": {"content": "<|end|>"}, "chat_template": "other"}""");
        Write("chat_template.jinja", "{{ bos_token is defined }} {{ eos_token }}");

        var text = ModelText.Load(_directory);

        Assert.Equal("False <|end|>", text.Template.Render(text.Variables).ToString());
        Assert.Equal([text.Tokenizer.FindToken("<|end|>")!.Value], text.EosTokenIds);
    }

    [Theory]
    [InlineData("""{"chat_template": "only"}""", "only")]
    [InlineData("""{"chat_template": [{"name": "tool_use", "template": "t"}, {"name": "default", "template": "d"}]}""", "d")]
    public void Load_OfTemplateInTheConfig_TakesTheDefault(string config, string expected)
    {
        Write("tokenizer_config.json", config);

        var text = ModelText.Load(_directory);

        Assert.Equal(expected, text.Template.Render(text.Variables).ToString());
        Assert.Empty(text.EosTokenIds);
    }

    [Fact]
    public void Load_OfSeveralTemplates_KeepsTheOthersByName()
    {
        Write("tokenizer_config.json", """{"chat_template": [{"name": "tool_use", "template": "t"}, {"name": "default", "template": "d"}]}""");

        var (name, template) = Assert.Single(ModelText.Load(_directory).NamedTemplates);

        Assert.Equal(("tool_use", "t"), (name, template.Render(new Dictionary<string, object?>()).ToString()));
    }

    [Fact]
    public void Load_WithoutATemplate_NamesWhereItBelongs()
    {
        var exception = Assert.Throws<UnsupportedModelException>(() => ModelText.Load(_directory));

        Assert.Contains("chat_template.jinja", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfABrokenConfig_NamesTheFile()
    {
        Write("tokenizer_config.json", "{");

        var exception = Assert.Throws<UnsupportedModelException>(() => ModelText.Load(_directory));

        Assert.Contains("tokenizer_config.json", exception.Message, StringComparison.Ordinal);
    }

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(_directory, file), text);
}
