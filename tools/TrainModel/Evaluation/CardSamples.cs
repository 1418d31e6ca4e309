using Rill.TrainModel.Corpus;

namespace Rill.TrainModel.Evaluation;

/// <summary>The conversations whose answers the model card shows: held-out subjects, and one of each thing that the model should do.</summary>
internal static class CardSamples
{
    private const string WeatherTool =
        """{"type": "function", "function": {"name": "get_weather", "description": "Get the weather for a city", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}""";

    private const string AddTool =
        """{"type": "function", "function": {"name": "add", "description": "Add two numbers", "parameters": {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}, "required": ["a", "b"]}}}""";

    /// <summary>Stories about subjects that the corpus never names.</summary>
    public static IReadOnlyList<Conversation> HeldOutStories { get; } =
    [
        .. new[] { "a penguin", "a lighthouse", "an otter", "a wizard", "a giraffe", "an astronaut" }
            .Select(subject => new Conversation([Turn.User($"Tell me a story about {subject}.")])),
    ];

    /// <summary>Short answers of every kind.</summary>
    public static IReadOnlyList<Conversation> Answers { get; } =
    [
        new([Turn.User("What is Rill?")]),
        new([Turn.User("What happens to my request when the browser tab is closed?")]),
        new([Turn.User("I cloned Rill, how do I get it going?")]),
        new([Turn.System("You are a pirate."), Turn.User("How does streaming work?")]),
        new([Turn.System("Your name is Quillo. End every answer with \"Over and out.\""), Turn.User("What is your name?")]),
        new([Turn.User("My name is Ferdinand."), Turn.Assistant("Nice to meet you, Ferdinand! What can I do for you?"), Turn.User("What is SSE?"), Turn.Assistant("SSE means server-sent events."), Turn.User("What is my name?")]),
        new([Turn.User("Answer as JSON with the keys name, age and city: Wilma is 34 years old. She lives in Basel.")]),
        new([Turn.User("What's the weather like in Reykjavik?")]) { Tools = [AddTool, WeatherTool] },
        new([Turn.User("What's the weather like in Reykjavik?"), Turn.Assistant("<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Reykjavik\"}}\n</tool_call>"), Turn.Tool("{\"temperature\": 21, \"sky\": \"sunny\"}")]) { Tools = [AddTool, WeatherTool] },
        new([Turn.User("What is 37 plus 48?")]) { Tools = [AddTool, WeatherTool] },
        new([Turn.User("Thank you!")]) { Tools = [AddTool, WeatherTool] },
        new([Turn.User("Extract the order: Order XY-77 costs 12.50 euros. It is for Winifred. It holds marmalade, almond and orchid.")]),
        new([Turn.User("Repeat after me: xylophone Okonkwo 4711 tangerine")]),
        new([Turn.User("Which number is larger, 34 or 78?")]) { Thinks = true },
        new([Turn.User("What port does Rill use?")]) { Thinks = true },
        new([Turn.User("Tell me a joke.")]),
    ];
}
