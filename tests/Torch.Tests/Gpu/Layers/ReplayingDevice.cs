using Rill.Torch.Gpu.Kernels;
using static TorchSharp.torch;

namespace Rill.Torch.Tests.Gpu.Layers;

/// <summary>
/// Captures on the CPU, as a GPU would: work that is captured must not be looked at before a replay, so the stand-in spoils what the
/// capture computed; a replay does the work again and writes its results to the memory of the captured ones.
/// </summary>
internal sealed class ReplayingDevice : IStepDevice
{
    private int _entered;

    public string Name { get; init; } = "stand-in";

    public int Captures { get; private set; }

    public int Launches { get; private set; }

    public int Graphs { get; private set; }

    public int Synchronizations { get; private set; }

    public bool IsEntered => _entered > 0;

    /// <summary>Called before each capture, each launch: may throw.</summary>
    public Action<string> Before { get; set; } = static _ => { };

    /// <summary>True to launch without effect.</summary>
    public bool LosesLaunches { get; set; }

    public Version? Capability { get; init; }

    public IDisposable? Enter()
    {
        _entered++;
        return new Leave(this);
    }

    public void Synchronize() => Synchronizations++;

    /// <summary>Called when a mark is waited for.</summary>
    public Action Waited { get; set; } = static () => { };

    /// <summary>Marks that were made and not disposed.</summary>
    public int OpenMarks { get; private set; }

    /// <summary>Whether the last mark was waited for.</summary>
    public bool IsWaitedFor { get; private set; }

    public IStepMark Mark()
    {
        IsWaitedFor = false;
        OpenMarks++;
        return new Waiting(this);
    }

    /// <summary>Copies to the device.</summary>
    public int Uploads { get; private set; }

    public void CopyIn(Tensor source, Tensor target)
    {
        Uploads++;
        target.copy_(source);
    }

    public long? Free { get; set; }

    public long? FreeMemory() => Free;

    public IStepGraph Capture(Func<Tensor> work)
    {
        Before("capture");
        Captures++;
        var result = work();
        result.fill_(float.NaN);
        Graphs++;
        return new Graph(this, work, result);
    }

    public void Dispose()
    {
    }

    private sealed class Leave(ReplayingDevice device) : IDisposable
    {
        public void Dispose() => device._entered--;
    }

    private sealed class Waiting(ReplayingDevice device) : IStepMark
    {
        public void Wait()
        {
            device.IsWaitedFor = true;
            device.Waited();
        }

        public void Dispose() => device.OpenMarks--;
    }

    private sealed class Graph(ReplayingDevice device, Func<Tensor> work, Tensor result) : IStepGraph
    {
        public void Launch()
        {
            device.Before("launch");
            device.Launches++;
            if (!device.LosesLaunches)
            {
                using var again = work();
                result.copy_(again);
            }
        }

        public void Dispose() => device.Graphs--;
    }
}
