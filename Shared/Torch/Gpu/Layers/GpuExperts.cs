using Rill.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// The experts of one layer: three ways to the same products. Letters: N rows, E experts, k of them for each row, C = N k choices,
/// h hidden, w width of an expert.
/// </summary>
/// <param name="activation">Between an expert's projections.</param>
/// <param name="gateUp">[E, 2 w, h], and biases [E, 2 w] or null.</param>
/// <param name="down">[E, h, w], and biases [E, h] or null.</param>
/// <param name="mostGatheredBytes">No more bytes of matrices are copied at once, except for one expert's.</param>
internal sealed class GpuExperts(
    Activation activation, (Tensor Weight, Tensor? Bias) gateUp, (Tensor Weight, Tensor? Bias) down, long mostGatheredBytes = 64L << 20)
{
    /// <summary>
    /// The chosen experts' results in fixed shapes. Copying a choice's matrices reads, writes and reads them again; so where the
    /// choices are a third as many as the experts, it costs less to send all rows through every expert.
    /// </summary>
    /// <param name="input">Rows [N, h].</param>
    /// <param name="experts">int64 [N, k].</param>
    /// <param name="factors">What each choice's input is multiplied with, [N, k]; null for nothing.</param>
    /// <returns>[N, k, h].</returns>
    public Tensor Fixed(Tensor input, Tensor experts, Tensor? factors) =>
        3 * experts.NumberOfElements < gateUp.Weight.shape[0] ? Gathered(input, experts, factors) : All(input, experts, factors);

    /// <summary>As <see cref="Fixed"/>: copies the chosen experts' matrices, some at a time, and multiplies each with its row.</summary>
    public Tensor Gathered(Tensor input, Tensor experts, Tensor? factors)
    {
        var (rows, top) = (experts.shape[0], experts.shape[1]);
        var inputs = Repeated(input, factors, top);
        var choices = experts.flatten();
        var step = AtOnce();
        var results = new List<Tensor>();
        for (long first = 0; first < choices.shape[0]; first += step)
        {
            // The last piece's copies are left to the caller's scope: the pieces before it had the same memory, which a captured step keeps.
            var count = Math.Min(step, choices.shape[0] - first);
            using var scope = first + count < choices.shape[0] ? NewDisposeScope() : null;
            var result = Products(inputs.narrow(0, first, count).unsqueeze(1), choices.narrow(0, first, count));
            results.Add(scope is null ? result : result.MoveToOuterDisposeScope());
        }

        return (results.Count == 1 ? results[0] : cat(results, 0)).view(rows, top, -1);
    }

    /// <summary>As <see cref="Fixed"/>: sends all rows through every expert, and takes what was chosen.</summary>
    public Tensor All(Tensor input, Tensor experts, Tensor? factors)
    {
        var (rows, top, count) = (experts.shape[0], experts.shape[1], gateUp.Weight.shape[0]);
        var inputs = input.unsqueeze(0).expand(count, rows, input.shape[1]);
        if (factors is not null)
        {
            var byExpert = zeros([rows, count], factors.dtype, factors.device).scatter_(1, experts, factors);
            inputs = inputs * byExpert.transpose(0, 1).unsqueeze(2);
        }

        var products = Products(inputs, experts: null).view(count * rows, -1);
        var places = (experts * rows) + arange(rows, ScalarType.Int64, experts.device).unsqueeze(1);
        return products.index_select(0, places.flatten()).view(rows, top, -1);
    }

    /// <summary>
    /// The chosen experts' results, each expert's rows in one product. Reads back how many rows each expert has, so it is for prompts.
    /// Parameters and result as <see cref="Fixed"/>.
    /// </summary>
    public Tensor Sorted(Tensor input, Tensor experts, Tensor? factors)
    {
        var (rows, top) = (experts.shape[0], experts.shape[1]);
        var choices = experts.flatten();
        var order = choices.argsort();
        var counts = choices.bincount(weights: null, minlength: gateUp.Weight.shape[0]).cpu().data<long>().ToArray();
        var inputs = Repeated(input, factors, top).index_select(0, order);
        var results = new List<Tensor>();
        long first = 0;
        foreach (var (expert, count) in counts.Index().Where(expert => expert.Item > 0))
        {
            using var scope = NewDisposeScope();
            results.Add(Product(inputs.narrow(0, first, count), expert).MoveToOuterDisposeScope());
            first += count;
        }

        return cat(results, 0).index_select(0, order.argsort()).view(rows, top, -1);
    }

    /// <summary>Rows once for each of their choices, [C, h].</summary>
    private static Tensor Repeated(Tensor input, Tensor? factors, long top)
    {
        var repeated = input.unsqueeze(1).expand(input.shape[0], top, input.shape[1]);
        return (factors is null ? repeated : repeated * factors.unsqueeze(2)).reshape(input.shape[0] * top, input.shape[1]);
    }

    /// <summary>How many experts' matrices are copied at once.</summary>
    private long AtOnce()
    {
        var bytes = (gateUp.Weight.NumberOfElements + down.Weight.NumberOfElements) / gateUp.Weight.shape[0] * gateUp.Weight.ElementSize;
        return Math.Max(1, mostGatheredBytes / bytes);
    }

    /// <summary>Rows [n, h] through one expert.</summary>
    private Tensor Product(Tensor rows, int expert)
    {
        var inner = GpuActivation.Gate(activation, nn.functional.linear(rows, gateUp.Weight.select(0, expert), gateUp.Bias?.select(0, expert)));
        return nn.functional.linear(inner, down.Weight.select(0, expert), down.Bias?.select(0, expert));
    }

    /// <summary>Rows [B, n, h], each n through an expert of its own: the chosen ones int64 [B], or one after the other where null.</summary>
    private Tensor Products(Tensor rows, Tensor? experts)
    {
        var inner = GpuActivation.Gate(activation, Batched(rows, gateUp, experts));
        return Batched(inner, down, experts);
    }

    private static Tensor Batched(Tensor rows, (Tensor Weight, Tensor? Bias) layer, Tensor? experts)
    {
        var products = rows.bmm(Of(layer.Weight, experts).transpose(1, 2));
        return layer.Bias is null ? products : products.add_(Of(layer.Bias, experts).unsqueeze(1));
    }

    private static Tensor Of(Tensor stacked, Tensor? experts) => experts is null ? stacked : stacked.index_select(0, experts);
}
