using Rill.Bench.Measure;
using Rill.Bench.Peer.Gguf;

namespace Rill.Bench.Models;

/// <summary>
/// Models that were made before: in the folder that <c>RILL_BENCH_MODELS</c> names, else in <c>rill-bench-models</c> of the folder for
/// temporary files. A model takes up to 2.5 GB in each form.
/// </summary>
internal static class ModelCache
{
    // Another maker of models makes other models: this number is part of their names.
    private const int Version = 1;

    private static string Folder { get; } =
        Environment.GetEnvironmentVariable("RILL_BENCH_MODELS") is { Length: > 0 } named ? named : Path.Combine(Path.GetTempPath(), "rill-bench-models");

    /// <summary>The model as a Hugging Face directory, made if it is not there.</summary>
    public static string HuggingFace(ModelShape shape) =>
        Ensure($"random-{shape.Name.ToLowerInvariant()}-{Version}", path => RandomModel.Write(shape, path));

    /// <summary>An adapter of the model, made if it is not there.</summary>
    public static string Adapter(ModelShape shape, int number, int rank) => Ensure(
        $"random-{shape.Name.ToLowerInvariant()}-{Version}-adapter-{number}-rank-{rank}", path => RandomAdapter.Write(shape, number, rank, path));

    /// <summary>The model as a GGUF file, made if it is not there.</summary>
    public static string Gguf(ModelShape shape, WeightFormat format) =>
        Ensure($"random-{shape.Name.ToLowerInvariant()}-{Version}-{format.Name()}.gguf", path => GgufWriter.Write(HuggingFace(shape), path, format));

    /// <summary>Deletes a shape's GGUF file, where it is large.</summary>
    public static void Drop(ModelShape shape, WeightFormat format)
    {
        if (shape == ModelShape.L)
        {
            File.Delete(Gguf(shape, format));
        }
    }

    /// <summary>Makes what is missing under another name first, so that an interrupted run leaves nothing half done under its own.</summary>
    private static string Ensure(string name, Action<string> make)
    {
        var path = Path.Combine(Folder, name);
        if (Path.Exists(path))
        {
            return path;
        }

        Console.Error.WriteLine($"making {path}");
        Directory.CreateDirectory(Folder);
        var unfinished = $"{path}.{Environment.ProcessId}";
        make(unfinished);
        PageCache.Forget(unfinished);
        Directory.Move(unfinished, path);
        return path;
    }
}
