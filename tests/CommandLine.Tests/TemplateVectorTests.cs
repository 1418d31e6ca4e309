using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Rill.CommandLine.Tests;

/// <summary>Every reference case of every chat template, each template in one bulk run through the program.</summary>
public sealed class TemplateVectorTests(ITestOutputHelper output)
{
    [SkippableFact]
    public async Task Render_OfEveryTemplateAndConversation_EqualsTheReference()
    {
        var vectors = JsonElement.Parse(await File.ReadAllBytesAsync(Vectors.Path("chat-templates", "cases.json")));
        var groups = vectors.GetProperty("cases").EnumerateArray().GroupBy(vector => Text(vector, "template")!).ToList();
        var wrong = new List<string>();
        await Parallel.ForEachAsync(groups, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (group, _) =>
        {
            var found = await CompareAsync(vectors, group.Key, [.. group]);
            lock (wrong)
            {
                wrong.AddRange(found);
            }
        });

        var total = groups.Sum(group => group.Count());
        output.WriteLine($"{total - wrong.Count} of {total} lines agree with the reference, of {groups.Count} templates.");
        Assert.Empty(wrong);
    }

    private static async Task<List<string>> CompareAsync(JsonElement vectors, string template, JsonElement[] cases)
    {
        var lines = cases.Select(vector => Line(vectors.GetProperty("common"), vectors.GetProperty("conversations").GetProperty(Text(vector, "conversation")!)));
        var result = await RillProcess.RunAsync(
            string.Join('\n', lines), "render", "--jsonl", "--template", Vectors.Path("chat-templates", template), "--now", Text(vectors, "now")!);
        var answers = result.Lines.Select(line => JsonElement.Parse(line)).ToArray();
        Assert.Equal(cases.Length, answers.Length);
        Assert.Equal(answers.Any(answer => Text(answer, "error") is not null) ? 1 : 0, result.ExitCode);
        return [.. cases.Zip(answers).Where(pair => !Agrees(pair.First, pair.Second)).Select(pair => $"{template}/{Text(pair.First, "conversation")}: {pair.Second}")];
    }

    private static string Line(JsonElement common, JsonElement conversation)
    {
        var line = JsonNode.Parse(conversation.GetRawText())!.AsObject();
        foreach (var member in common.EnumerateObject())
        {
            line[member.Name] = member.Value.GetString();
        }

        return line.ToJsonString();
    }

    /// <summary>
    /// The same text; or an error on both sides, in the same words when the template itself raised it. What only the reference's sandbox
    /// refuses (a template that appends to its own list) is rendered.
    /// </summary>
    private static bool Agrees(JsonElement vector, JsonElement answer) => Text(vector, "error") switch
    {
        null => Text(vector, "text") == Text(answer, "text"),
        "TemplateError" => Text(vector, "message") == Text(answer, "error"),
        "SecurityError" => Text(answer, "text") is not null || Text(answer, "error") is not null,
        _ => Text(answer, "error") is not null,
    };

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var text) ? text.GetString() : null;
}
