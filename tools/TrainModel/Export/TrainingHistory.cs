using System.Text.Json;

namespace Rill.TrainModel.Export;

/// <summary>A run that helped to train a model.</summary>
internal sealed record FinishedRun
{
    public required int Seed { get; init; }

    /// <summary>The time that it was given.</summary>
    public required double Minutes { get; init; }

    /// <summary>Threads that libtorch had.</summary>
    public required int Threads { get; init; }

    public required int Steps { get; init; }

    /// <summary>Tokens seen, padding included.</summary>
    public required long Tokens { get; init; }

    /// <summary>Conversations of the corpus that were drawn.</summary>
    public required int Conversations { get; init; }
}

/// <summary>The file that says which runs a model comes from, so that a card tells all of them after training went on.</summary>
internal static class TrainingHistory
{
    /// <summary>The file's name in a model's directory.</summary>
    public const string FileName = "training.json";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The runs of a model, the first one first.</summary>
    public static IReadOnlyList<FinishedRun> Read(string directory) =>
        JsonSerializer.Deserialize<List<FinishedRun>>(File.ReadAllText(Path.Combine(directory, FileName)), s_json)!;

    public static void Write(string directory, IReadOnlyList<FinishedRun> runs) =>
        File.WriteAllText(Path.Combine(directory, FileName), JsonSerializer.Serialize(runs, s_json) + "\n");
}
