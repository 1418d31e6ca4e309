using System.Globalization;
using Rill.Bench.Engine;
using Rill.Bench.Models;

namespace Rill.Bench.Gpu;

/// <summary>What <c>bench/run gpu</c> measures, and on what.</summary>
internal sealed record GpuOptions
{
    /// <summary>cuda; or cpu, which takes the GPU's decoder through all parts on the CPU's tensors, with a tiny model.</summary>
    public string Device { get; init; } = "cuda";

    /// <summary>The libraries of an installed PyTorch, used in place of the packages'; null for those.</summary>
    public string? LibTorch { get; init; }

    /// <summary>When no further part is begun; null for no limit.</summary>
    public TimeSpan? Limit { get; init; }

    /// <summary>The folder of gpu.md, which is written anew after each part; null for bench/RESULTS.md at the end.</summary>
    public string? Output { get; init; }

    /// <summary>The Python that has PyTorch.</summary>
    public string Python { get; init; } = "python3";

    /// <summary>True for the CPU: everything as small as it can be.</summary>
    public bool IsTiny => Device == "cpu";

    /// <summary>The models, in the order of what they tell: 1.2 billion parameters, 0.4, then 7.5.</summary>
    public IReadOnlyList<ModelShape> Shapes => IsTiny ? [ModelShape.Tiny] : [ModelShape.L, ModelShape.M, ModelShape.B8];

    /// <summary>The model whose tokens are held against the CPU's: a small one, since two cores compute it in f32.</summary>
    public ModelShape EqualityShape => IsTiny ? ModelShape.Tiny : ModelShape.M;

    /// <summary>Sequences that decode at once.</summary>
    public IReadOnlyList<int> Sequences => IsTiny ? [1, 3] : [1, 8, 64, 256];

    /// <summary>Tokens of each sequence before it decodes.</summary>
    public int Context => IsTiny ? 8 : 48;

    /// <summary>Tokens of the prompt that is timed.</summary>
    public int PromptTokens => IsTiny ? 64 : 2_048;

    /// <summary>MiB of a copy that measures the memory.</summary>
    public int CopyMebibytes => IsTiny ? 4 : 1_024;

    /// <summary>Rows of a product that measures the arithmetic.</summary>
    public int ProductSize => IsTiny ? 64 : 8_192;

    /// <summary>How the engine is set up.</summary>
    public GpuSetup Setup(bool graphs) => IsTiny
        ? new(Device, graphs) { MaxSequences = 4, TokenBudget = 256, ContextLength = 128 }
        : new(Device, graphs);

    /// <summary>Reads what stands after <c>gpu</c> on the command line; null when it cannot be understood.</summary>
    public static GpuOptions? Parse(IReadOnlyList<string> choices) => Parse([.. choices], new());

    private static GpuOptions? Parse(List<string> choices, GpuOptions options) => choices switch
    {
        [] => options,
        ["--device", "cpu" or "cuda", .. var rest] => Parse(rest, options with { Device = choices[1] }),
        ["--libtorch", var folder, .. var rest] => Parse(rest, options with { LibTorch = folder }),
        ["--minutes", var text, .. var rest] when double.TryParse(text, CultureInfo.InvariantCulture, out var minutes) && minutes > 0 =>
            Parse(rest, options with { Limit = TimeSpan.FromMinutes(minutes) }),
        ["--out", var folder, .. var rest] => Parse(rest, options with { Output = folder }),
        ["--python", var program, .. var rest] => Parse(rest, options with { Python = program }),
        _ => null,
    };
}
