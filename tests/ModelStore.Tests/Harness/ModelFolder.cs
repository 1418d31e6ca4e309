using System.Security.Cryptography;

namespace Rill.ModelStore.Tests.Harness;

/// <summary>A temporary folder with files that look like a model's; the store does not read what is in them.</summary>
internal sealed class ModelFolder : IDisposable
{
    /// <summary>Three full chunks of 1 MiB and a part of a fourth.</summary>
    public const int WeightBytes = (3 << 20) + 12_345;

    public ModelFolder(int seed = 1)
    {
        Path = Directory.CreateTempSubdirectory("rill-store-").FullName;
        File.WriteAllText(File_("config.json"), $$"""{"seed":{{seed}}}""");
        File.WriteAllText(File_("tokenizer.json"), $$"""{"version":"{{seed}}"}""");
        File.WriteAllText(File_("README.md"), "Not a part of the model.");
        var weights = new byte[WeightBytes];
        new Random(seed).NextBytes(weights);
        File.WriteAllBytes(File_("model.safetensors"), weights);
    }

    /// <summary>An empty folder to pull into.</summary>
    public static DirectoryInfo Empty() => Directory.CreateTempSubdirectory("rill-pull-");

    public string Path { get; }

    public byte[] Weights => File.ReadAllBytes(File_("model.safetensors"));

    public string File_(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);

    /// <summary>Adds every file that Rill reads, and takes the weights apart into shards whose names only the index knows, with a stray one beside.</summary>
    public void Complete()
    {
        foreach (var name in ModelFileNames.Small.Where(name => !File.Exists(File_(name))))
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(File_(name))!);
            File.WriteAllText(File_(name), $"This is {name}.");
        }

        File.Move(File_("model.safetensors"), File_("pytorch_model-00001-of-00001.safetensors"));
        File.WriteAllText(File_(ModelFileNames.WeightIndex), """{"weight_map":{"t":"pytorch_model-00001-of-00001.safetensors"}}""");
        File.WriteAllText(File_("model-00001-of-00009.safetensors"), "of another upload");
    }

    /// <summary>Compares what a store has brought with this folder after <see cref="Complete"/>.</summary>
    public unsafe void AssertSameFiles(ModelFiles files)
    {
        const string shard = "pytorch_model-00001-of-00001.safetensors";
        var here = ModelFiles.InDirectory(Path);
        Assert.All(ModelFileNames.Small, name => Assert.Equal(here.ReadText(name), files.Has(name) ? files.ReadText(name) : $"no {name}"));
        using var memory = files.Open(shard);
        Assert.Equal(SHA256.HashData(File.ReadAllBytes(File_(shard))), SHA256.HashData(new ReadOnlySpan<byte>(memory.Start, (int)memory.Length)));
        Assert.False(files.Has("model-00001-of-00009.safetensors"));
    }

    /// <summary>Compares weights in memory with this folder's.</summary>
    public unsafe void AssertSame(ModelFiles files)
    {
        using var memory = files.Open("model.safetensors");
        Assert.Equal(WeightBytes, memory.Length);
        Assert.Equal(SHA256.HashData(Weights), SHA256.HashData(new ReadOnlySpan<byte>(memory.Start, (int)memory.Length)));
        Assert.Equal(File.ReadAllText(File_("config.json")), files.ReadText("config.json"));
        Assert.Equal(File.ReadAllText(File_("tokenizer.json")), files.ReadText("tokenizer.json"));
        Assert.False(files.Has("README.md"));
    }
}
