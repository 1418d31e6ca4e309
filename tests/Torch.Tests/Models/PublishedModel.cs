using System.Text.Json;

namespace Rill.Torch.Tests.Models;

/// <summary>A small random model in published form, with the logits and tokens that it must give: one of the vectors.</summary>
internal sealed class PublishedModel
{
    private readonly JsonElement _expected;

    /// <summary>Reads what is expected of a directory.</summary>
    public PublishedModel(string directory)
        : this(directory, System.IO.Path.Combine(directory, "expected.json"))
    {
    }

    private PublishedModel(string path, string expected)
    {
        Path = path;
        using var document = JsonDocument.Parse(File.ReadAllText(expected));
        _expected = document.RootElement.Clone();
    }

    /// <summary>Reads what is expected of a file.</summary>
    public static PublishedModel OfFile(string file) => new(file, System.IO.Path.ChangeExtension(file, ".json"));

    /// <summary>The directory or file.</summary>
    public string Path { get; }

    /// <summary>The prompt's ids.</summary>
    public int[] Prompt => Ids("prompt");

    /// <summary>The ids that follow the prompt at temperature 0.</summary>
    public int[] Greedy => Ids("greedy");

    /// <summary>Positions of the prompt, and the logits after each.</summary>
    public IEnumerable<(int Position, double[] Logits)> Logits
    {
        get
        {
            foreach (var position in (int[])[0, 7, 15, 20, 31])
            {
                if (_expected.TryGetProperty($"logits_{position}", out var logits))
                {
                    yield return (position, Numbers(logits));
                }
            }

            yield return (Prompt.Length - 1, Numbers(_expected.GetProperty("logits_last")));
        }
    }

    /// <summary>Of an adapter: the name of its base among the architectures.</summary>
    public string Base => _expected.GetProperty("base").GetString()!;

    /// <summary>Of an adapter: its base's logits after the prompt, without it.</summary>
    public double[] BaseLogits => Numbers(_expected.GetProperty("base_logits_last"));

    /// <summary>Sum of squared differences over the sum of squares.</summary>
    public static double Error(ReadOnlySpan<float> actual, double[] expected)
    {
        var (difference, size) = (0.0, 0.0);
        for (var i = 0; i < expected.Length; i++)
        {
            difference += (actual[i] - expected[i]) * (actual[i] - expected[i]);
            size += expected[i] * expected[i];
        }

        return difference / size;
    }

    private static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(number => number.GetDouble())];

    private int[] Ids(string name) => [.. _expected.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}
