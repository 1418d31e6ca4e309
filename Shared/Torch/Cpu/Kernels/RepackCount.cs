namespace Rill.Torch.Cpu.Kernels;

/// <summary>What became of the blocks of 32 weights that a checkpoint holds in packed form.</summary>
/// <param name="Exact">Their weights are the published ones, bit by bit.</param>
/// <param name="Scaled">Their whole numbers are the published ones, their scale is rounded to bf16: each weight by less than a 256th.</param>
/// <param name="Rounded">Each weight was rounded to a new step, as those of unpacked checkpoints are.</param>
internal readonly record struct RepackCount(long Exact, long Scaled, long Rounded)
{
    /// <summary>The counts of both.</summary>
    public static RepackCount operator +(RepackCount left, RepackCount right) =>
        new(left.Exact + right.Exact, left.Scaled + right.Scaled, left.Rounded + right.Rounded);

    /// <summary>For the log, such as "packed weights: 75 % repacked exactly, 25 % rounded again"; null where none were packed.</summary>
    public string? Describe()
    {
        var total = Exact + Scaled + Rounded;
        (long Count, string Fate)[] parts =
            [(Exact, "repacked exactly"), (Scaled, "repacked with scales rounded to bf16"), (Rounded, "rounded again")];
        return total == 0
            ? null
            : "packed weights: " + string.Join(", ", parts.Where(part => part.Count > 0).Select(part => $"{Share(part.Count, total)} {part.Fate}"));
    }

    /// <summary>Rounded to tenths, but never to all or nothing of what is neither.</summary>
    private static string Share(long count, long total) =>
        count == total ? "100 %" : FormattableString.Invariant($"{Math.Clamp(100.0 * count / total, 0.1, 99.9):0.#} %");
}
