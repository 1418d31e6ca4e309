using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rill.Torch.Native;

namespace Rill.Torch.Tests.Native;

/// <summary>A CUDA device's pages, over a driver that keeps a book; the driver's own calls need a GPU.</summary>
public sealed class CudaMemoryTests
{
    private const int Page = 2 << 20;
    private const nint Start = 100 * (nint)Page;

    private readonly BookedDriver _driver = new();

    [Fact]
    public void Map_SeveralPages_OpensThemAtOnce()
    {
        using var memory = new CudaMemory(_driver);

        memory.Map(Start, 3 * Page);

        Assert.Equal((Page, 3 * Page), (memory.PageBytes, memory.TakenBytes));
        Assert.Equal([Start, Start + Page, Start + (2 * Page)], _driver.Mapped.Keys.Order());
        Assert.Equal([(Start, 3L * Page)], _driver.Opened);
        memory.Unmap(Start, 3 * Page);
    }

    [Fact]
    public void Unmap_WaitsForTheDeviceAndKeepsThePagesForTheNext()
    {
        using var memory = new CudaMemory(_driver);
        memory.Map(Start, 2 * Page);

        memory.Unmap(Start + Page, Page);
        memory.Map(Start + (7 * Page), Page);

        Assert.Equal(["map", "map", "wait", "unmap", "map"], _driver.Calls);
        Assert.Equal((2, 2 * Page), (_driver.Created, memory.TakenBytes));
        memory.Unmap(Start, Page);
        memory.Unmap(Start + (7 * Page), Page);
    }

    [Theory]
    [InlineData("create")]
    [InlineData("map")]
    [InlineData("open")]
    public void Map_FailsHalfWay_LeavesNothingMapped(string failing)
    {
        using (var memory = new CudaMemory(_driver))
        {
            _driver.FailsAt = (failing, failing == "open" ? 1 : 3);

            var error = Assert.Throws<DeviceMemoryException>(() => memory.Map(Start, 4 * Page));

            Assert.Equal("out of memory", error.Message);
            Assert.Empty(_driver.Mapped);
            _driver.FailsAt = default;
            memory.Map(Start, 4 * Page);
            Assert.Equal((4, 4 * Page), (_driver.Mapped.Count, memory.TakenBytes));
            memory.Unmap(Start, 4 * Page);
        }

        Assert.Equal(0, _driver.Alive);
    }

    [SkippableFact]
    public void Create_WithoutADriver_SaysThatTheLibraryIsMissing()
    {
        Skip.If(NativeLibrary.TryLoad("libcuda.so.1", out _), "There is a driver.");

        Assert.Throws<DllNotFoundException>(() => new CudaMemory(new CudaPageDriver(0)));
    }

    /// <summary>
    /// cuda.h: CUmemAllocationProp has 32 bytes, the type at 0, the location's type at 8 and its number at 12; CUmemAccessDesc has 12.
    /// </summary>
    [Fact]
    public void Structures_LieAsTheDriverReadsThem()
    {
        var allocation = new CudaDriver.Allocation(device: 3);
        var words = MemoryMarshal.Cast<CudaDriver.Allocation, int>(new Span<CudaDriver.Allocation>(ref allocation)).ToArray();
        var access = new CudaDriver.Access(device: 3);

        Assert.Equal([1, 0, 1, 3, 0, 0, 0, 0], words);
        Assert.Equal([1, 3, 3], MemoryMarshal.Cast<CudaDriver.Access, int>(new Span<CudaDriver.Access>(ref access)).ToArray());
        Assert.Equal((32, 12), (Unsafe.SizeOf<CudaDriver.Allocation>(), Unsafe.SizeOf<CudaDriver.Access>()));
    }

    private sealed class BookedDriver : IPageDriver
    {
        private readonly Dictionary<string, int> _count = [];
        private readonly HashSet<ulong> _handles = [];

        public Dictionary<nint, ulong> Mapped { get; } = [];

        public List<(nint, long)> Opened { get; } = [];

        public List<string> Calls { get; } = [];

        public int Created { get; private set; }

        public int Alive => _handles.Count;

        /// <summary>Which call fails, from which time on.</summary>
        public (string? Call, int From) FailsAt { get; set; }

        public long Granularity() => Page;

        public nint Reserve(long bytes) => Start;

        public void Free(nint start, long bytes)
        {
        }

        public ulong Create(long bytes)
        {
            Try("create");
            _handles.Add((ulong)++Created);
            return (ulong)Created;
        }

        public void Release(ulong handle)
        {
            Assert.DoesNotContain(handle, Mapped.Values);
            Assert.True(_handles.Remove(handle));
        }

        public void Map(nint start, long bytes, ulong handle)
        {
            Try("map");
            Assert.DoesNotContain(handle, Mapped.Values);
            Calls.Add("map");
            Mapped.Add(start, handle);
        }

        public void Open(nint start, long bytes)
        {
            Try("open");
            Opened.Add((start, bytes));
        }

        public void Unmap(nint start, long bytes)
        {
            Calls.Add("unmap");
            Assert.True(Mapped.Remove(start));
        }

        public void Synchronize() => Calls.Add("wait");

        private void Try(string call)
        {
            var count = _count[call] = _count.GetValueOrDefault(call) + 1;
            if (call == FailsAt.Call && count >= FailsAt.From)
            {
                throw new DeviceMemoryException("out of memory");
            }
        }
    }
}
