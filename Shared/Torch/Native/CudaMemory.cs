namespace Rill.Torch.Native;

/// <summary>
/// A CUDA device's memory, page by page. Pages that were taken stay with the process, to be mapped elsewhere: making one costs several times
/// what mapping it does, and the whole device is the model's anyway. They go back when this is disposed.
/// </summary>
/// <param name="device">The device's number.</param>
internal sealed class CudaMemory(int device) : IDeviceMemory, IDisposable
{
    private readonly Dictionary<nint, ulong> _mapped = [];
    private readonly Stack<ulong> _idle = new();

    public long PageBytes { get; } = GranularityOf(device);

    public long TakenBytes => (_mapped.Count + _idle.Count) * PageBytes;

    public nint Reserve(long bytes)
    {
        Check(CudaDriver.Reserve(bytes, out var start), "reserving addresses");
        return start;
    }

    public void Free(nint start, long bytes)
    {
        for (var page = start; page < start + (nint)bytes; page += (nint)PageBytes)
        {
            if (_mapped.ContainsKey(page))
            {
                Unmap(page, PageBytes);
            }
        }

        _ = CudaDriver.Free(start, bytes);
    }

    public void Map(nint start, long bytes)
    {
        var end = start + (nint)bytes;
        var page = start;
        try
        {
            for (; page < end; page += (nint)PageBytes)
            {
                MapPage(page);
            }

            Check(CudaDriver.Open(device, start, bytes), "opening memory to the device");
        }
        catch (DeviceMemoryException)
        {
            while (page > start)
            {
                page -= (nint)PageBytes;
                TakeAway(page);
            }

            throw;
        }
    }

    public void Unmap(nint start, long bytes)
    {
        Check(CudaRuntime.cudaSetDevice(device), "choosing the device");
        Check(CudaRuntime.cudaDeviceSynchronize(), "waiting for the device");
        for (var page = start; page < start + (nint)bytes; page += (nint)PageBytes)
        {
            TakeAway(page);
        }
    }

    public void Dispose()
    {
        while (_idle.TryPop(out var handle))
        {
            _ = CudaDriver.Release(handle);
        }
    }

    private static long GranularityOf(int device)
    {
        Check(CudaDriver.Granularity(device, out var bytes), "asking for the size of a page");
        return (long)bytes;
    }

    private static void Check(int error, string what)
    {
        if (error != 0)
        {
            throw new DeviceMemoryException($"{what} failed: {CudaDriver.Describe(error)}");
        }
    }

    private void MapPage(nint page)
    {
        if (!_idle.TryPop(out var handle))
        {
            Check(CudaDriver.Create(device, PageBytes, out handle), "taking a page of memory");
        }

        var error = CudaDriver.Map(page, PageBytes, handle);
        if (error != 0)
        {
            _idle.Push(handle);
            Check(error, "mapping memory");
        }

        _mapped[page] = handle;
    }

    private void TakeAway(nint page)
    {
        Check(CudaDriver.Unmap(page, PageBytes), "unmapping memory");
        _idle.Push(_mapped[page]);
        _mapped.Remove(page);
    }
}
