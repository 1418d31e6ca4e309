using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rill.CommandLine.Tests;

public sealed class InspectTests
{
    [Fact]
    public async Task Inspect_OfTheDefaultModel_SaysThatItCanBeServed()
    {
        var result = await RillProcess.RunAsync("", "inspect", RillProcess.Model);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains("architecture    Qwen3ForCausalLM\n", result.Text, StringComparison.Ordinal);
        Assert.Contains("tokenizer       BPE, byte-level, 3,072 ids\n", result.Text, StringComparison.Ordinal);
        Assert.EndsWith("\nRill can serve this model.\n", result.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_AsJson_GivesTheSameForPrograms()
    {
        var result = await RillProcess.RunAsync("", "inspect", RillProcess.Model, "--json");
        var report = JsonElement.Parse(result.Text);

        Assert.Equal(0, result.ExitCode);
        Assert.True(report.GetProperty("servable").GetBoolean());
        Assert.Empty(report.GetProperty("problems").EnumerateArray());
        var architecture = report.GetProperty("architecture");
        var memory = report.GetProperty("memory");
        Assert.Equal("f32", memory.GetProperty("compute_type").GetString());
        Assert.Equal(
            2L * 4 * architecture.GetProperty("layers").GetInt32() * architecture.GetProperty("key_value_heads").GetInt32() * architecture.GetProperty("head_dim").GetInt32(),
            memory.GetProperty("key_value_bytes_per_token").GetInt64());
        Assert.Equal(4 * report.GetProperty("weights").GetProperty("parameters").GetInt64(), memory.GetProperty("weight_bytes").GetInt64());
        Assert.Equal(["f32", "bf16", "q8", "q4"], memory.GetProperty("needs").EnumerateArray().Select(need => need.GetProperty("type").GetString()));
        Assert.All(memory.GetProperty("needs").EnumerateArray(), need => Assert.Equal(
            need.GetProperty("weight_bytes").GetInt64() + need.GetProperty("key_value_bytes").GetInt64(), need.GetProperty("total_bytes").GetInt64()));
        Assert.Equal("safetensors", report.GetProperty("weights").GetProperty("format").GetString());
        Assert.Equal(new FileInfo(Path.Combine(RillProcess.Model, "model.safetensors")).Length, report.GetProperty("weights").GetProperty("files")[0].GetProperty("bytes").GetInt64());
        Assert.True(report.GetProperty("chat_template").GetProperty("probe_tokens").GetInt32() > 3);
    }

    [SkippableTheory]
    [InlineData("checkpoints", "ct-pack-int4-g128-sym", "safetensors, packed", "INT4, ")]
    [InlineData("checkpoints", "fp8-block128-qwen3moe", "safetensors, packed", "F8_E4M3")]
    [InlineData("checkpoints", "gptq-int8-g32-sym", "safetensors, packed", "INT8")]
    [InlineData("checkpoints", "mxfp4-gptoss", "safetensors, packed", "MXFP4")]
    [InlineData("gguf", "llama-q4_k_m.gguf", "GGUF, ", "Q4_K, ")]
    [InlineData("gguf", "qwen3-q8_0.gguf", "GGUF, ", "Q8_0, ")]
    public async Task Inspect_OfAnotherFormat_NamesItsTypesAndWhatItTakes(string kind, string name, string format, string types)
    {
        var result = await RillProcess.RunAsync("", "inspect", Vectors.Path(kind, name));

        Assert.Contains($"  {format}", Assert.Single(result.Lines, line => line.StartsWith("format ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains(types, Assert.Single(result.Lines, line => line.StartsWith("type in files ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.All((string[])["f32", "bf16", "q8", "q4"], type => Assert.Contains($" {type}: ", result.Text, StringComparison.Ordinal));
        Assert.DoesNotContain("weights lack", result.Text, StringComparison.Ordinal);
        Assert.Equal(kind == "gguf" ? 0 : 1, result.ExitCode);    // the checkpoints have no tokenizer
    }

    [SkippableFact]
    public async Task Inspect_OfAGgufFileWithATypeThatIsNotSupported_NamesIt()
    {
        using var directory = new TemporaryDirectory();
        var bytes = await File.ReadAllBytesAsync(Vectors.Path("gguf", "llama-q4_0.gguf"));
        var entry = bytes.AsSpan().IndexOf("blk.0.attn_q.weight"u8) + "blk.0.attn_q.weight".Length;
        bytes[entry + 4 + 8 + 8] = 19;    // after the number of dimensions and two of them: IQ1_S
        await File.WriteAllBytesAsync(directory.File("m.gguf"), bytes);

        var result = await RillProcess.RunAsync("", "inspect", directory.File("m.gguf"));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("blk.0.attn_q.weight is of type IQ1_S, which is not supported", result.Text, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Inspect_OfAModelWithStates_SaysWhatTheyTake()
    {
        var model = Vectors.Path("architectures", "lfm2-fullattnidxs");

        var text = await RillProcess.RunAsync("", "inspect", model);
        var json = JsonElement.Parse((await RillProcess.RunAsync("", "inspect", model, "--json")).Text);
        var other = JsonElement.Parse((await RillProcess.RunAsync("", "inspect", RillProcess.Model, "--json")).Text);

        // Two of four layers carry 2 earlier inputs of 64 channels; the other two keep keys and values of 2 heads of 16.
        Assert.Contains("states         1 KiB a sequence\n", text.Text, StringComparison.Ordinal);
        Assert.Equal(2 * 2 * 64 * 4, json.GetProperty("memory").GetProperty("state_bytes").GetInt64());
        Assert.Equal(2 * 2 * 2 * 16 * 4, json.GetProperty("memory").GetProperty("key_value_bytes_per_token").GetInt64());
        Assert.False(other.GetProperty("memory").TryGetProperty("state_bytes", out _));
    }

    [SkippableFact]
    public async Task Inspect_OfLinkedFiles_ShowsTheirTargetsSize()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        using var cache = new TemporaryDirectory();
        var (blobs, snapshot) = (Directory.CreateDirectory(cache.File("blobs")), Directory.CreateDirectory(Path.Combine(cache.Path, "snapshots", "c0ffee")));
        foreach (var file in Directory.GetFiles(RillProcess.Model))
        {
            File.Copy(file, Path.Combine(blobs.FullName, Path.GetFileName(file)));
            File.CreateSymbolicLink(Path.Combine(snapshot.FullName, Path.GetFileName(file)), $"../../blobs/{Path.GetFileName(file)}");
        }

        var result = await RillProcess.RunAsync("", "inspect", snapshot.FullName);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("model.safetensors, 8.8 MiB", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_OfAModelWithSeveralProblems_NamesEachOnALine()
    {
        using var model = NewModel();
        Replace(model, "config.json", config => config["architectures"] = new JsonArray("MambaForCausalLM"));
        Replace(model, "tokenizer.json", tokenizer => tokenizer["model"]!["type"] = "Unigram");
        File.Delete(model.File("chat_template.jinja"));
        File.Delete(model.File("model.safetensors"));

        var result = await RillProcess.RunAsync("", "inspect", model.Path);

        Assert.Equal((1, ""), (result.ExitCode, result.Error));
        Assert.Contains("the architecture MambaForCausalLM is not supported", result.Text, StringComparison.Ordinal);
        Assert.Contains("Unigram", result.Text, StringComparison.Ordinal);
        Assert.Contains("chat_template.jinja does not exist", result.Text, StringComparison.Ordinal);
        Assert.Contains("model.safetensors does not exist", result.Text, StringComparison.Ordinal);
        Assert.EndsWith("\nRill cannot serve this model (4 problems).\n", result.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("num_hidden_layers", 7, "The weights lack the tensor model.layers.6.self_attn.q_proj.weight.")]
    [InlineData("num_hidden_layers", 5, "The weights hold model.layers.5.")]
    [InlineData("intermediate_size", 577, "has the shape [576, 256], but config.json asks for [577, 256].")]
    [InlineData("quantization_config", null, "quant_method 'hqq' is not supported")]
    public async Task Inspect_OfWeightsThatDoNotFitTheConfig_NamesWhatDoesNot(string field, int? value, string problem)
    {
        using var model = NewModel();
        Replace(model, "config.json", config => config[field] = value is null ? new JsonObject { ["quant_method"] = "hqq" } : JsonValue.Create(value));

        var result = await RillProcess.RunAsync("", "inspect", model.Path);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(problem, result.Text, StringComparison.Ordinal);
        Assert.EndsWith("\nRill cannot serve this model (one problem).\n", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_OfAModelWhoseFilesDiffer_SaysWhereATurnEnds_AndWhatIsPassedOver()
    {
        using var model = NewModel();
        Replace(model, "generation_config.json", generation => (generation["eos_token_id"], generation["temperature"]) = (7, 3.5));

        var result = await RillProcess.RunAsync("", "inspect", model.Path);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("The files name different end tokens; a turn ends at each of them: generation_config.json ", result.Text, StringComparison.Ordinal);
        Assert.Contains("; tokenizer_config.json <|", result.Text, StringComparison.Ordinal);
        Assert.Contains("generation_config.json recommends temperature 3.5, which no request may ask for; it is passed over.", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_OfATokenizerThatIsLargerThanTheEmbedding_NamesTheTokenThatHasNoRow()
    {
        using var model = NewModel();
        Replace(model, "generation_config.json", generation => generation["eos_token_id"] = 3072);

        var result = await RillProcess.RunAsync("", "inspect", model.Path);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("generation_config.json names the end token 3072, but the embedding has only 3072 rows", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_OfATemplateThatRefusesAPlainMessage_SaysSo()
    {
        using var model = NewModel();
        File.Delete(model.File("chat_template.jinja"));
        await File.WriteAllTextAsync(model.File("chat_template.jinja"), "{{ raise_exception('I only sing.') }}");

        var result = await RillProcess.RunAsync("", "inspect", model.Path);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("I only sing.", result.Text, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Inspect_OnATerminal_DrawsATable()
    {
        Skip.IfNot(File.Exists("/usr/bin/script"), "The test needs script(1) for a terminal.");
        using var process = RillProcess.Start(
            "script", ["-qec", $"dotnet '{RillProcess.Assembly}' inspect '{RillProcess.Model}'", "/dev/null"], [KeyValuePair.Create("TERM", "xterm-256color")]);

        var result = await RillProcess.FinishAsync(process, []);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("│", result.Text, StringComparison.Ordinal);
        Assert.Contains("Rill can serve this model.", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_OfNoDirectory_SaysSo()
    {
        var result = await RillProcess.RunAsync("", "inspect", "/no/such/place");

        Assert.Equal((1, "", "rill: There is no directory or GGUF file /no/such/place.\n"), (result.ExitCode, result.Text, result.Error));
    }

    /// <summary>A copy of the default model.</summary>
    private static TemporaryDirectory NewModel()
    {
        var directory = new TemporaryDirectory();
        foreach (var file in Directory.GetFiles(RillProcess.Model))
        {
            File.Copy(file, directory.File(Path.GetFileName(file)));
        }

        return directory;
    }

    private static void Replace(TemporaryDirectory directory, string name, Action<JsonNode> change)
    {
        var json = JsonNode.Parse(File.ReadAllText(directory.File(name)))!;
        change(json);
        File.Delete(directory.File(name));
        File.WriteAllText(directory.File(name), json.ToJsonString());
    }
}
