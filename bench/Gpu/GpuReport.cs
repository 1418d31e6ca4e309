using Rill.Bench.Report;

namespace Rill.Bench.Gpu;

/// <summary>What has been measured on a GPU, as a section that is whole at any time: a run that is cut off leaves what it had.</summary>
/// <param name="device">The device's name.</param>
/// <param name="options">What is measured.</param>
internal sealed class GpuReport(string device, GpuOptions options)
{
    private readonly List<string> _notes = [];

    /// <summary>A row for each shape and number of sequences.</summary>
    public Table Decoding { get; } = new(
        "shape", "sequences", "captured, tokens/s", "not captured, tokens/s", "ratio", "share of bandwidth",
        "PyTorch, tokens/s", "PyTorch's way", "Rill to PyTorch");

    /// <summary>A row for each shape.</summary>
    public Table Prompts { get; } = new("shape", "tokens", "first token, ms", "TFLOP/s", "share of the product's", "PyTorch, ms", "Rill to PyTorch");

    /// <summary>A row for each shape.</summary>
    public Table Starts { get; } = new("shape", "Main, ms", "libraries, ms", "model, ms", "first token, ms");

    /// <summary>GB/s, read and written bytes together; null until measured.</summary>
    public double? Bandwidth { get; set; }

    /// <summary>TFLOP/s of a product in bf16; null until measured.</summary>
    public double? Product { get; set; }

    /// <summary>The sentence about equal tokens.</summary>
    public string Equality { get; set; } = "Not reached.";

    /// <summary>Adds a sentence, such as what was left out and why.</summary>
    public void Note(string sentence)
    {
        Console.Error.WriteLine($"gpu: {sentence}");
        _notes.Add(sentence);
    }

    /// <inheritdoc/>
    public override string ToString() => $"""
        {device}. Its memory copies at {Figure(Bandwidth)} GB/s, read and written bytes together;
        it multiplies matrices of {options.ProductSize} rows and columns in bf16 at {Figure(Product)} TFLOP/s.

        ### Decoding, bf16

        {Decoding}
        Tokens a second of all sequences together, after {options.Context} tokens each; greedy, through scheduler and sampler, without HTTP.
        Share of bandwidth: bytes of the weights times steps a second, of what the copy reaches. PyTorch: the fastest of its ways that ran.

        ### A prompt of {options.PromptTokens} tokens, bf16

        {Prompts}
        One prompt at a time, through the engine, without HTTP. Two operations a weight and token, without attention's own.

        ### Equal tokens, f32

        {Equality}

        ### Process start to first token, bf16

        {Starts}
        One start each, counted from just before the process was started.

        {string.Join("\n", _notes.Select(note => $"- {note}"))}
        """.TrimEnd();

    /// <summary>Writes gpu.md where a folder was named.</summary>
    public void Save()
    {
        if (options.Output is { } folder)
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "gpu.md"), $"## {Parts.GpuPart.Title}\n\n{this}\n");
        }
    }

    private static string Figure(double? value) => value is { } known ? Table.Number(known) : "(not measured)";
}
