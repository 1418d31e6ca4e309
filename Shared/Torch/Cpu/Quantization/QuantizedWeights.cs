using Rill.Models;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Native;

namespace Rill.Torch.Cpu.Quantization;

/// <summary>The quantized matrices of a model and their memory: a mapped file that an earlier start has kept, or made now.</summary>
internal sealed unsafe class QuantizedWeights : IDisposable
{
    private readonly Dictionary<string, QuantizedMatrix> _matrices;
    private readonly nint _start;
    private readonly QuantizedFile? _file;
    private IDisposable? _memory;    // null once it was given back
    private Task _keeping = Task.CompletedTask;

    /// <summary>Maps the file where it does, and makes the matrices otherwise.</summary>
    /// <param name="table">The matrices.</param>
    /// <param name="weights">The weights as published; not needed afterwards.</param>
    /// <param name="file">Where the matrices are kept; null for nowhere.</param>
    /// <param name="team">The threads that check or make them.</param>
    /// <param name="progress">Told the share that is made, from 0 to 1.</param>
    /// <exception cref="ModelFormatException">A tensor is missing, or has another shape or an unsupported type.</exception>
    public QuantizedWeights(QuantizedTable table, ModelWeights weights, QuantizedFile? file, ThreadTeam team, Action<double> progress)
    {
        _file = file;
        Format = table.Format;
        var repacked = default(RepackCount);
        var kept = file?.TryOpen(team, out _start, out repacked);
        WereKept = kept is not null;
        _memory = kept ?? (IDisposable)Make(table, weights, team, progress, out _start, out repacked);
        Repacked = repacked;
        _matrices = table.Entries.ToDictionary(entry => entry.Name, entry => entry.At(_start), StringComparer.Ordinal);
    }

    /// <summary>The format of the layers.</summary>
    public QuantizedFormat Format { get; }

    /// <summary>True when an earlier start had made them.</summary>
    public bool WereKept { get; }

    /// <summary>What became of weights that the checkpoint has in packed form.</summary>
    public RepackCount Repacked { get; }

    /// <summary>For the log: whether they were made now, and how.</summary>
    public string Origin =>
        (WereKept ? "kept by an earlier start" : "quantized at this start") + (Repacked.Describe() is { } fate ? $"; {fate}" : "");

    /// <summary>The matrix of a tensor's name.</summary>
    public QuantizedMatrix Matrix(string name) => _matrices[name];

    /// <summary>Has what was made written to its file, beside whatever follows; a failure is reported and is none of the model's.</summary>
    public void Keep()
    {
        if (!WereKept && _file is { } file)
        {
            _keeping = Task.Run(() => file.Write(_start, Repacked));
        }
    }

    /// <summary>Gives the memory back as soon as the file is written, for whoever has copies of all matrices.</summary>
    public void ReleaseWhenKept() =>
        _keeping = _keeping.ContinueWith(_ => Release(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    /// <summary>Gives the memory back, once the file is written.</summary>
    public void Dispose()
    {
        _keeping.Wait();
        Release();
    }

    private void Release() => Interlocked.Exchange(ref _memory, null)?.Dispose();

    private static VirtualMemory Make(
        QuantizedTable table, ModelWeights weights, ThreadTeam team, Action<double> progress, out nint start, out RepackCount repacked)
    {
        var memory = new VirtualMemory(table.ByteCount, "the quantized weights; use a machine with more memory");
        try
        {
            memory.AskForHugePages();
            start = (nint)memory.Start;
            repacked = WeightQuantizing.Run(table, weights, start, team, progress);
            return memory;
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }
}
