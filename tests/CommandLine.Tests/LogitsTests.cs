using System.Text.Json;

namespace Rill.CommandLine.Tests;

public sealed class LogitsTests
{
    [Fact]
    public async Task Logits_OfTheDefaultModel_AreOneForEachTokenAndLeadTheGreedyOnes()
    {
        var result = await RillProcess.RunAsync("", "logits", RillProcess.Model, "--ids", "1,2,3", "--greedy", "4", "--json");
        var answer = JsonElement.Parse(result.Text);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        var logits = answer.GetProperty("logits_last").EnumerateArray().Select(logit => logit.GetSingle()).ToArray();
        Assert.Equal(3_072, logits.Length);
        Assert.Equal(4, answer.GetProperty("greedy").GetArrayLength());
        Assert.Equal(Array.IndexOf(logits, logits.Max()), answer.GetProperty("greedy")[0].GetInt32());
    }

    [Fact]
    public async Task Logits_WithoutATokenizer_AreThere()
    {
        using var directory = new TemporaryDirectory();
        foreach (var file in (string[])["config.json", "model.safetensors"])
        {
            File.Copy(Path.Combine(RillProcess.Model, file), directory.File(file));
        }

        var result = await RillProcess.RunAsync("", "logits", directory.Path, "--ids", "1", "--dtype", "q4");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal(10, result.Lines.Length);
        Assert.Equal(["config.json", "model.safetensors"], Directory.GetFiles(directory.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("1,x", "'x' is none")]
    [InlineData("", "'' is none")]
    [InlineData("1,-2", "'-2' is none")]
    [InlineData("1,3072", "--ids has 3072, but the model's vocabulary ends at 3071")]
    public async Task Logits_OfWrongIds_SaysWhichOne(string ids, string expected)
    {
        var result = await RillProcess.RunAsync("", "logits", RillProcess.Model, "--ids", ids);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("rill: --ids", result.Error, StringComparison.Ordinal);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logits_OfMoreThanTheModelTakes_SaysSo()
    {
        var result = await RillProcess.RunAsync("", "logits", RillProcess.Model, "--ids", "1", "--greedy", "2048");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("make 2049 tokens, but the model takes 2048", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logits_OfAnUnknownArchitecture_IsOneSentence()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.File("config.json"), """{"architectures":["NoSuchForCausalLM"]}""");

        var result = await RillProcess.RunAsync("", "logits", directory.Path, "--ids", "1");

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("rill: config.json: the architecture NoSuchForCausalLM is not supported", result.Error, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("lora-qv")]
    [InlineData("lora-gpt2-fanin")]
    public async Task Logits_WithAnAdapter_AreItsOwn(string name)
    {
        var adapter = Vectors.Path("lora", name);
        var expected = JsonElement.Parse(File.ReadAllText(Path.Combine(adapter, "expected.json")));
        var model = Vectors.Path("architectures", expected.GetProperty("base").GetString()!);

        var result = await RillProcess.RunAsync(
            "", "logits", model, "--adapter", adapter, "--ids", string.Join(',', expected.GetProperty("prompt").EnumerateArray()), "--greedy", "16", "--json");
        var answer = JsonElement.Parse(result.Text);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal(Ids(expected), Ids(answer));
        var (wanted, actual) = (Numbers(expected), Numbers(answer));
        Assert.InRange(wanted.Zip(actual, (left, right) => Math.Pow(left - right, 2)).Sum() / wanted.Sum(value => value * value), 0, 1e-9);

        static IEnumerable<int> Ids(JsonElement answer) => answer.GetProperty("greedy").EnumerateArray().Select(id => id.GetInt32());

        static double[] Numbers(JsonElement logits) => [.. logits.GetProperty("logits_last").EnumerateArray().Select(number => number.GetDouble())];
    }

    [Fact]
    public async Task Logits_WithAnAdapterThatIsNone_SaysWhatIsMissing()
    {
        using var directory = new TemporaryDirectory();

        var empty = await RillProcess.RunAsync("", "logits", RillProcess.Model, "--ids", "1", "--adapter", directory.Path);
        var absent = await RillProcess.RunAsync("", "logits", RillProcess.Model, "--ids", "1", "--adapter", "/no/such");

        Assert.Contains("adapter_config.json does not exist", empty.Error, StringComparison.Ordinal);
        Assert.Equal((1, "rill: There is no directory /no/such."), (absent.ExitCode, absent.Error.TrimEnd()));
    }
}
