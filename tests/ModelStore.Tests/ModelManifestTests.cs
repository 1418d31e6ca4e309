using System.Text;
using System.Text.Json.Nodes;

namespace Rill.ModelStore.Tests;

public sealed class ModelManifestTests
{
    private const string Hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Fact]
    public void Parse_OfWhatWasWritten_GivesItBack()
    {
        var manifest = new ModelManifest { ChunkBytes = 4, Files = [new ManifestFile { Name = "config.json", Size = 5, Sha256 = Hash, Chunks = [Hash, Hash] }] };

        var again = ModelManifest.Parse(manifest.ToJson());

        Assert.Equal(5, again.TotalBytes);
        Assert.Equal([Hash, Hash], again.Files[0].Chunks!);
    }

    [Theory]
    [InlineData("version", "2", "version 2")]
    [InlineData("chunk_bytes", "0", "chunk_bytes")]
    [InlineData("files/0/name", "\"../config.json\"", "not a plain name")]
    [InlineData("files/0/name", "\".ssh\"", "not a plain name")]
    [InlineData("files/0/name", "\"elsewhere/tool_use.jinja\"", "not a plain name")]
    [InlineData("files/1/size", "20000000000", "more than the 16777216 that Rill reads")]
    [InlineData("files/0/size", "0", "config.json")]
    [InlineData("files/0/size", "9", "config.json")]
    [InlineData("files/0/sha256", "null", "config.json")]
    [InlineData("files/1", "{\"name\":\"config.json\",\"size\":1,\"sha256\":\"x\"}", "twice")]
    public void Parse_OfABrokenManifest_SaysWhat(string path, string value, string expected)
    {
        var json = JsonNode.Parse($$"""{"version":1,"chunk_bytes":4,"files":[{"name":"config.json","size":5,"sha256":"{{Hash}}","chunks":["a","b"]},{"name":"b","size":1,"sha256":"c"}]}""")!;
        var parts = path.Split('/');
        var parent = parts[..^1].Aggregate(json, (node, part) => int.TryParse(part, out var index) ? node[index]! : node[part]!);
        if (int.TryParse(parts[^1], out var last))
        {
            parent[last] = JsonNode.Parse(value);
        }
        else
        {
            parent[parts[^1]] = JsonNode.Parse(value);
        }

        var error = Assert.Throws<StoreException>(() => ModelManifest.Parse(Encoding.UTF8.GetBytes(json.ToJsonString())));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Verify_OfAManifestThatIsNoPlainFile_IsRefusedUnread()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "/dev/zero is Linux's.");
        using var model = new Harness.ModelFolder();
        File.CreateSymbolicLink(model.File_(ModelManifest.FileName), "/dev/zero");
        await Assert.ThrowsAsync<IOException>(VerifyAsync);

        File.Delete(model.File_(ModelManifest.FileName));
        using (var large = File.Create(model.File_(ModelManifest.FileName)))
        {
            large.SetLength(100 << 20);
        }

        Assert.Contains("a manifest has at most", (await Assert.ThrowsAsync<StoreException>(VerifyAsync)).Message, StringComparison.Ordinal);

        Task VerifyAsync() => ModelVerify.DirectoryAsync(model.Path, null, new ModelStoreOptions(), new TransferProgress(), CancellationToken.None);
    }

    [Fact]
    public void Parse_OfNoJson_SaysHowToWriteOne()
    {
        var error = Assert.Throws<StoreException>(() => ModelManifest.Parse("<html>"u8));

        Assert.Contains("rill models push", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_OfEveryFileThatRillReads_IsAccepted()
    {
        var files = ModelFileNames.Small.Select(name => new ManifestFile { Name = name, Size = ModelFileNames.MostBytes(name), Sha256 = Hash });

        Assert.Equal(ModelFileNames.Small, ModelManifest.Parse(new ModelManifest { ChunkBytes = 1 << 20, Files = [.. files] }.ToJson()).Files.Select(file => file.Name));
    }

    [Theory]
    [InlineData("config.json model.safetensors model-00001-of-00002.safetensors consolidated.safetensors", "config.json model.safetensors")]
    [InlineData("config.json a.safetensors b.safetensors model-00003-of-00003.safetensors model.safetensors.index.json notes.txt additional_chat_templates/tool_use.jinja",
        "additional_chat_templates/tool_use.jinja config.json a.safetensors b.safetensors model.safetensors.index.json")]
    public async Task Choose_TakesOneSetOfWeights_AsTheIndexNamesIt(string names, string expected) =>
        Assert.Equal(expected.Split(' '), await ChooseAsync(names));

    [Theory]
    [InlineData("config.json", "lacks model.safetensors and model.safetensors.index.json")]
    [InlineData("model.safetensors", "lacks config.json")]
    [InlineData("config.json a.safetensors model.safetensors.index.json", "lacks b.safetensors, which its model.safetensors.index.json names")]
    public async Task Choose_OfSomethingElse_SaysWhatIsMissing(string names, string expected)
    {
        var error = await Assert.ThrowsAsync<StoreException>(() => ChooseAsync(names));

        Assert.Equal(StoreFailure.Missing, error.Failure);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private static Task<IReadOnlyList<string>> ChooseAsync(string names) => ModelFileChoice.ChooseAsync(
        names.Split(' '), "here", () => Task.FromResult<ReadOnlyMemory<byte>>("""{"weight_map":{"t":"b.safetensors","u":"a.safetensors"}}"""u8.ToArray()));
}
