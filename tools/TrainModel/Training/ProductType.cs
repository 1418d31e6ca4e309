using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.TrainModel.Training;

/// <summary>
/// The number type of the matrix products in training. A processor with instructions for bfloat16 is several times faster in it;
/// one without (AVX2) emulates it and is some twenty times slower.
/// </summary>
internal static class ProductType
{
    private const int Rows = 512;
    private const int Inner = 256;
    private const int Columns = 576;

    private static readonly Lazy<ScalarType> s_fastest = new(Measure);

    /// <summary>The faster one of bfloat16 and float32 on this machine, measured once.</summary>
    public static ScalarType Fastest => s_fastest.Value;

    private static ScalarType Measure()
    {
        using var noGradient = no_grad();
        return Time(ScalarType.BFloat16) < Time(ScalarType.Float32) ? ScalarType.BFloat16 : ScalarType.Float32;
    }

    private static TimeSpan Time(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var (left, right) = (zeros(Rows, Inner, type), zeros(Inner, Columns, type));
        left.mm(right);
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 3; i++)
        {
            left.mm(right);
        }

        return watch.Elapsed;
    }
}
