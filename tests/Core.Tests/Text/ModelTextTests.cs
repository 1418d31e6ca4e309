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
    public void Load_OfNamedTemplates_GivesTheOthersByName()
    {
        Write("tokenizer_config.json", """{"chat_template": [{"name": "default", "template": "d"}, {"name": "tool_use", "template": "t"}]}""");

        var text = ModelText.Load(_directory);

        Assert.Equal(["tool_use"], text.NamedTemplates.Keys);
        Assert.Equal("t", text.NamedTemplates["tool_use"].Render(text.Variables).ToString());
    }

    [Fact]
    public void Load_OfTemplateFiles_ForgetsTheConfigs()
    {
        Write("tokenizer_config.json", """{"chat_template": [{"name": "default", "template": "d"}, {"name": "rag", "template": "r"}]}""");
        Write("chat_template.jinja", "file");
        Directory.CreateDirectory(Path.Combine(_directory, "additional_chat_templates"));
        Write(Path.Combine("additional_chat_templates", "tool_use.jinja"), "tools");

        var text = ModelText.Load(_directory);

        Assert.Equal("file", text.Template.Render(text.Variables).ToString());
        Assert.Equal(["tool_use"], text.NamedTemplates.Keys);
    }

    [Theory]
    [InlineData("""{"chat_template": [{"name": "tool_use", "template": "t"}]}""", "none called \"default\"")]
    [InlineData("""{"chat_template": [{"name": "default"}]}""", "lacks its name or its template")]
    public void Load_OfNamedTemplatesItCannotChooseFrom_SaysSo(string config, string part)
    {
        Write("tokenizer_config.json", config);

        var exception = Assert.Throws<UnsupportedModelException>(() => ModelText.Load(_directory));

        Assert.Contains(part, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"bos_token": "hello"}""", new int[0], new int[0])]
    [InlineData("""{"bos_token": "hello", "add_bos_token": true}""", new[] { 259 }, new int[0])]
    [InlineData("""{"bos_token": "hello", "eos_token": {"content": "<|end|>"}, "add_bos_token": false, "add_eos_token": true}""", new int[0], new[] { 260 })]
    [InlineData("""{"bos_token": null, "add_bos_token": true}""", new int[0], new int[0])]
    [InlineData("""{"added_tokens_decoder": {"261": {"content": "<b>", "special": true}}, "bos_token": "<b>", "add_bos_token": true}""", new[] { 261 }, new int[0])]
    public void Load_OfTheConfigsOwnTokens_PutsThemAroundPlainText(string config, int[] prefix, int[] suffix)
    {
        Write("tokenizer_config.json", config);

        var tokenizer = HuggingFaceTokenizer.Load(_directory);

        Assert.Equal(prefix, tokenizer.PrefixIds);
        Assert.Equal(suffix, tokenizer.SuffixIds);
        Assert.All([.. prefix, .. suffix], id => Assert.True(tokenizer.IsSpecial(id)));
    }

    [Fact]
    public void Load_OfAnOldModel_TakesItsSpecialTokensMap()
    {
        Write("tokenizer_config.json", """{"bos_token": "other", "add_bos_token": true}""");
        Write("special_tokens_map.json", """{"bos_token": "hello", "eos_token": {"content": "<|end|>"}}""");
        Write("chat_template.jinja", "{{ bos_token }}{{ eos_token }}");

        var text = ModelText.Load(_directory);

        Assert.Equal("hello<|end|>", text.Template.Render(text.Variables).ToString());
        Assert.Equal([260], text.EosTokenIds);
        Assert.Equal("special_tokens_map.json", text.TokensFile);
        Assert.Equal([259], ((HuggingFaceTokenizer)text.Tokenizer).PrefixIds);
    }

    [Fact]
    public void Load_OfAModelWithItsAddedTokens_DoesNotTakeTheMap()
    {
        Write("tokenizer_config.json", """{"added_tokens_decoder": {"260": {"content": "<|end|>", "special": true}}, "chat_template": "{{ eos_token }}"}""");
        Write("special_tokens_map.json", """{"eos_token": "<|end|>"}""");

        var text = ModelText.Load(_directory);

        Assert.Equal(("", "tokenizer_config.json"), (text.Template.Render(text.Variables).ToString(), text.TokensFile));
        Assert.Empty(text.EosTokenIds);
    }

    [Theory]
    [InlineData("""{"tokenizer_class": "LlamaTokenizer"}""", "<s></s>")]
    [InlineData("""{"tokenizer_class": "LlamaTokenizerFast", "bos_token": null}""", "</s>")]
    [InlineData("""{"tokenizer_class": "LlamaTokenizerFast", "eos_token": "<|end|>"}""", "<s><|end|>")]
    [InlineData("""{"tokenizer_class": "Qwen2Tokenizer"}""", "<|endoftext|>")]
    [InlineData("""{"tokenizer_class": "PreTrainedTokenizerFast"}""", "")]
    public void Load_OfTokensThatNoFileNames_TakesTheClasss(string config, string expected)
    {
        Write("tokenizer_config.json", config);
        Write("chat_template.jinja", "{{ bos_token }}{{ eos_token }}");

        var text = ModelText.Load(_directory);

        Assert.Equal(expected, text.Template.Render(text.Variables).ToString());
    }

    [Theory]
    [InlineData("tokenizer_config.json")]
    [InlineData("special_tokens_map.json")]
    public void Load_OfAConfigThatIsNoObject_NamesTheFile(string file)
    {
        Write(file, "[]");

        var exception = Assert.Throws<UnsupportedModelException>(() => ModelText.Load(_directory));

        Assert.Contains($"{file} must hold a JSON object", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfFurtherSpecialTokens_TellsTheTemplate()
    {
        Write(
            "tokenizer_config.json",
            """{"extra_special_tokens": {"image_token": "<i>"}, "additional_special_tokens": ["<a>", {"content": "<b>"}], "chat_template": "{{ image_token }}{{ additional_special_tokens[1] }}"}""");

        var text = ModelText.Load(_directory);

        Assert.Equal("<i><b>", text.Template.Render(text.Variables).ToString());
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
