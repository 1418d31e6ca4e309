using Rill.Chat.Format.Named;
using Rill.OpenAI;

namespace Rill.Core.Tests.Chat.Constraints;

/// <summary>Calls as Python writes them, held to schemas.</summary>
public class PythonCallTests
{
    private const string Optional = """
        {"type":"object","properties":{"a":{"type":"boolean"},"b":{"enum":["x",null,[true]]},"c":{"type":"string"}},"additionalProperties":false}
        """;

    private const string Required = """
        {"type":"object","properties":{"a":{"type":"boolean"},"b":{"type":"array","items":{"type":["null","integer"]}},"c":{"type":"object"}},
         "required":["b"],"additionalProperties":false}
        """;

    [Theory]
    [InlineData(Optional, "[f()]")]
    [InlineData(Optional, "[f(a=True)]")]
    [InlineData(Optional, "[f(b=None)]")]
    [InlineData(Optional, "[f(a=False, b=[True],c=\"q\")]")]
    [InlineData(Optional, "[f(a=False, c=\"it's \\u00e9\")]")]
    [InlineData(Required, "[f(b=[])]")]
    [InlineData(Required, "[f(a=True, b=[None, -3])]")]
    [InlineData(Required, "[f(b=[1], c={\"k\": [False, {}]})]")]
    [InlineData(Required, "[f(b=[1]),f(b=[2])]")]
    public void Required_OfCallsThatObeyTheSchema_AreAccepted(string schema, string text) => World.AssertAccepts(Ask(schema), text);

    [Theory]
    [InlineData(Optional, "[f(,a=True)]")]
    [InlineData(Optional, "[f(a=True,)]")]
    [InlineData(Optional, "[f(a=True b=None)]")]
    [InlineData(Optional, "[f(c=\"q\", a=True)]")]
    [InlineData(Optional, "[f(a=true)]")]
    [InlineData(Optional, "[f(a=1)]")]
    [InlineData(Optional, "[f(d=1)]")]
    [InlineData(Optional, "[f(c=\"a\\/b\")]")]
    [InlineData(Optional, "[f(c='q')]")]
    [InlineData(Required, "[f()]")]
    [InlineData(Required, "[f(a=True)]")]
    [InlineData(Required, "[f(b=[null])]")]
    [InlineData(Required, "[f(b=[1], c={\"k\": true})]")]
    [InlineData(Required, "[g()]")]
    public void Required_OfCallsThatDoNot_AreRefused(string schema, string text) => World.AssertRefuses(Ask(schema), text);

    [Theory]
    [InlineData("[f()]")]
    [InlineData("[f(x=1, y_2={\"a\": None})]")]
    public void Required_OfASchemaThatCannotBeEnforced_TakesAnyArguments(string text)
    {
        var request = ConstraintWorld.Ask(ToolChoiceMode.Required, ConstraintWorld.Tool("f", """{"type":"object","unevaluatedProperties":false}"""));

        World.AssertAccepts(request, text);
        World.AssertRefuses(request, "[f(1)]");
        Assert.Contains("unevaluatedProperties", World.Of(request).Warning!, StringComparison.Ordinal);
    }

    [Fact]
    public void Strict_OfANameThatIsNoName_IsRefusedByName()
    {
        var error = World.Of(ConstraintWorld.Ask(
            ToolChoiceMode.Required, ConstraintWorld.Tool("f", """{"type":"object","properties":{"a b":{}},"required":["a b"]}""", isStrict: true))).Error!;

        Assert.Equal(400, error.Status);
        Assert.Contains("'a b'", error.Message, StringComparison.Ordinal);
    }

    private static ConstraintWorld World => new(NamedFormats.Find("pythonic")!);

    private static ChatCompletionRequest Ask(string schema) =>
        ConstraintWorld.Ask(ToolChoiceMode.Required, ConstraintWorld.Tool("f", schema, isStrict: true));
}
