namespace Rill.Torch.Native;

/// <summary>
/// A CUDA device's memory, page by page. Pages that were taken stay with the process, to be mapped elsewhere: making one costs several times
/// what mapping it does, and the whole device is the model's anyway. They go back when this is disposed.
/// </summary>
/// <param name="driver">The device's driver.</param>
internal sealed class CudaMemory(IPageDriver driver) : IDeviceMemory, IDisposable
{
    private readonly Dictionary<nint, ulong> _mapped = [];
    private readonly Stack<ulong> _idle = new();

    public long PageBytes { get; } = driver.Granularity();

    public long TakenBytes => (_mapped.Count + _idle.Count) * PageBytes;

    public nint Reserve(long bytes) => driver.Reserve(bytes);

    public void Free(nint start, long bytes) => driver.Free(start, bytes);

    public void Map(nint start, long bytes)
    {
        var mapped = 0L;
        try
        {
            for (; mapped < bytes; mapped += PageBytes)
            {
                MapPage(start + (nint)mapped);
            }

            driver.Open(start, bytes);
        }
        catch (DeviceMemoryException)
        {
            TakeAway(start, mapped);
            throw;
        }
    }

    public void Unmap(nint start, long bytes)
    {
        driver.Synchronize();
        TakeAway(start, bytes);
    }

    public void Dispose()
    {
        while (_idle.TryPop(out var handle))
        {
            driver.Release(handle);
        }
    }

    private void MapPage(nint page)
    {
        if (!_idle.TryPop(out var handle))
        {
            handle = driver.Create(PageBytes);
        }

        try
        {
            driver.Map(page, PageBytes, handle);
        }
        catch (DeviceMemoryException)
        {
            _idle.Push(handle);
            throw;
        }

        _mapped[page] = handle;
    }

    private void TakeAway(nint start, long bytes)
    {
        for (var taken = 0L; taken < bytes; taken += PageBytes)
        {
            var page = start + (nint)taken;
            driver.Unmap(page, PageBytes);
            _idle.Push(_mapped[page]);
            _mapped.Remove(page);
        }
    }
}
