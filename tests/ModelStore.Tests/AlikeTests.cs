using System.Security.Cryptography;
using Rill.Models;
using Rill.ModelStore.Tests.Harness;
using Rill.Text;

namespace Rill.ModelStore.Tests;

/// <summary>
/// One model from a directory, a container and a hub, into memory, a cache and a pulled directory: it renders the same prompts to the same ids
/// and computes with the same weights by the same settings.
/// </summary>
[Collection(AzuriteTests.Name)]
public sealed class AlikeTests(Azurite azurite) : IDisposable
{
    private const string Mini = "rill-mini", Gguf = "llama-q4_k_m.gguf";

    private readonly DirectoryInfo _source = ModelFolder.Empty();
    private readonly DirectoryInfo _target = ModelFolder.Empty();
    private readonly string _blob = $"blob://c{Guid.NewGuid():N}/tiny";

    public static TheoryData<string, string, string> Ways()
    {
        var ways = new TheoryData<string, string, string>();
        foreach (var model in (string[])[Mini, Gguf])
        {
            foreach (var store in (string[])["container", "hub"])
            {
                foreach (var way in (string[])["memory", "cache", "pull"])
                {
                    ways.Add(model, store, way);
                }
            }
        }

        return ways;
    }

    public void Dispose()
    {
        _source.Delete(recursive: true);
        _target.Delete(recursive: true);
    }

    [SkippableTheory]
    [MemberData(nameof(Ways))]
    public async Task Model_FromAStore_RendersAndComputesAlike(string model, string store, string way)
    {
        Place(model);
        await using var hub = await HubServer.Over(_source.FullName).RunAsync();
        var options = (store == "hub" ? Quick.Options() : Quick.Options(azurite.Connect())) with { HubEndpoint = hub.Endpoint };
        var address = store == "hub" ? HubServer.Address : _blob;
        if (store == "container")
        {
            await Quick.PushAsync(_source.FullName, address, options);
        }

        using var there = await OpenAsync(address, options, way);
        using var here = ModelFiles.InDirectory(_source.FullName);

        Assert.Equal(Describe(here), Describe(there));
    }

    [SkippableFact]
    public async Task Gguf_OneFileOfSeveral_IsPushedAndFetchedAlone()
    {
        Place(Gguf);
        File.Copy(Vectors.Path("gguf", "qwen3-q8_0.gguf"), Path.Combine(_source.FullName, "other.gguf"));
        Directory.CreateDirectory(Path.Combine(_source.FullName, "Q8"));
        File.Copy(Vectors.Path("gguf", "qwen3-q8_0.gguf"), Path.Combine(_source.FullName, "Q8", "inner.gguf"));
        await using var hub = await HubServer.Over(_source.FullName).RunAsync();
        var options = Quick.Options(azurite.Connect()) with { HubEndpoint = hub.Endpoint };
        var (file, inner) = (Path.Combine(_source.FullName, Gguf), Path.Combine(_source.FullName, "Q8", "inner.gguf"));

        var several = await Quick.FailureAsync(StoreFailure.Invalid, () => Quick.FetchAsync(HubServer.Address, options));
        await Quick.PushAsync(file, _blob, options);
        using var pushed = await Quick.FetchAsync(_blob, options);
        using var named = await Quick.FetchAsync($"{HubServer.Address}/{Gguf}", options);
        using var inFolder = await Quick.FetchAsync($"{HubServer.Address}/Q8/inner.gguf", options);
        using var here = ModelFiles.At(file);
        using var innerHere = ModelFiles.At(inner);

        Assert.Contains(
            $"several models ({Gguf}, other.gguf); name one of the files, such as hf://org/tiny@main/{Gguf}.", several.Message, StringComparison.Ordinal);
        Assert.Equal(Describe(here, isAlone: true), Describe(pushed, isAlone: true));
        Assert.Equal(Describe(here, isAlone: true), Describe(named, isAlone: true));
        Assert.Equal(Describe(innerHere, isAlone: true), Describe(inFolder, isAlone: true));
        Assert.Equal(("llama-q4_k_m", "inner"), (named.Name, inFolder.Name));
    }

    [SkippableFact]
    public async Task Gguf_InParts_TravelsWithAllOfThem()
    {
        var first = Split();
        await using var hub = await HubServer.Over(_source.FullName).RunAsync();
        var options = Quick.Options(azurite.Connect()) with { HubEndpoint = hub.Endpoint };

        await Quick.PushAsync(first, _blob, options);
        using var pushed = await Quick.FetchAsync(_blob, options);
        using var fetched = await Quick.FetchAsync(HubServer.Address, options);

        string[] parts = ["m-00001-of-00002.gguf", "m-00002-of-00002.gguf"];
        Assert.Equal(parts, Names(pushed));
        Assert.Equal(parts, Names(fetched));

        File.Delete(Path.Combine(_source.FullName, "m-00002-of-00002.gguf"));
        var error = await Quick.FailureAsync(StoreFailure.Missing, () => Quick.PushAsync(first, _blob, options));
        Assert.Contains("lacks m-00002-of-00002.gguf, which is a part of m-00001-of-00002.gguf", error.Message, StringComparison.Ordinal);
    }

    /// <summary>The model with every file that a directory may hold.</summary>
    private void Place(string model)
    {
        Directory.CreateDirectory(Path.Combine(_source.FullName, "additional_chat_templates"));
        File.WriteAllText(Path.Combine(_source.FullName, ModelFileNames.ToolTemplate), "{{ tools | length }} tools: {{ messages[0].content }}");
        if (model == Gguf)
        {
            File.Copy(Vectors.Path("gguf", Gguf), Path.Combine(_source.FullName, Gguf));
            File.WriteAllText(Path.Combine(_source.FullName, ModelFileNames.Config), """{"model_type":"llama"}""");
            File.WriteAllText(Path.Combine(_source.FullName, ModelFileNames.ChatTemplate), "{{ bos_token }}{{ messages[0].content }}");
            return;
        }

        foreach (var file in Directory.GetFiles(Path.Combine(Vectors.RepositoryRoot(), "models", Mini)))
        {
            File.Copy(file, Path.Combine(_source.FullName, Path.GetFileName(file)));
        }
    }

    private async Task<ModelFiles> OpenAsync(string address, ModelStoreOptions options, string way)
    {
        if (way != "pull")
        {
            return await Quick.FetchAsync(address, options with { CacheDirectory = way == "cache" ? _target.FullName : null });
        }

        await Quick.PullAsync(address, _target.FullName, options);
        return ModelFiles.InDirectory(_target.FullName);
    }

    /// <summary>All that an answer depends on: settings, prompts as ids, and the bytes of each tensor.</summary>
    private static string Describe(ModelFiles files, bool isAlone = false)
    {
        var spec = ArchitectureRegistry.Read(ModelConfig.Load(files));
        var text = ModelText.Load(files);
        var template = ModelTemplate.Load(files);
        var variables = new Dictionary<string, object?>(template.Variables)
        {
            ["messages"] = System.Text.Json.JsonElement.Parse("""[{"role":"user","content":"Hello there"}]"""),
            ["tools"] = System.Text.Json.JsonElement.Parse("[]"),
            ["add_generation_prompt"] = true,
        };
        var templates = template.Named.OrderBy(named => named.Key, StringComparer.Ordinal).Select(named => named.Value).Prepend(template.Template);
        string[] prompts = [.. templates.Select(each => string.Join(' ', text.Tokenizer.Encode(each.Render(variables))))];
        Assert.Equal(!isAlone, prompts.Length > 1);
        return string.Join('\n', [$"{spec.Architecture} {spec.LayerCount} {spec.ContextLength} {spec.NormEpsilon}", .. prompts,
            .. GenerationConfig.Load(files).EndTokens.Select(end => $"{end}"), .. Tensors(files, spec)]);
    }

    private static unsafe IReadOnlyList<string> Tensors(ModelFiles files, DecoderSpec spec)
    {
        using var weights = ModelWeights.Open(files, spec);
        return [.. DecoderTensors.Of(spec).Select(tensor => $"{tensor.Name} {HashOf(weights.Get(tensor.Name, tensor.Shape))}")];

        static string HashOf(Weight weight) => Convert.ToHexString(SHA256.HashData(new ReadOnlySpan<byte>((void*)weight.Address, (int)weight.ByteCount)));
    }

    private static IReadOnlyList<string> Names(ModelFiles files)
    {
        using var weights = ModelWeights.Open(files);
        return weights.FileNames;
    }

    /// <summary>Two files that are the parts of a model without tensors.</summary>
    private string Split()
    {
        for (var part = 1; part <= 2; part++)
        {
            using var writer = new BinaryWriter(File.Create(Path.Combine(_source.FullName, $"m-0000{part}-of-00002.gguf")));
            writer.Write("GGUF"u8);
            writer.Write(3u);
            writer.Write(0UL);
            writer.Write(3UL);
            Entry(writer, "split.no", (ushort)(part - 1));
            Entry(writer, "split.count", 2);
            Entry(writer, "split.tensors.count", 0);
            writer.Write(new byte[64]);
        }

        return Path.Combine(_source.FullName, "m-00001-of-00002.gguf");
    }

    private static void Entry(BinaryWriter writer, string key, ushort value)
    {
        writer.Write((ulong)key.Length);
        writer.Write(System.Text.Encoding.ASCII.GetBytes(key));
        writer.Write(2u);    // a whole number of 16 bits
        writer.Write(value);
    }
}
