using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Rill.Chat.Format;
using Rill.Chat.Format.Derivation;
using Rill.Chat.Input;
using Rill.Chat.Output.Parsing;
using Rill.Core.Tests.Chat.Output.Parsing;
using Rill.OpenAI;
using Rill.Text;
using Xunit.Abstractions;

namespace Rill.Core.Tests.Chat.Format;

/// <summary>What the reference templates show of how their models write.</summary>
public sealed class DerivationVectorTests(ITestOutputHelper output)
{
    /// <summary>The template refuses such an answer, or leaves a part of it out.</summary>
    private const string Unwritten = "unwritten";

    private const string Thought = "Is it \"far\"?\nÄh.";
    private const string Text = "It's < 3 km. 你好";

    private const string Place = """{"place": "Zürich \"West\"\nNr. 1", "days": -3, "exact": false, "filter": {"kind": ["a", "b}"], "least": 1.5}}""";
    private const string Sum = """{"numbers": [1, 2], "label": "x < y & </z>"}""";

    /// <summary>What a template writes in another way than its model, with the reason.</summary>
    private static readonly Dictionary<string, string> s_unread = new()
    {
        ["Apriel-1.6-15b-Thinker-fixed.jinja/reasoning"] = "earlier reasoning is written without its marks",
        ["Apriel-1.6-15b-Thinker-fixed.jinja/reasoning and call"] = "earlier reasoning is written without its marks",
        ["CohereForAI-c4ai-command-r-plus-tool_use.jinja/text"] = "instructions follow the last answer",
    };

    private static readonly JsonElement s_tools = JsonDocument.Parse(
        """
        [{"type": "function", "function": {"name": "find", "description": "d", "parameters": {"type": "object", "properties": {
            "place": {"type": "string", "description": "d"}, "days": {"type": "integer", "description": "d"}, "exact": {"type": "boolean", "description": "d"},
            "filter": {"type": "object", "description": "d"}}, "required": ["place"]}}},
         {"type": "function", "function": {"name": "sum_up", "description": "d", "parameters": {"type": "object", "properties": {
            "numbers": {"type": "array", "description": "d", "items": {"type": "integer"}}, "label": {"type": "string", "description": "d"}}, "required": []}}}]
        """).RootElement;

    [SkippableFact]
    public void Derive_OfEveryTemplate_FindsWhatTheGoldenFileSays()
    {
        var lines = new List<string>();
        foreach (var (name, renderer) in Templates())
        {
            lines.AddRange(FormatText.Of(name, FormatDerivation.Derive(renderer)));
        }

        var actual = string.Join('\n', lines) + "\n";
        var golden = File.ReadAllText(Path.Combine(Vectors.RepositoryRoot(), "tests", "Core.Tests", "Chat", "Format", "derived-formats.txt"));
        if (actual != golden)
        {
            var derived = Path.Combine(Path.GetTempPath(), "derived-formats.txt");
            File.WriteAllText(derived, actual);
            output.WriteLine($"What was derived is in {derived}.");
        }

        Assert.Equal(golden, actual);
    }

    [SkippableFact]
    public void Parse_OfWhatATemplateWrites_GivesWhatItWasTold()
    {
        var failures = new List<string>();
        var checks = 0;
        foreach (var (name, renderer) in Templates())
        {
            if (FormatDerivation.Derive(renderer) is not { Channels: null } format)
            {
                continue;
            }

            foreach (var answer in Answers(format))
            {
                var fault = Fault(renderer, format, answer);
                checks += fault == Unwritten ? 0 : 1;
                if (fault is not null && fault != Unwritten)
                {
                    failures.Add($"{name}/{answer.Name}");
                    output.WriteLine($"{name}/{answer.Name}: {fault}");
                }
            }
        }

        Assert.Equal(197, checks);
        Assert.Equal(s_unread.Keys.Order(StringComparer.Ordinal), failures.Order(StringComparer.Ordinal));
    }

    internal static IEnumerable<(string Name, PromptRenderer Renderer)> Templates() =>
        Directory.EnumerateFiles(Vectors.Path("chat-templates"), "*.jinja").Order(StringComparer.Ordinal).Select(file => (Path.GetFileName(file), new PromptRenderer(
            ChatTemplate.Parse(File.ReadAllText(file), file, new FakeTimeProvider()),
            new Dictionary<string, object?> { ["bos_token"] = "<s>", ["eos_token"] = "</s>" })));

    private static IEnumerable<(string Name, string? Content, string? Reasoning, string[] Calls)> Answers(MessageFormat format)
    {
        yield return ("text", Text, null, []);
        if (format.Reasoning is not null)
        {
            yield return ("reasoning", Text, Thought, []);
        }

        if (format.Tools is not null)
        {
            yield return ("call", null, null, [Place]);
            yield return ("text and call", Text, null, [Place]);
        }

        if (format.Tools is { Parallel: true })
        {
            yield return ("calls", null, null, [Place, Sum]);
        }

        if (format is { Reasoning: not null, Tools: not null })
        {
            yield return ("reasoning and call", null, Thought, [Place]);
        }
    }

    /// <summary>What is wrong with an answer that the template wrote and the parser read; null for nothing.</summary>
    private static string? Fault(PromptRenderer renderer, MessageFormat format, (string Name, string? Content, string? Reasoning, string[] Calls) answer)
    {
        var user = new Dictionary<string, object?> { ["role"] = "user", ["content"] = "Where to?" };
        var turn = new Dictionary<string, object?> { ["role"] = "assistant", ["content"] = answer.Content ?? "" };
        if (answer.Reasoning is { } reasoning)
        {
            turn["reasoning_content"] = reasoning;
            turn["reasoning"] = reasoning;
            turn["thinking"] = reasoning;
        }

        if (answer.Calls.Length > 0)
        {
            turn["tool_calls"] = answer.Calls.Select((arguments, index) => (object?)new Dictionary<string, object?>
            {
                ["id"] = $"f00DF00d{index}",
                ["type"] = "function",
                ["function"] = new Dictionary<string, object?> { ["name"] = index == 0 ? "find" : "sum_up", ["arguments"] = JsonDocument.Parse(arguments).RootElement },
            }).ToList();
        }

        string written;
        PromptText prompt;
        try
        {
            prompt = renderer.Render(new Conversation { Messages = [user], Tools = answer.Calls.Length > 0 ? s_tools : null });
            written = renderer.Render(new Conversation { Messages = [user, turn], Tools = answer.Calls.Length > 0 ? s_tools : null, AddGenerationPrompt = false }).ToString();
        }
        catch (ChatTemplateException)
        {
            return Unwritten;
        }

        var shared = Atoms.CommonStart(written, prompt.ToString()).Length;
        var body = written[shared..];
        body = format.TurnEnds.Select(end => body.IndexOf(end, StringComparison.Ordinal)).Where(end => end >= 0).DefaultIfEmpty(body.Length).Min() is var cut ? body[..cut] : body;
        if (!body.Contains(answer.Content ?? "", StringComparison.Ordinal) || !body.Contains(answer.Reasoning ?? "", StringComparison.Ordinal)
            || (answer.Calls.Length > 0 && !body.Contains("find", StringComparison.Ordinal)))
        {
            return Unwritten;
        }

        var tools = s_tools.EnumerateArray().Select(tool => tool.GetProperty("function"))
            .Select(function => new ToolDefinition(function.GetProperty("name").GetString()!, function.GetProperty("parameters"), IsStrict: false)).ToList();
        var context = new ParserContext { Tools = tools, ReasoningIsOpen = PromptEnd.OpensReasoning(PromptText.OfTemplate(written[..shared]), format) };
        var parsed = ParsedText.Of(format, body, context, Atoms.MarksOf(body).Where(mark => mark != "</z>" && !mark.Contains('=', StringComparison.Ordinal)));
        return parsed.Content.Trim() != (answer.Content ?? "") ? $"content {parsed.Content} of {body}"
            : parsed.Reasoning.Trim() != (answer.Reasoning ?? "") ? $"reasoning {parsed.Reasoning} of {body}"
            : parsed.Calls.Count != answer.Calls.Length ? $"{parsed.Calls.Count} calls of {body}"
            : parsed.Calls.Zip(answer.Calls).Where(pair => !SameJson(pair.First.Arguments, pair.Second)).Select(pair => $"arguments {pair.First.Arguments} of {body}").FirstOrDefault();
    }

    private static bool SameJson(string actual, string expected)
    {
        try
        {
            return JsonElement.DeepEquals(JsonDocument.Parse(actual).RootElement, JsonDocument.Parse(expected).RootElement);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
