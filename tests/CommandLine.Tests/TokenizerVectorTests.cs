using System.Text.Json;
using Xunit.Abstractions;

namespace Rill.CommandLine.Tests;

/// <summary>Every reference case of every tokenizer, each family in one bulk run through the program.</summary>
public sealed class TokenizerVectorTests(ITestOutputHelper output)
{
    public static TheoryData<string> Families => ["gpt-2", "qwen3", "llama-3", "starcoder", "deepseek-coder", "falcon", "mistral-v3", "phi-3"];

    [SkippableTheory]
    [MemberData(nameof(Families))]
    public async Task Tokenize_OfEveryCase_EqualsTheReference(string family)
    {
        var cases = Cases(family, "cases.json");
        var lines = cases.SelectMany(vector => new[] { false, true }.Select(specials => Line(new { text = Text(vector, "text"), specials })));

        var result = await RillProcess.RunAsync(string.Join('\n', lines), "tokenize", "--tokenizer", Vectors.Path("tokenizers", family), "--jsonl");

        var expected = cases.SelectMany(vector => new[] { Ids(vector, "ids"), [.. Ids(vector, "pre"), .. Ids(vector, "ids")] });
        Report(family, expected.Select(ids => Line(new { ids })), result);
    }

    [SkippableTheory]
    [MemberData(nameof(Families))]
    public async Task Detokenize_OfEveryCase_EqualsTheReference(string family)
    {
        var whole = Cases(family, "cases.json").Select(vector =>
            (Ids: Ids(vector, "ids"), Text: Text(vector, "decoded") ?? Text(vector, "text"), Skip: Text(vector, "decodedSkip") ?? Text(vector, "decoded") ?? Text(vector, "text")));
        var random = Cases(family, "decode.json").Select(vector => (Ids: Ids(vector, "ids"), Text: Text(vector, "text"), Skip: Text(vector, "textSkip")));
        var cases = whole.Concat(random).ToList();
        var lines = cases.SelectMany(vector => new[] { false, true }.Select(skip => Line(new { ids = vector.Ids, skip_specials = skip })));

        var result = await RillProcess.RunAsync(string.Join('\n', lines), "detokenize", "--tokenizer", Vectors.Path("tokenizers", family), "--jsonl");

        Report(family, cases.SelectMany(vector => new[] { vector.Text, vector.Skip }).Select(text => Line(new { text })), result);
    }

    private static JsonElement[] Cases(string family, string file) =>
        [.. JsonElement.Parse(File.ReadAllBytes(Vectors.Path("tokenizers", family, file))).EnumerateArray()];

    private static int[] Ids(JsonElement vector, string name) =>
        vector.TryGetProperty(name, out var ids) ? [.. ids.EnumerateArray().Select(id => id.GetInt32())] : [];

    private static string? Text(JsonElement vector, string name) => vector.TryGetProperty(name, out var text) ? text.GetString() : null;

    private static string Line(object value) => JsonSerializer.Serialize(value);

    private void Report(string family, IEnumerable<string> expected, RillResult result)
    {
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        var wanted = expected.ToList();
        var actual = result.Lines.Select(line => Line(JsonElement.Parse(line))).ToList();
        Assert.Equal(wanted.Count, actual.Count);
        var wrong = wanted.Zip(actual).Where(pair => pair.First != pair.Second).ToList();
        output.WriteLine($"{family}: {wanted.Count - wrong.Count} of {wanted.Count} lines agree with the reference.");
        Assert.Empty(wrong.Take(3));
    }
}
