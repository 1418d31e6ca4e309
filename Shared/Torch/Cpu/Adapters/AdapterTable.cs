using System.Collections.Concurrent;
using Rill.Models;
using Rill.Models.Adapters;
using Rill.Serving;

namespace Rill.Torch.Cpu.Adapters;

/// <summary>
/// The adapters that a decoder holds, and the linear layers that they may change. Adapters are loaded from any thread, also while a step runs,
/// and are unloaded between two steps.
/// </summary>
/// <param name="spec">The base.</param>
internal sealed class AdapterTable(DecoderSpec spec) : IDisposable
{
    private readonly List<(int Inputs, (string Part, int Outputs)[] Parts)> _linears = [];
    private readonly ConcurrentDictionary<int, LoadedAdapter> _loaded = new();

    /// <summary>Notes linear layers side by side, while the decoder is made; their number.</summary>
    /// <param name="inputs">Elements of an input row.</param>
    /// <param name="parts">Name and outputs of each.</param>
    public int Register(int inputs, (string Part, int Outputs)[] parts)
    {
        _linears.Add((inputs, parts));
        return _linears.Count - 1;
    }

    /// <summary>Reads an adapter and copies its matrices.</summary>
    /// <exception cref="ModelFormatException">It is broken, does not fit, or changes what this decoder does not let adapters change.</exception>
    /// <exception cref="ModelFileException">A file cannot or must not be read.</exception>
    public AdapterSummary Load(int number, ModelFiles files)
    {
        using var adapter = LoraAdapter.Read(files, spec);
        var known = _linears.SelectMany(linear => linear.Parts).Select(part => part.Part).ToHashSet(StringComparer.Ordinal);
        if (adapter.Parts.Keys.FirstOrDefault(part => !known.Contains(part)) is { } stray)
        {
            throw new ModelFormatException(
                $"{ModelFileNames.AdapterWeights} changes {adapter.Parts[stray].A.Name}, a matrix of {spec.Architecture} that they cannot change; "
                + "merge the adapter into its model.");
        }

        var loaded = new LoadedAdapter(number, adapter, _linears);
        if (!_loaded.TryAdd(number, loaded))
        {
            loaded.Dispose();
            throw new ArgumentException($"The number {number} has an adapter.", nameof(number));
        }

        return new(Convert.ToHexStringLower([.. adapter.Hash]), adapter.Rank, loaded.Bytes);
    }

    /// <summary>The adapter of a number; null for none, or 0.</summary>
    public LoadedAdapter? Find(int number) => number == 0 ? null : _loaded.GetValueOrDefault(number);

    /// <summary>Gives an adapter's memory back.</summary>
    public void Unload(int number)
    {
        if (_loaded.TryRemove(number, out var loaded))
        {
            loaded.Dispose();
        }
    }

    public void Dispose()
    {
        foreach (var number in _loaded.Keys)
        {
            Unload(number);
        }
    }
}
