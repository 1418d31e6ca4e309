using System.Text.Json;
using System.Text.RegularExpressions;
using Rill.Chat.Format;
using Rill.Chat.Format.Named;
using Rill.Chat.Output.Parsing;
using Rill.Core.Tests.Chat.Output.Parsing;
using Rill.OpenAI;
using Rill.Serving;

namespace Rill.Core.Tests.Chat.Constraints;

/// <summary>Whatever a grammar allows is read back as calls of the request's tools, with arguments that obey their schemas.</summary>
public sealed partial class ReadBackTests
{
    private const string Schema = """
        {"type":"object","properties":{
          "city":{"type":"string"},"code":{"type":"string","pattern":"^[a-c]{2,3}$"},"unit":{"enum":["C","F",null]},
          "days":{"type":"integer","minimum":1,"maximum":9},"flags":{"type":"array","items":{"type":"boolean"},"maxItems":2},
          "more":{"type":"object","properties":{"x":{"type":"string","maxLength":3}},"required":["x"],"additionalProperties":false}},
         "required":["city","days"],"additionalProperties":false}
        """;

    private static readonly ToolDefinition[] s_tools =
        [ConstraintWorld.Tool("weather", Schema, isStrict: true), ConstraintWorld.Tool("time", null, isStrict: true)];

    public static TheoryData<string, ToolChoiceMode> Walks
    {
        get
        {
            var data = new TheoryData<string, ToolChoiceMode>();
            // A message of functionary's ends at ">>>" even within a string: its arguments cannot hold that.
            foreach (var name in NamedFormats.Names.Where(name => name != "functionary" && NamedFormats.Find(name) is { Tools: not null }))
            {
                data.Add(name, ToolChoiceMode.Required);
                data.Add(name, ToolChoiceMode.Auto);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Walks))]
    public void RandomAnswer_OfEachNamedFormat_IsReadAsRightCalls(string name, ToolChoiceMode choice)
    {
        var format = NamedFormats.Find(name)!;
        string[] marks = [.. Marks().Matches(JsonSerializer.Serialize(format, s_plain).Replace("\\\"", "\"", StringComparison.Ordinal)).Select(match => match.Value).Distinct()];
        var world = new ConstraintWorld(format, marks);
        var random = new Random(name.Length + (int)choice);
        var calls = 0;
        for (var walk = 0; walk < 30; walk++)
        {
            if (Answer(world, choice, format.Tools!.SectionStart + format.Tools.Open, random) is not { } tokens)
            {
                continue;
            }

            var parser = FormatParsers.New(format, world.Tokenizer, new ParserContext { Tools = s_tools });
            var read = ParsedText.Of(parser, world.Tokenizer, tokens);
            var text = string.Concat(tokens.Select(world.TextOf));
            Assert.True(choice == ToolChoiceMode.Auto || read.Calls.Count > 0, text);
            Assert.True(choice == ToolChoiceMode.Auto || read.Content.Trim().Length == 0, $"{JsonSerializer.Serialize(read.Content)} of {text}");
            calls += read.Calls.Count;
            Assert.All(read.Calls, call => AssertRight(call, text));
        }

        Assert.InRange(calls, 5, int.MaxValue);
    }

    private static readonly JsonSerializerOptions s_plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static void AssertRight(ReadCall call, string text)
    {
        Assert.Contains(call.Name, s_tools.Select(tool => tool.Name));
        JsonElement arguments;
        try
        {
            arguments = JsonElement.Parse(call.Arguments);
        }
        catch (JsonException)
        {
            Assert.Fail($"{call.Arguments} of {text}");
            throw;
        }

        var isRight = call.Name == "time"
            ? arguments.GetPropertyCount() == 0
            : GrammarOf(Schema, JsonSerializer.Serialize(arguments, s_plain));
        Assert.True(isRight, $"{call.Arguments} of {text}");
    }

    private static bool GrammarOf(string schema, string json) => Text.Grammar.GrammarWorld.Accepts(schema, json);

    /// <summary>An answer of tokens that the masks allow, which tend to its end; null when it does not end soon.</summary>
    private static List<int>? Answer(ConstraintWorld world, ToolChoiceMode choice, string begin, Random random)
    {
        var constraint = world.New(ConstraintWorld.Ask(choice, s_tools));
        var (tokens, mask) = (new List<int>(), new uint[(world.Tokenizer.VocabularySize + 31) / 32]);
        if (choice == ToolChoiceMode.Auto)
        {
            // Left to chance, a call would be rare.
            tokens.AddRange(world.Encode(begin));
            tokens.ForEach(token => Assert.Equal(TokenAcceptance.Accepted, constraint.Accept(token)));
        }

        while (tokens.Count < 400)
        {
            if (!constraint.FillMask(mask))
            {
                mask.AsSpan().Fill(uint.MaxValue);
            }

            List<int> allowed = [.. Enumerable.Range(0, world.Tokenizer.VocabularySize).Where(token => (mask[token >> 5] >> token & 1) != 0)];
            var marks = allowed.Where(token => token > MarkedTokenizer.End).ToList();
            var closers = allowed.Where(token => token is '"' or '}' or ']' or '<' or '\n' or ',' or ':' or '/' or '>').ToList();
            var ascii = allowed.Where(token => token is >= ' ' and < 127).ToList();
            var token = random.Next(10) switch
            {
                < 2 when allowed.Contains(MarkedTokenizer.End) => MarkedTokenizer.End,
                < 5 when marks.Count > 0 => marks[random.Next(marks.Count)],
                < 8 when closers.Count > 0 => closers[random.Next(closers.Count)],
                < 9 when ascii.Count > 0 => ascii[random.Next(ascii.Count)],
                _ => allowed[random.Next(allowed.Count)],
            };
            if (token != MarkedTokenizer.End)
            {
                tokens.Add(token);
            }

            if (constraint.Accept(token) == TokenAcceptance.Completed)
            {
                return tokens;
            }
        }

        return null;
    }

    [GeneratedRegex(@"</?[^<>\s""]*>|<\|""\|>|\[/?[A-Z_]+\]")]
    private static partial Regex Marks();
}
