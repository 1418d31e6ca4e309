using ILGPU;

namespace Rill.Torch.Gpu.Kernels;

/// <summary>Products of few rows with a matrix in packed panels, and the matrix's elements back from their codes.</summary>
internal static class PanelKernel
{
    private const int PanelOutputs = 16;
    private const int BlockInner = 32;
    private const int BlockLanes = 16;      // threads that read a block together, sixteen or thirty-two bytes each
    private const int MostWarps = 8;
    private const int MostRows = 4;
    private const int ScaleUnits = 2;

    /// <summary>
    /// target = input * matrixᵀ (+ bias), summed in f32. A group of at most 256 threads for each panel and TSums' rows of input; half a warp
    /// reads a block, each thread sixteen bytes (q4) or twice that (q8) of four outputs' codes.
    /// </summary>
    /// <param name="codes">The panels in units of 16 bytes.</param>
    /// <param name="scales">The same memory in units of 8 bytes.</param>
    /// <param name="input">[rows, inner] by fours; inner is a multiple of 32.</param>
    /// <param name="bias">[outputs]; anything where there is none.</param>
    /// <param name="target">[rows, outputs].</param>
    /// <param name="rows">Rows of input.</param>
    /// <param name="outputs">Rows of the matrix.</param>
    /// <param name="blocks">Blocks of a panel.</param>
    /// <param name="hasBias">1 to add the bias, else 0.</param>
    public static void Multiply<T, TBlocks, TSums>(
        ArrayView<Codes> codes, ArrayView<Scales> scales, ArrayView<Quad<T>> input, ArrayView<T> bias, ArrayView<T> target,
        int rows, int outputs, int blocks, int hasBias)
        where T : unmanaged, IKernelElement<T> where TBlocks : IPanelBlocks where TSums : unmanaged, IPanelSums<TSums>
    {
        var panels = (outputs + PanelOutputs - 1) / PanelOutputs;
        var panel = Grid.IdxX % panels;
        var first = Grid.IdxX / panels * TSums.Rows;
        var lane = Group.IdxX % BlockLanes;
        var stride = (long)blocks * (BlockInner / 4);
        var sums = default(TSums);
        for (var block = Group.IdxX / BlockLanes; block < blocks; block += Group.DimX / BlockLanes)
        {
            var start = (((long)panel * blocks) + block) * TBlocks.Units;
            var factors = scales[((start + TBlocks.Units - ScaleUnits) * 2) + (lane % 4)];    // copied, so that it is one load
            var near = codes[start + lane];
            var far = TBlocks.Second == 0 ? near : codes[start + TBlocks.Second + lane];
            var at = (first * stride) + (block * (BlockInner / 4)) + (lane / 4);
            sums = sums.Add<T, TBlocks>(near, far, factors.Values, input, at, stride, rows - 1 - first);
        }

        var shared = SharedMemory.Allocate<float>(MostWarps * MostRows * PanelOutputs);
        sums = sums.OverLanes();
        if (Group.IdxX % KernelMath.WarpSize < 4)
        {
            sums.Store(shared, (Group.IdxX / KernelMath.WarpSize * TSums.Rows * PanelOutputs) + (4 * (Group.IdxX % KernelMath.WarpSize)));
        }

        Group.Barrier();
        for (var i = Group.IdxX; i < TSums.Rows * PanelOutputs; i += Group.DimX)
        {
            var row = first + (i / PanelOutputs);
            var output = (panel * PanelOutputs) + (i % PanelOutputs);
            if (row < rows && output < outputs)
            {
                var total = hasBias == 1 ? bias[output].Value : 0f;
                for (var warp = 0; warp < Group.DimX / KernelMath.WarpSize; warp++)
                {
                    total += shared[(warp * TSums.Rows * PanelOutputs) + i];
                }

                target[((long)row * outputs) + output] = T.Of(total);
            }
        }
    }

    /// <summary>
    /// Writes whole panels' outputs as rows of a matrix: a thread for four elements of an output, eight neighbours for its block, so that
    /// reads and writes are of lines.
    /// </summary>
    /// <param name="words">The panels in words of 4 bytes.</param>
    /// <param name="target">[outputs, inner], the first panel's first.</param>
    /// <param name="firstPanel">The first panel.</param>
    /// <param name="outputs">Outputs to write.</param>
    /// <param name="inner">Columns of the matrix.</param>
    /// <param name="blocks">Blocks of a panel.</param>
    public static void Dequantize<T, TBlocks>(
        ArrayView<uint> words, ArrayView<T> target, int firstPanel, int outputs, int inner, int blocks)
        where T : unmanaged, IKernelElement<T> where TBlocks : IPanelBlocks
    {
        var i = ((long)Grid.IdxX * Group.DimX) + Group.IdxX;
        var chunk = (int)(i % (BlockInner / 4));
        var lane = (int)(i / (BlockInner / 4) % PanelOutputs);
        var block = i / (BlockInner / 4) / PanelOutputs;
        var row = ((block / blocks) * PanelOutputs) + lane;
        if (row < outputs)
        {
            var column = (int)(block % blocks) * BlockInner;
            Write<T, TBlocks>(words, target, ((long)firstPanel * blocks) + block, lane, chunk, row * inner, column, inner);
        }
    }

    /// <summary>The rows of a matrix that ids name, target [ids, inner]: a group of threads for each.</summary>
    /// <param name="words">The panels in words of 4 bytes.</param>
    /// <param name="ids">Rows of the matrix.</param>
    /// <param name="target">[ids, inner].</param>
    /// <param name="inner">Columns of the matrix.</param>
    /// <param name="blocks">Blocks of a panel.</param>
    public static void Gather<T, TBlocks>(ArrayView<uint> words, ArrayView<long> ids, ArrayView<T> target, int inner, int blocks)
        where T : unmanaged, IKernelElement<T> where TBlocks : IPanelBlocks
    {
        var id = ids[Grid.IdxX];
        for (var i = Group.IdxX; i < blocks * (BlockInner / 4); i += Group.DimX)
        {
            var block = i / (BlockInner / 4);
            Write<T, TBlocks>(
                words, target, (id / PanelOutputs * blocks) + block, (int)(id % PanelOutputs), i % (BlockInner / 4), (long)Grid.IdxX * inner,
                block * BlockInner, inner);
        }
    }

    /// <summary>Four elements of an output's block.</summary>
    private static void Write<T, TBlocks>(
        ArrayView<uint> words, ArrayView<T> target, long block, int lane, int chunk, long row, int first, int inner)
        where T : unmanaged, IKernelElement<T> where TBlocks : IPanelBlocks
    {
        var start = block * TBlocks.Units * 4;
        var at = start + ((chunk % 4) * PanelOutputs) + lane;
        var codes = TBlocks.Decode(words[at], words[at + (TBlocks.Second * 4)]);
        var pair = words[start + ((TBlocks.Units - ScaleUnits) * 4) + (lane / 2)];
        var scale = Interop.IntAsFloat(lane % 2 == 0 ? pair << 16 : pair & 0xFFFF0000);
        var column = first + (4 * chunk);
        Put(target, row, column, inner, scale * (chunk < 4 ? codes.A : codes.E));
        Put(target, row, column + 1, inner, scale * (chunk < 4 ? codes.B : codes.F));
        Put(target, row, column + 2, inner, scale * (chunk < 4 ? codes.C : codes.G));
        Put(target, row, column + 3, inner, scale * (chunk < 4 ? codes.D : codes.H));
    }

    private static void Put<T>(ArrayView<T> target, long row, int column, int inner, float value) where T : unmanaged, IKernelElement<T>
    {
        if (column < inner)
        {
            target[row + column] = T.Of(value);
        }
    }
}
