namespace Rill.Models.Packed;

/// <summary>The tensors of a checkpoint's files as parts of packed ones.</summary>
internal sealed class PackedFiles(SafetensorsSource source)
{
    /// <summary>The names of all tensors.</summary>
    public IEnumerable<string> Names => source.Tensors.Keys;

    /// <summary>A part; null where the files lack it.</summary>
    public PackedPart? Find(string name) =>
        source.Tensors.TryGetValue(name, out var tensor) ? new(name, tensor, source.AddressOf(name)) : null;

    /// <summary>A part without which the tensor cannot be read.</summary>
    /// <exception cref="ModelFormatException">The files lack it.</exception>
    public PackedPart Get(string name) => Find(name)
        ?? throw new ModelFormatException(
            $"The weights lack the tensor {name}, which the format that config.json names needs (quantization_config).");

    /// <summary>The parts whose names end so, each with what stands before the ending.</summary>
    public IEnumerable<(string Module, PackedPart Part)> EndingWith(string ending) => Names
        .Where(name => name.EndsWith(ending, StringComparison.Ordinal))
        .Select(name => (name[..^ending.Length], Get(name)));
}
