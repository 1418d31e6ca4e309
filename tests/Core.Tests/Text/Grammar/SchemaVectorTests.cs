using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rill.Text.Grammar;
using Rill.Text.Grammar.Schema;
using Rill.Text.Grammar.Strings;

namespace Rill.Core.Tests.Text.Grammar;

/// <summary>Real schemas, and the test suite of JSON Schema: what compiles accepts nothing that is wrong.</summary>
public class SchemaVectorTests
{
    private static readonly JsonSerializerOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [SkippableFact]
    public void RealSchemas_ThatCompile_AcceptNoInvalidInstance()
    {
        var (count, compiled, refused, accepted) = (0, 0, 0, 0);
        foreach (var line in File.ReadLines(Vectors.Path("json-schema", "maskbench-sample.jsonl")))
        {
            using var document = JsonDocument.Parse(line);
            count++;
            if (TryCompile(document.RootElement.GetProperty("schema")) is not { } grammar)
            {
                continue;
            }

            compiled++;
            foreach (var test in document.RootElement.GetProperty("tests").EnumerateArray())
            {
                var isAccepted = grammar.Accepts(JsonSerializer.Serialize(test.GetProperty("data"), s_plain));
                var isValid = test.GetProperty("valid").GetBoolean();
                Assert.False(isAccepted && !isValid, $"{document.RootElement.GetProperty("id")}: accepted {test.GetProperty("data")}");
                accepted += isAccepted ? 1 : 0;
                refused += isValid && !isAccepted ? 1 : 0;
            }
        }

        Assert.Equal(1_410, count);
        Assert.InRange(compiled, 1_307, 1_410);
        Assert.InRange(accepted, 1_376, 4_058);

        // Their members stand in another order than in the schema (docs/adr/0066).
        Assert.InRange(refused, 0, 43);
    }

    [SkippableTheory]
    [InlineData("draft7", 273, 62)]
    [InlineData("draft2020-12", 303, 89)]
    public void TestSuite_OfADraft_AcceptsNoInvalidInstance(string draft, int leastCompiled, int mostRefused)
    {
        var (compiled, refused) = (0, 0);
        var folder = Vectors.Path("json-schema", "JSON-Schema-Test-Suite", "tests", draft);
        foreach (var file in Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories))
        {
            foreach (var group in JsonNode.Parse(File.ReadAllText(file))!.AsArray())
            {
                if (TryCompile(JsonSerializer.SerializeToElement(OfDraft(group!["schema"]!, draft))) is not { } grammar)
                {
                    continue;
                }

                compiled++;
                foreach (var test in group["tests"]!.AsArray())
                {
                    var isAccepted = TextOf(test!) is { } text && grammar.Accepts(text);
                    var isValid = test!["valid"]!.GetValue<bool>();
                    Assert.False(isAccepted && !isValid, $"{Path.GetFileName(file)}: {group["description"]}: {test["description"]}");
                    refused += isValid && !isAccepted ? 1 : 0;
                }
            }
        }

        // Refused are other orders of members, other spellings of numbers, formats as annotations, and what formats leave out.
        Assert.True(compiled >= leastCompiled, $"{compiled} compile.");
        Assert.InRange(refused, 0, mostRefused);
    }

    /// <summary>What a grammar lets a model say is held against the validator, which knows nothing of grammars.</summary>
    [SkippableFact]
    public void RandomTexts_OfRealSchemas_ObeyThem()
    {
        var (random, complete) = (new Random(5), 0);
        foreach (var (number, line) in File.ReadLines(Vectors.Path("json-schema", "maskbench-sample.jsonl")).Index())
        {
            using var document = JsonDocument.Parse(line);
            var schema = document.RootElement.GetProperty("schema");
            if (number % 6 != 0 || TryCompile(schema) is not { } grammar || Say(grammar, random) is not { } text)
            {
                continue;
            }

            complete++;
            Assert.True(IsValid(schema, JsonElement.Parse(text)), $"{document.RootElement.GetProperty("id")}: {text}");
        }

        Assert.InRange(complete, 75, 235);
    }

    /// <summary>A text of random bytes that the grammar allows, ended where it may be; null when it becomes too long.</summary>
    private static string? Say(CompiledGrammar grammar, Random random)
    {
        var (matcher, text) = (new GrammarMatcher(grammar), new List<byte>());
        while (text.Count < 600)
        {
            if (matcher.MayEnd && (matcher.IsComplete || random.Next(3) == 0))
            {
                return Encoding.UTF8.GetString([.. text]);
            }

            // Closing what is open first, else some byte: from a random one on, the first that is allowed.
            ReadOnlySpan<byte> closing = "\"}],:0e"u8;
            var (said, start) = (false, random.Next(256));
            for (var at = 0; at < closing.Length && random.Next(2) == 0 && !said; at++)
            {
                said = Try(matcher, text, closing[at]);
            }

            for (var at = 0; at < 256 && !said; at++)
            {
                said = Try(matcher, text, (byte)(start + at));
            }

            Assert.True(said, $"Nothing can follow {Encoding.UTF8.GetString([.. text])}");
        }

        return null;
    }

    private static bool Try(GrammarMatcher matcher, List<byte> text, byte next)
    {
        if (!matcher.TryAccept([next]))
        {
            return false;
        }

        text.Add(next);
        return true;
    }

    private static bool IsValid(JsonElement schema, JsonElement value)
    {
        var document = new SchemaDocument(schema);
        return new SchemaEvaluator(document, new KeywordReader(document, new AutomatonBuilder(new()))).IsValid(document.Root, value);
    }

    private static CompiledGrammar? TryCompile(JsonElement schema)
    {
        try
        {
            return CompiledGrammar.OfSchema(schema, GrammarWorld.Bytes);
        }
        catch (SchemaException)
        {
            return null;
        }
    }

    /// <summary>Drafts before 2019-09 do not say which they are in the suite.</summary>
    private static JsonNode OfDraft(JsonNode schema, string draft)
    {
        if (draft == "draft7" && schema is JsonObject members && !members.ContainsKey("$schema"))
        {
            members["$schema"] = "http://json-schema.org/draft-07/schema#";
        }

        return schema;
    }

    /// <summary>The instance's text; null for one that holds half a surrogate pair, which no JSON text in UTF-8 can.</summary>
    private static string? TextOf(JsonNode test)
    {
        try
        {
            return test["data"] is { } data ? data.ToJsonString(s_plain) : "null";
        }
        catch (Exception broken) when (broken is ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}
