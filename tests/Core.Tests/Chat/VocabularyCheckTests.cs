using Rill.Chat;
using Rill.Core.Tests.Models;
using Rill.Core.Tests.Text;
using Rill.Models;
using Rill.Text;

namespace Rill.Core.Tests.Chat;

/// <summary>Where turns end, and whether what every request meets has a row in the embedding.</summary>
public sealed class VocabularyCheckTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public VocabularyCheckTests()
    {
        Write("tokenizer.json", TinyTokenizer.Json());    // 256 bytes, "he", "ll", "hell", "hello" (259), <|end|> (260)
        Write("chat_template.jinja", "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no') }}{% endif %}{{ m.content }}<|end|>{% endfor %}");
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Ends_AreAllThatTheFilesName()
    {
        Write("config.json", """{"eos_token_id": 256}""");
        Write("generation_config.json", """{"eos_token_id": [257]}""");
        Write("tokenizer_config.json", """{"eos_token": "<|end|>"}""");

        var ends = Ends();

        Assert.Equal([new(257, "generation_config.json"), new(256, "config.json"), new(260, "tokenizer_config.json")], ends);
        Assert.Equal(
            "The files name different end tokens; a turn ends at each of them: generation_config.json x (257); config.json x (256); tokenizer_config.json x (260).",
            TurnEnds.Difference(ends, _ => "x"));
    }

    [Fact]
    public void Difference_OfFilesThatAgree_IsNone()
    {
        Write("config.json", """{"eos_token_id": 260}""");
        Write("tokenizer_config.json", """{"eos_token": "<|end|>"}""");

        Assert.Null(TurnEnds.Difference(Ends(), _ => "x"));
        Assert.Null(TurnEnds.Difference([], _ => "x"));
    }

    [Theory]
    [InlineData(261)]
    [InlineData(400)]    // rows without an id
    public void Check_OfIdsThatHaveRows_Passes(int rows) => Check(rows);

    [Fact]
    public void Check_OfAnIdThatTheTemplateWrites_NamesTheToken()
    {
        var error = Assert.Throws<ModelFormatException>(() => Check(260));

        Assert.StartsWith("The chat template writes <|end|> (260), but the embedding has only 260 rows", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_OfAnIdThatEndsATurn_NamesTheFile()
    {
        Write("config.json", """{"eos_token_id": 300}""");

        var error = Assert.Throws<ModelFormatException>(() => Check(261));

        Assert.StartsWith("config.json names the end token 300, but the embedding has only 261 rows", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_OfAnIdThatOnlyARequestCouldSpell_Passes()
    {
        Write("chat_template.jinja", "{{ messages[0].content }}");

        Check(258);
    }

    private IReadOnlyList<EndToken> Ends() => TurnEnds.Of(GenerationConfig.Load(_directory.Path), ModelText.Load(_directory.Path));

    private void Check(int rows)
    {
        var spec = ArchitectureRegistry.Read(ModelConfig.Parse($$"""
            {
              "architectures": ["LlamaForCausalLM"], "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 12,
              "vocab_size": {{rows}}, "max_position_embeddings": 16
            }
            """));
        VocabularyCheck.Check(spec, ModelText.Load(_directory.Path), Ends());
    }

    private void Write(string file, string text) => File.WriteAllText(_directory.File(file), text);
}
