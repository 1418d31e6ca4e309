using Rill.Torch.Kernels;
using Rill.Torch.Runtime;
using TorchSharp;

namespace Rill.Torch.Tests.Kernels;

public sealed class HostLinearTests
{
    public HostLinearTests() => NativeTorch.Load();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Forward_AnyMultipleOfFourRows_GivesARowTheSameBits(bool reorder)
    {
        using var inference = torch.inference_mode();
        using var linear = NewLinear(64, 200, reorder);
        using var input = torch.rand(40, 64);
        var expected = Row(linear, input, 4, 2);

        for (var rows = 8; rows <= 40; rows += HostLinear.RowMultiple)
        {
            Assert.Equal(expected, Row(linear, input, rows, 2));
        }
    }

    [Fact]
    public void Forward_Reordered_AgreesWithThePlainOne()
    {
        using var inference = torch.inference_mode();
        using var input = torch.rand(4, 50) - 0.5;
        using var reordered = NewLinear(50, 33, reorder: true);
        using var plain = NewLinear(50, 33, reorder: false);

        Assert.All(Row(reordered, input, 4, 3).Zip(Row(plain, input, 4, 3)), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    private static HostLinear NewLinear(long inputs, long outputs, bool reorder)
    {
        torch.manual_seed(5);
        return new(torch.rand(outputs, inputs) - 0.5, torch.rand(outputs), reorder);
    }

    private static float[] Row(HostLinear linear, torch.Tensor input, int rows, int row)
    {
        using var chosen = input.narrow(0, 0, rows);
        using var result = linear.Forward(chosen);
        using var wanted = result.select(0, row);
        return wanted.data<float>().ToArray();
    }
}
