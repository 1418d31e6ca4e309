using System.Text.Json;
using Rill.OpenAI;

namespace Rill.Core.Tests.Chat.Constraints;

/// <summary>Answers in a form, through the whole chat service.</summary>
public sealed class StructuredOutputTests
{
    private const string Person =
        """{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer","maximum":99}},"required":["name","age"],"additionalProperties":false}""";

    [Theory]
    [InlineData("""{"name":"Ada","age":36}""", """{"name":"Ada","age":36}""")]
    [InlineData("""{"name":"Ada","age":36} Is there more to say?""", """{"name":"Ada","age":36}""")]
    [InlineData("""{"name":"Ada","years":36}""", """{"name":"Ada","age":36}""")]
    public async Task Answer_InAForm_IsTheModelsWhereItMayBe(string said, string answer)
    {
        await using var world = new ChatWorld(new ScriptedRunnerOptions { Text = said });

        var completion = await world.AnswerAsync(Ask(Person));

        // What the model wants is replaced where it is not allowed, so of the third only the form is told.
        var text = completion.Choices[0].Message.Content!;
        Assert.Equal(FinishReason.Stop, completion.Choices[0].FinishReason);
        Assert.StartsWith(answer[..13], text, StringComparison.Ordinal);
        Assert.Equal(["name", "age"], JsonElement.Parse(text).EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task Answer_OfSeveralChoices_HasTheFormInEach()
    {
        await using var world = new ChatWorld(new ScriptedRunnerOptions { Text = """{"name":"Ada","age":36}""" });

        var completion = await world.AnswerAsync(Ask(Person) with { N = 3, Logprobs = true });

        Assert.Equal(3, completion.Choices.Count);
        Assert.All(completion.Choices, choice => Assert.Equal("""{"name":"Ada","age":36}""", choice.Message.Content));
        Assert.All(completion.Choices, choice => Assert.NotEmpty(choice.Logprobs!.Content!));
    }

    [Fact]
    public async Task Answer_ThatIsCutByItsLimit_EndsInsideOfTheText()
    {
        await using var world = new ChatWorld(new ScriptedRunnerOptions { Text = """{"name":"Ada","age":36}""" });

        var choice = (await world.AnswerAsync(Ask(Person) with { MaxTokens = 10 })).Choices[0];

        Assert.Equal((FinishReason.Length, """{"name":"A"""), (choice.FinishReason, choice.Message.Content));
    }

    [Fact]
    public async Task Answer_ThatIsComplete_EndsThoughEndTokensAreIgnoredOrTooFewTokensAreMade()
    {
        await using var world = new ChatWorld(new ScriptedRunnerOptions { Text = "{}" });

        var choice = (await world.AnswerAsync(ChatWorld.Ask("x") with
        {
            ResponseFormat = new(null, IsStrict: true), IgnoreEos = true, MinTokens = 50, MaxTokens = 100,
        })).Choices[0];

        Assert.Equal((FinishReason.Stop, "{}"), (choice.FinishReason, choice.Message.Content));
    }

    [Fact]
    public async Task Answer_ThatIsANumber_EndsWhereTheModelEndsIt()
    {
        await using var world = new ChatWorld(new ScriptedRunnerOptions { Text = "12" });

        Assert.Equal("12", (await world.AnswerAsync(Ask("""{"type":"number"}"""))).Choices[0].Message.Content);
        Assert.Equal("1", (await world.AnswerAsync(Ask("""{"enum":[1,2,3]}"""))).Choices[0].Message.Content);
    }

    [Theory]
    [InlineData("""{"uniqueItems":true}""", "unsupported_parameter", "uniqueItems is not supported")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"colour"}}}""", "invalid_value", "#/properties/a/type")]
    [InlineData("""{"enum":[]}""", "invalid_value", "no value obeys the schema")]
    public async Task Start_WithASchemaThatCannotBeUsed_IsRefusedBeforeAnythingRuns(string schema, string code, string told)
    {
        await using var world = new ChatWorld();

        var (generation, error) = world.Service.Start(Ask(schema), bodyBytes: 100);

        Assert.Null(generation);
        Assert.Equal((400, code, "response_format.json_schema.schema"), (error!.Status, error.Code, error.Param));
        Assert.Contains(told, error.Message, StringComparison.Ordinal);
        Assert.Equal((0, 0), (world.Engine.Running, world.Engine.Waiting));
    }

    [Fact]
    public async Task Start_WithASchemaThatIsTooLarge_IsRefused()
    {
        await using var world = new ChatWorld();
        var schema = JsonSerializer.SerializeToElement(new { description = new string('x', 300_000) });

        var (_, error) = world.Service.Start(Ask("{}") with { ResponseFormat = new(schema, IsStrict: true) }, bodyBytes: 100);

        Assert.Equal((400, "unsupported_parameter"), (error!.Status, error.Code));
        Assert.Contains("262144", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"object","unevaluatedProperties":false}""", "{\"a\":1}")]
    [InlineData("""{"type":"array","uniqueItems":true}""", "[1]")]
    public async Task Answer_ToASchemaThatIsNotStrictAndCannotBeEnforced_IsJsonWithAWarning(string schema, string said)
    {
        await using var world = new ChatWorld(new ScriptedRunnerOptions { Text = said });
        await using var generation = world.Start(Ask(schema) with { ResponseFormat = new(JsonElement.Parse(schema), IsStrict: false) });

        var answer = await Rill.Chat.Output.ChatAnswer.ReadAsync(generation, default).WaitAsync(TimeSpan.FromSeconds(120));

        Assert.Contains("is not enforced", generation.Warning, StringComparison.Ordinal);
        Assert.Equal(said, answer.Choices[0].Message.Content);
    }

    private static ChatCompletionRequest Ask(string schema) =>
        ChatWorld.Ask("x") with { ResponseFormat = new(JsonElement.Parse(schema), IsStrict: true) };
}
