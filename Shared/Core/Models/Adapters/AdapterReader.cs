namespace Rill.Models.Adapters;

/// <summary>Finds an adapter's matrices in its file and fits them to the base's modules. Every tensor must be one of a pair that fits.</summary>
internal sealed class AdapterReader(SafetensorsFile file, AdapterConfig config, DecoderSpec spec)
{
    private const string Prefix = "base_model.model.";
    private const string EndingOfA = ".lora_A.weight";
    private const string EndingOfB = ".lora_B.weight";
    private static readonly string[] s_endings = [EndingOfA, EndingOfB];

    /// <summary>What is added to each of the decoder's matrices.</summary>
    /// <exception cref="ModelFormatException">A tensor is unknown, has no partner or does not fit.</exception>
    public Dictionary<string, LoraPart> Read()
    {
        var modules = new AdapterModules(spec);
        var parts = new Dictionary<string, LoraPart>(StringComparer.Ordinal);
        foreach (var path in Paths())
        {
            var targets = modules.Find(path) ?? throw new ModelFormatException(
                $"{file.Name} changes {ModelConfig.Shorten(path)}, which {spec.Architecture} does not have as a matrix that adapters can change; "
                + "merge the adapter into its model.");
            var (a, b) = Pair(path, targets);
            foreach (var target in targets)
            {
                if (!parts.TryAdd(target.Part, new(a, b, target.Rows, target.Outputs, config.ScaleOf(path))))
                {
                    throw new ModelFormatException($"{file.Name} changes {ModelConfig.Shorten(path)} twice, under two names; keep one of them.");
                }
            }
        }

        return parts.Count > 0 ? parts : throw new ModelFormatException($"{file.Name} holds no LoRA matrices; publish the adapter anew.");
    }

    /// <summary>The modules' paths in the base's class, in the order of their names.</summary>
    private SortedSet<string> Paths()
    {
        var paths = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var name in file.TensorNames)
        {
            var ending = Array.Find(s_endings, end => name.EndsWith(end, StringComparison.Ordinal));
            if (ending is null || !name.StartsWith(Prefix, StringComparison.Ordinal) || name.Length <= Prefix.Length + ending.Length)
            {
                throw Unserved(name);
            }

            var path = name[Prefix.Length..^ending.Length];
            var partner = Prefix + path + (ending == EndingOfA ? EndingOfB : EndingOfA);
            if (!file.Entries.ContainsKey(partner))
            {
                throw new ModelFormatException($"{file.Name} holds {Shown(name)}, but not {Shown(partner)}; publish the adapter anew.");
            }

            paths.Add(path);
        }

        return paths;
    }

    private (Weight A, Weight B) Pair(string path, IReadOnlyList<AdapterTarget> targets)
    {
        var rank = config.RankOf(path);
        var a = Matrix(Prefix + path + EndingOfA, rank, targets[0].Inputs);
        var b = Matrix(Prefix + path + EndingOfB, targets.Max(target => target.EndRow), rank);
        return (a, b);
    }

    private Weight Matrix(string name, long rows, long columns)
    {
        var weight = file.Get(name);
        if (!weight.Shape.SequenceEqual([rows, columns]))
        {
            throw new ModelFormatException(
                $"{file.Name}: {Shown(name)} has the shape [{ModelConfig.Shorten(string.Join(", ", weight.Shape))}], "
                + $"but {spec.Architecture} and {ModelFileNames.AdapterConfig} ask for [{rows}, {columns}]; is it an adapter of this model?");
        }

        return weight.IsFinite()
            ? weight
            : throw new ModelFormatException(
                $"{file.Name}: {Shown(name)} holds values that are not finite numbers; publish or fetch the adapter anew.");
    }

    private ModelFormatException Unserved(string name)
    {
        var reason = name switch
        {
            _ when name.Contains(".lora_embedding_", StringComparison.Ordinal) => "changes the embedding",
            _ when name.Contains(".lora_magnitude_vector", StringComparison.Ordinal) => "is of DoRA",
            _ when name.EndsWith(".bias", StringComparison.Ordinal) => "is a bias",
            _ => "is neither an A nor a B of LoRA",
        };
        return new($"{file.Name} holds {Shown(name)}, which {reason} and is not served; merge the adapter into its model, or train it without.");
    }

    private static string Shown(string name) => name.Length <= 120 ? name : name[..120] + "...";
}
