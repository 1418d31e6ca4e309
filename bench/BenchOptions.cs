using Rill.Bench.Gpu;
using Rill.Bench.Models;

namespace Rill.Bench;

/// <summary>What is measured, and how long.</summary>
internal sealed record BenchOptions
{
    /// <summary>How the benchmark is called.</summary>
    public const string Usage = "usage: bench/run [--quick] [serving|model|start|text|grammar|schema|engine [--shape S|M|L|X] [--dtype bf16|q8|q4]|adapters [--shape S|M|L] [--dtype bf16|q8|q4]|quality [--shape S|M]|parity [ARCHITECTURE]|engine-http|all | gpu [--device cpu|cuda] [--libtorch DIR] [--minutes N] [--out DIR] [--python PYTHON] | gpu-estimate | soak [MINUTES]]";

    private const string Soak = "soak";
    private const string Engine = "engine";
    private const string Adapters = "adapters";
    private const string Quality = "quality";
    private const string GpuWord = "gpu";
    private const string Parity = "parity";

    private static readonly string[] _all = ["serving", "model", "start", "text", Engine, Quality, "engine-http"];    // soak takes too long to be one of all, gpu needs one

    /// <summary>The parts to run, in order.</summary>
    public required IReadOnlyList<string> Parts { get; init; }

    /// <summary>True for short rounds, whose figures are printed and not kept.</summary>
    public bool Quick { get; init; }

    /// <summary>Rounds of every comparison; each server is measured once a round.</summary>
    public int Rounds => Quick ? 2 : 7;

    /// <summary>Length of one measurement.</summary>
    public TimeSpan Window => TimeSpan.FromSeconds(Quick ? 1.5 : 3);

    /// <summary>Load before the first measurement, so that the compiler's last tier is reached.</summary>
    public TimeSpan WarmUp => TimeSpan.FromSeconds(Quick ? 3 : 6);

    /// <summary>Requests of which the time to the first byte is taken, for each server.</summary>
    public int Probes => Quick ? 30 : 150;

    /// <summary>Fresh processes for figures that a process gives only once.</summary>
    public int Starts => Quick ? 2 : 5;

    /// <summary>Size of the weights that are loaded from a store.</summary>
    public long StoreBytes => (Quick ? 128L : 1_024) << 20;

    /// <summary>Times that they are loaded, and read plainly.</summary>
    public int StoreRounds => Quick ? 2 : 5;

    /// <summary>Load on the default model at each number of streams.</summary>
    public TimeSpan ModelWindow => TimeSpan.FromSeconds(Quick ? 4 : 15);

    /// <summary>Rounds in which tokenizers are compared.</summary>
    public int TextRounds => Quick ? 3 : 9;

    /// <summary>Times that a chat template is rendered.</summary>
    public int Renderings => Quick ? 300 : 2_000;

    /// <summary>Rounds in which engines are compared.</summary>
    public int EngineRounds => Quick ? 2 : 5;

    /// <summary>Steps of decoding in a round.</summary>
    public int EngineSteps => Quick ? 12 : 32;

    /// <summary>Conversations on which the default model's quality is measured.</summary>
    public int QualityTexts => Quick ? 6 : 24;

    /// <summary>The shapes of models with made-up weights whose quality is measured.</summary>
    public IReadOnlyList<ModelShape> QualityShapes { get; init; } = [ModelShape.S];

    /// <summary>Answers that every stream of the whole server gets in a round, one after the other.</summary>
    public int AnswersPerStream => Quick ? 2 : 3;

    /// <summary>The shapes of models on which engines are compared.</summary>
    public IReadOnlyList<ModelShape> Shapes { get; init; } = [ModelShape.S, ModelShape.M, ModelShape.L, ModelShape.X];

    /// <summary>The only format on which engines are compared; null for all.</summary>
    public WeightFormat? Format { get; init; }

    /// <summary>The only GGUF architecture that is compared with llama.cpp; null for all.</summary>
    public string? Architecture { get; init; }

    /// <summary>What is measured on a GPU.</summary>
    public GpuOptions Gpu { get; init; } = new();

    /// <summary>True when the figures go to the results file: short rounds and parts of a table do not.</summary>
    public bool IsKept => !Quick && Format is null && Architecture is null && Gpu is { IsTiny: false, Output: null };

    /// <summary>How long memory is watched under load.</summary>
    public TimeSpan SoakTime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The command that repeats this run.</summary>
    public required string Command { get; init; }

    /// <summary>Reads the command line; null when it cannot be understood.</summary>
    public static BenchOptions? Parse(IReadOnlyList<string> args)
    {
        var words = args.Where(arg => arg != "--quick").ToList();
        var quick = words.Count < args.Count;
        var command = string.Join(' ', ["bench/run", .. quick ? ["--quick"] : Array.Empty<string>(), .. words]);
        return words switch
        {
            [] or ["all"] => new BenchOptions { Parts = _all, Quick = quick, Command = command },
            [Soak] => new BenchOptions { Parts = [Soak], Command = command },
            [Soak, var minutes] when int.TryParse(minutes, out var count) && count > 0 =>
                new BenchOptions { Parts = [Soak], SoakTime = TimeSpan.FromMinutes(count), Command = command },
            [var part] when part is "grammar" or "schema" || _all.Contains(part) => new BenchOptions { Parts = [part], Quick = quick, Command = command },
            [Parity] => new BenchOptions { Parts = [Parity], Command = command },
            [Parity, var name] => new BenchOptions { Parts = [Parity], Architecture = name, Command = command },
            [GpuWord, .. var choices] => GpuOptions.Parse(choices) is { } gpu
                ? new BenchOptions { Parts = [GpuWord], Gpu = gpu, Quick = quick, Command = command }
                : null,
            [Quality, "--shape", var name] when ModelShape.Find(name) is { } shape && (shape == ModelShape.S || shape == ModelShape.M) =>
                new BenchOptions { Parts = [Quality], QualityShapes = [shape], Quick = quick, Command = command },
            [Adapters, .. var choices] => ParseEngine(choices, new BenchOptions { Parts = [Adapters], Shapes = [ModelShape.M], Quick = quick, Command = command }),
            [Engine, .. var choices] => ParseEngine(choices, new BenchOptions { Parts = [Engine], Quick = quick, Command = command }),
            _ => null,
        };
    }

    private static BenchOptions? ParseEngine(List<string> choices, BenchOptions options) => choices switch
    {
        [] => options,
        ["--shape", var name, .. var rest] when ModelShape.Find(name) is { } shape => ParseEngine(rest, options with { Shapes = [shape] }),
        ["--dtype", var name, .. var rest] when WeightFormats.Find(name) is { } format and not WeightFormat.F32 =>
            ParseEngine(rest, options with { Format = format }),
        _ => null,
    };
}
