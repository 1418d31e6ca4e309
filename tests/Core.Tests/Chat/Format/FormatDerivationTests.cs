using Rill.Chat.Format;
using Rill.Chat.Format.Derivation;
using Rill.Chat.Input;
using Rill.Text;

namespace Rill.Core.Tests.Chat.Format;

/// <summary>Templates that tests write.</summary>
public sealed class FormatDerivationTests
{
    private const string Turns = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}";
    private const string End = "<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}";

    [Theory]
    [InlineData("")]
    [InlineData("no conversation at all")]
    [InlineData("{{ raise_exception('No.') }}")]
    [InlineData("{{ messages[7].content }}")]
    [InlineData("{% for m in messages %}{{ m.content | upper }}{% endfor %}")]
    [InlineData("{% for m in messages %}{{ m.content }}{{ m.content }}{% endfor %}")]
    [InlineData(Turns + End)]
    [InlineData("{% for i in range(2000) %}{% for j in range(2000) %}{% endfor %}{% endfor %}")]
    public void Derive_OfATemplateThatShowsNothing_GivesNothing(string template) => Assert.Null(Derive(template));

    [Fact]
    public void Derive_OfCallsThatAreNotReadAgain_GivesNone() =>
        // Two calls look alike here, but the arguments of a third would not.
        Assert.Null(Derive(Turns + "{% for c in m.tool_calls or [] %}<call>{{ c.function.name }}{{ c.function.arguments | tojson | upper }}</call>{% endfor %}" + End)?.Tools);

    [Fact]
    public void Derive_OfASwitch_FindsTheReasoning()
    {
        var format = Derive(Turns + "<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% if thinking is defined and not thinking %}</hm>{% else %}<hm>{% endif %}{% endif %}");

        Assert.Equal(new ReasoningFormat("<hm>", "</hm>"), format?.Reasoning);
    }

    [Fact]
    public void Derive_OfOneCallOnly_SaysSo()
    {
        var tools = Derive(Turns + "{% if m.tool_calls %}{% if m.tool_calls | length > 1 %}{{ raise_exception('One.') }}{% endif %}<call>{{ m.tool_calls[0].function | tojson }}</call>{% endif %}" + End)?.Tools;

        Assert.Equal(("<call>", "</call>", false), (tools?.Open, tools?.Close, tools?.Parallel));
    }

    private static MessageFormat? Derive(string template) =>
        FormatDerivation.Derive(new PromptRenderer(ChatTemplate.Parse(template, "test"), new Dictionary<string, object?>()));
}
