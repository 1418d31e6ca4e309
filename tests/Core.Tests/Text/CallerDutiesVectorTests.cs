using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Rill.Chat.Input;
using Rill.Text;

namespace Rill.Core.Tests.Text;

/// <summary>What a caller owes a template, on all of the vectors' templates: where one form of a message renders, so do the others.</summary>
public sealed class CallerDutiesVectorTests
{
    [SkippableFact]
    public void Write_OfArgumentsAsText_EqualsThatOfArgumentsAsAnObject()
    {
        var rendered = 0;
        ForEachTemplate((name, renderer, conversations) =>
        {
            var asObject = JsonNode.Parse(conversations["tools-call-str"].GetRawText())!;
            var function = asObject["messages"]![1]!["tool_calls"]![0]!["function"]!;
            function["arguments"] = JsonNode.Parse(function["arguments"]!.GetValue<string>());

            var expected = Render(renderer, JsonElement.Parse(asObject.ToJsonString()));
            Assert.Equal((name, expected), (name, Render(renderer, conversations["tools-call-str"])));
            rendered += expected is null ? 0 : 1;
        });

        Assert.True(rendered > 60, $"{rendered} rendered");
    }

    [SkippableFact]
    public void Write_OfTextParts_RendersWhereverTextDoes()
    {
        var rendered = 0;
        ForEachTemplate((name, renderer, conversations) =>
        {
            if (Render(renderer, conversations["user"]) is null)
            {
                return;
            }

            var text = Render(renderer, conversations["parts"]);
            Assert.True(text is not null && text.Contains("Hello", StringComparison.Ordinal) && text.Contains("parts", StringComparison.Ordinal), $"{name}: {text}");
            Assert.False(text.Contains("{'type'", StringComparison.Ordinal) || text.Contains("\"type\": \"text\"", StringComparison.Ordinal), $"{name}: {text}");
            rendered++;
        });

        Assert.True(rendered > 80, $"{rendered} rendered");
    }

    [SkippableFact]
    public void Write_OfNoContent_RendersWhereverTheEmptyTextDoes()
    {
        var rendered = 0;
        ForEachTemplate((name, renderer, conversations) =>
        {
            var empty = JsonElement.Parse(conversations["tools-call-null"].GetRawText().Replace("\"content\": null", "\"content\": \"\"", StringComparison.Ordinal));
            if (Render(renderer, empty) is null)
            {
                return;
            }

            var text = Render(renderer, conversations["tools-call-null"]);
            Assert.True(text is not null && !text.Contains("None", StringComparison.Ordinal), $"{name}: {text}");
            rendered++;
        });

        Assert.True(rendered > 60, $"{rendered} rendered");
    }

    private static void ForEachTemplate(Action<string, PromptRenderer, Dictionary<string, JsonElement>> check)
    {
        var conversations = JsonElement.Parse(File.ReadAllBytes(Vectors.Path("chat-templates", "cases.json"))).GetProperty("conversations")
            .EnumerateObject().ToDictionary(property => property.Name, property => property.Value);
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2026-07-26T12:34:56Z", CultureInfo.InvariantCulture));
        foreach (var path in Directory.GetFiles(Vectors.Path("chat-templates"), "*.jinja").Order())
        {
            var template = ChatTemplate.Parse(File.ReadAllText(path), path, time);
            var tokens = new Dictionary<string, object?> { ["bos_token"] = "<s>", ["eos_token"] = "</s>", ["pad_token"] = "<pad>", ["unk_token"] = "<unk>" };
            check(Path.GetFileName(path), new PromptRenderer(template, tokens), conversations);
        }
    }

    private static string? Render(PromptRenderer renderer, JsonElement conversation)
    {
        try
        {
            return renderer.Render(Conversation.Read(conversation)).ToString();
        }
        catch (ChatTemplateException)
        {
            return null;
        }
    }
}
