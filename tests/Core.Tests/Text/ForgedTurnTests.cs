using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Time.Testing;
using Rill.Chat.Input;
using Rill.Text;
using Xunit.Abstractions;

namespace Rill.Core.Tests.Text;

/// <summary>
/// Every template of the vectors is given conversations whose every string and name holds all special tokens that the template, or a
/// tokenizer of the vectors, knows; then the same with a harmless word in their place. What the template itself writes must be the same.
/// </summary>
public sealed partial class ForgedTurnTests(ITestOutputHelper output)
{
    private const string Harmless = "QhQ";

    // What the protocol says, not the client: templates choose their branches by these.
    private static readonly string[] s_structure = ["role", "type", "add_generation_prompt", "enable_thinking", "id", "tool_call_id"];

    // Strings that templates look for in a message, to take reasoning, calls or titles apart: they may change the branch.
    private static readonly string[] s_lookedFor = ["think", "tool_call", "tool_response", "call", "<<SYS>>"];

    private static readonly string[] s_families = ["qwen3", "llama-3", "phi-3", "mistral-v3", "deepseek-coder", "starcoder", "falcon", "gpt-2"];

    [SkippableFact]
    public void Write_OfSpecialTokensInEveryString_LeavesTheTemplatesOwnTextAsItIs()
    {
        var common = SpecialTokensOfTokenizers();
        var (compared, differing) = (0, new List<string>());
        foreach (var path in Templates())
        {
            var source = File.ReadAllText(path);
            string[] tokens = [.. SpecialToken().Matches(source).Select(match => match.Value).Concat(common).Distinct().Order()];
            var harmful = string.Concat(tokens.Where(token => !s_lookedFor.Any(token.Contains)));
            var renderer = NewRenderer(source, path);
            foreach (var (name, conversation) in Conversations())
            {
                if (Render(renderer, conversation, Harmless) is not { } benign)
                {
                    continue;
                }

                compared++;
                var hostile = Render(renderer, conversation, harmful);
                if (hostile is null || !OwnRuns(benign).SequenceEqual(OwnRuns(hostile)))
                {
                    differing.Add($"{Path.GetFileName(path)}/{name}: {hostile?.ToString()[..200]}");
                }

                // Those that a template looks for may move its own text, but nothing of theirs becomes it.
                foreach (var token in tokens.Where(token => s_lookedFor.Any(token.Contains)))
                {
                    var marked = Render(renderer, conversation, $"\uE000{token}\uE001");
                    Assert.DoesNotContain(marked?.Runs ?? [], run => !run.FromRequest && run.Text.AsSpan().ContainsAny('\uE000', '\uE001'));
                }
            }
        }

        differing.ForEach(output.WriteLine);
        output.WriteLine($"{compared} renderings compared.");
        Assert.Empty(differing);
        Assert.True(compared > 1_000, $"{compared} renderings compared");
    }

    [SkippableFact]
    public void Encode_OfSpecialTokensInEveryString_GivesNoSpecialIdMore()
    {
        var common = string.Concat(SpecialTokensOfTokenizers());
        var tokenizers = s_families.Select(TokenizerVectorTests.Load).ToArray();
        foreach (var path in Templates())
        {
            var source = File.ReadAllText(path);
            var renderer = NewRenderer(source, path);
            foreach (var (_, conversation) in Conversations().Where(pair => pair.Name is "sys-user" or "tools-parallel"))
            {
                if (Render(renderer, conversation, Harmless) is not { } benign || Render(renderer, conversation, common) is not { } hostile)
                {
                    continue;
                }

                Assert.All(tokenizers, tokenizer => Assert.Equal(
                    tokenizer.Encode(benign).Where(tokenizer.IsSpecial), tokenizer.Encode(hostile).Where(tokenizer.IsSpecial)));
            }
        }
    }

    private static IEnumerable<string> OwnRuns(PromptText prompt) => prompt.Runs.Where(run => !run.FromRequest).Select(run => run.Text);

    private static string[] Templates() => [.. Directory.GetFiles(Vectors.Path("chat-templates"), "*.jinja").Order()];

    private static IEnumerable<(string Name, JsonNode Conversation)> Conversations() =>
        JsonNode.Parse(File.ReadAllBytes(Vectors.Path("chat-templates", "cases.json")))!["conversations"]!.AsObject()
            .Where(pair => pair.Key != "err-unknown-role").Select(pair => (pair.Key, pair.Value!));

    private static string[] SpecialTokensOfTokenizers() =>
    [
        .. Directory.GetFiles(Vectors.Path("tokenizers"), "tokenizer.json", SearchOption.AllDirectories).SelectMany(file =>
            JsonElement.Parse(File.ReadAllBytes(file)).GetProperty("added_tokens").EnumerateArray()
                .Where(token => token.GetProperty("special").GetBoolean())
                .Select(token => token.GetProperty("content").GetString()!))
            .Where(token => !token.Contains("reserved", StringComparison.Ordinal) && !token.Contains("control_", StringComparison.Ordinal)
                && !s_lookedFor.Any(token.Contains)).Distinct().Order(),
    ];

    private static PromptRenderer NewRenderer(string source, string path)
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2026-07-26T12:34:56Z", CultureInfo.InvariantCulture));
        return new(ChatTemplate.Parse(source, path, time), new Dictionary<string, object?> { ["bos_token"] = "<s>", ["eos_token"] = "</s>" });
    }

    /// <summary>The conversation with a text put into every string and every name of its own; null where the template refuses it.</summary>
    private static PromptText? Render(PromptRenderer renderer, JsonNode conversation, string text)
    {
        var changed = new JsonObject
        {
            ["messages"] = Change(conversation["messages"]!, text),
            ["tools"] = conversation["tools"] is { } tools ? Change(tools, text) : null,
            ["documents"] = new JsonArray(new JsonObject { ["title"] = text, ["text"] = "x" + text, ["a" + text] = text }),
            ["add_generation_prompt"] = conversation["add_generation_prompt"]?.DeepClone(),
            ["chat_template_kwargs"] = Arguments(text),
        };
        try
        {
            return renderer.Render(Conversation.Read(JsonElement.Parse(changed.ToJsonString())));
        }
        catch (ChatTemplateException)
        {
            return null;
        }
    }

    private static JsonObject Arguments(string text) => new()
    {
        ["date_string"] = text,
        ["current_date"] = text,
        ["model_identity"] = text,
        ["custom"] = text,
        ["reasoning_effort"] = "x" + text,
        ["enable_thinking"] = true,
    };

    private static JsonNode? Change(JsonNode? node, string text, bool changesNames = false) => node switch
    {
        JsonArray array => new JsonArray([.. array.Select(item => Change(item, text, changesNames))]),
        JsonObject members => new JsonObject(members.Select(member => KeyValuePair.Create(
            changesNames ? member.Key + text : member.Key,
            s_structure.Contains(member.Key) && !changesNames
                ? member.Value?.DeepClone()
                : Change(member.Value, text, member.Key is "properties" or "arguments")))),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => ChangeText(value.GetValue<string>(), text),
        _ => node?.DeepClone(),
    };

    /// <summary>Arguments in their JSON text stay JSON.</summary>
    private static string ChangeText(string value, string text) => value.StartsWith('{')
        ? Change(JsonNode.Parse(value), text, changesNames: true)!.ToJsonString()
        : value + text;

    [GeneratedRegex(@"<[|｜][^<>]{1,60}[|｜]>|</?[A-Za-z_][A-Za-z_0-9=]*/?>|\[/?[A-Za-z_]+\]|<\|?[a-z_]+\|?>|<<[A-Z]+>>")]
    private static partial Regex SpecialToken();
}
