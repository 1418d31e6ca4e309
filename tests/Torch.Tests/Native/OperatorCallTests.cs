using Rill.Torch.Native;
using TorchSharp;

namespace Rill.Torch.Tests.Native;

/// <summary>Operators that run on a CPU, with every kind of argument that the GPU's have.</summary>
public sealed class OperatorCallTests
{
    public OperatorCallTests() => NativeTorch.Load();

    [Theory]
    [InlineData(null)]
    [InlineData(0.7)]
    public void TryInvoke_TensorsNumbersFlagsAndOptionals_GivesAllResults(double? scale)
    {
        using var query = torch.randn(1, 2, 3, 8);
        using var key = torch.randn(1, 2, 5, 8);
        using var value = torch.randn(1, 2, 5, 8);
        using var mask = torch.randn(1, 1, 3, 5);

        // (Tensor query, Tensor key, Tensor value, float dropout_p, bool is_causal, *, Tensor? attn_mask, float? scale) -> (Tensor, Tensor)
        var results = new OperatorCall("aten::_scaled_dot_product_flash_attention_for_cpu")
            .Tensor(query).Tensor(key).Tensor(value).Double(0).Bool(false).OptionalTensor(mask).OptionalDouble(scale).TryInvoke(2);

        Assert.NotNull(results);
        using var scores = (query.matmul(key.transpose(2, 3)) * (scale ?? (1 / Math.Sqrt(8)))) + mask;
        AssertClose(scores.softmax(3).matmul(value), results[0]);
        AssertClose(scores.logsumexp(3), results[1]);
    }

    [Fact]
    public void TryInvoke_Lists_Arrive()
    {
        using var input = torch.randn(4, 6);
        using var weight = torch.randn(6);

        // (Tensor input, int[] normalized_shape, Tensor? weight, float? eps) -> (Tensor, Tensor)
        var results = new OperatorCall("aten::_fused_rms_norm").Tensor(input).Integers(6).OptionalTensor(weight).OptionalDouble(1e-5).TryInvoke(2);

        Assert.NotNull(results);
        AssertClose(input * (input.square().mean([1], keepdim: true) + 1e-5).rsqrt() * weight, results[0]);
    }

    [Fact]
    public void TryInvoke_OptionalIntegers_Arrive()
    {
        using var input = torch.arange(10);

        // (Tensor self, int dim, SymInt? start, SymInt? end, SymInt step) -> Tensor
        var results = new OperatorCall("aten::slice", "Tensor").Tensor(input).Integer(0).OptionalInteger(2).OptionalInteger(null).Integer(3).TryInvoke(1);

        Assert.Equal([2, 5, 8], results![0].data<long>().ToArray());
    }

    [Fact]
    public void TryInvoke_TensorsLeftToTheCaller_StayUsable()
    {
        using var input = torch.ones(3);

        for (var call = 0; call < 100; call++)
        {
            using var result = new OperatorCall("aten::neg").Tensor(input).TryInvoke(1)![0];
        }

        Assert.Equal(3f, input.sum().ToSingle());
    }

    [Fact]
    public void TryInvoke_UnknownOperator_GivesNull()
    {
        using var input = torch.ones(3);

        Assert.Null(new OperatorCall("aten::no_such_operator").Tensor(input).TryInvoke(1));
    }

    private static void AssertClose(torch.Tensor expected, torch.Tensor actual) => Assert.True(torch.allclose(expected, actual, 1e-4, 1e-5));
}
