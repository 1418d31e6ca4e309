using Rill.Torch.Gpu.Kernels;
using Rill.Torch.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Tests.Gpu.Kernels;

/// <summary>What a step sends, over a device that copies as late as it may.</summary>
public sealed class StepUploadTests : IDisposable
{
    private readonly LaggingDevice _device = new();

    public StepUploadTests() => NativeTorch.Load();

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Send_SeveralParts_AreOneCopyAndLieWhereTheyWereSaidTo()
    {
        using var upload = new StepUpload<long>(_device, CPU, capacity: 8);
        using var scope = NewDisposeScope();
        upload.Begin();
        var (first, none, second) = (upload.Add([1L, 2]), upload.Add([]), upload.Add([3L, 4, 5]));
        upload.Send();
        _device.CatchUp();

        Assert.Equal([1L, 2], upload[first].data<long>().ToArray());
        Assert.Equal(0, upload[none].NumberOfElements);
        Assert.Equal([3L, 4, 5], upload[second].data<long>().ToArray());
        Assert.Equal(1, _device.Copies);
    }

    /// <summary>The host writes what it sends next while copies are under way: none of them may see it.</summary>
    [Fact]
    public void Send_WhileCopiesAreUnderWay_LeavesThemWhatTheyWereGiven()
    {
        using var upload = new StepUpload<double>(_device, CPU, capacity: 4);
        using var scope = NewDisposeScope();
        for (var step = 0; step < 5; step++)
        {
            upload.Begin();
            upload.Add([step + 0.5, step]);
            upload.Send();
        }

        _device.CatchUp();

        Assert.Equal([[0.5, 0], [1.5, 1], [2.5, 2], [3.5, 3], [4.5, 4]], _device.Arrived);
    }

    [Fact]
    public void Send_FewSteps_WaitsForNothing()
    {
        using var upload = new StepUpload<long>(_device, CPU, capacity: 4);
        for (var step = 0; step < 2; step++)
        {
            upload.Begin();
            upload.Add([7L]);
            upload.Send();
        }

        Assert.Equal(0, _device.Copies);
    }

    [Fact]
    public void Send_MoreThanThereIsRoomFor_Grows()
    {
        using var upload = new StepUpload<long>(_device, CPU, capacity: 2);
        using var scope = NewDisposeScope();
        for (var count = 1; count < 40; count += 6)
        {
            upload.Begin();
            var range = upload.Add([.. Enumerable.Range(0, count).Select(value => (long)value)]);
            upload.Send();
            _device.CatchUp();

            Assert.Equal(Enumerable.Range(0, count).Select(value => (long)value), upload[range].data<long>().ToArray());
        }
    }

    [Fact]
    public void Send_WithinItsRoom_NeverMoves()
    {
        using var upload = new StepUpload<long>(_device, CPU, capacity: 3);
        using var scope = NewDisposeScope();
        upload.Begin();
        var range = upload.Add([1L, 2, 3]);
        upload.Send();
        var view = upload[range];
        upload.Begin();
        upload.Add([4L, 5, 6]);
        upload.Send();
        _device.CatchUp();

        Assert.Equal([4L, 5, 6], view.data<long>().ToArray());
    }

    [Fact]
    public void Send_Nothing_CopiesNothing()
    {
        using var upload = new StepUpload<long>(_device, CPU, capacity: 1);

        upload.Begin();
        upload.Send();
        _device.CatchUp();

        Assert.Equal(0, _device.Copies);
    }

    /// <summary>Copies when somebody waits, as a busy GPU would.</summary>
    private sealed class LaggingDevice : IStepDevice
    {
        private readonly Queue<Action> _queue = [];

        public string Name => "lagging";

        public Version? Capability => null;

        public int Copies { get; private set; }

        /// <summary>What arrived, copy by copy, where it was numbers of doubles.</summary>
        public List<double[]> Arrived { get; } = [];

        public void CatchUp()
        {
            while (_queue.TryDequeue(out var work))
            {
                work();
            }
        }

        public IDisposable? Enter() => null;

        public void Synchronize() => CatchUp();

        public void CopyIn(Tensor source, Tensor target)
        {
            var (from, to) = (source.alias(), target.alias());
            _queue.Enqueue(() =>
            {
                Copies++;
                to.copy_(from);
                if (to.dtype == ScalarType.Float64)
                {
                    Arrived.Add(to.data<double>().ToArray());
                }

                from.Dispose();
                to.Dispose();
            });
        }

        public IStepMark Mark() => new QueuedMark(this);

        public long? FreeMemory() => null;

        public IStepGraph Capture(Func<Tensor> work) => throw new StepGraphException("it is too slow");

        public void Dispose() => CatchUp();

        private sealed class QueuedMark : IStepMark
        {
            private readonly LaggingDevice _device;
            private bool _isReached;

            public QueuedMark(LaggingDevice device)
            {
                _device = device;
                device._queue.Enqueue(() => _isReached = true);
            }

            public void Wait()
            {
                while (!_isReached)
                {
                    _device._queue.Dequeue()();
                }
            }

            public void Dispose()
            {
            }
        }
    }
}
