using TorchSharp;
using static TorchSharp.torch;

namespace Rill.TrainModel.Training;

/// <summary>
/// Muon for the matrices inside the layers (momentum, made orthogonal by Newton-Schulz steps: Jordan and others, 2024) and Adam for
/// embedding and norms (Kingma and Ba, 2015). Both are blind to the gradient's scale, so it needs no clipping.
/// </summary>
internal sealed class MixedOptimizer : IDisposable
{
    private const double MuonMomentum = 0.95;
    private const int NewtonSchulzSteps = 5;
    private const double AdamBeta1 = 0.9;
    private const double AdamBeta2 = 0.98;
    private const double AdamEpsilon = 1e-10;

    private readonly List<(Tensor Weight, Tensor Velocity)> _matrices = [];
    private readonly List<(Tensor Weight, Tensor Mean, Tensor Square)> _others = [];
    private readonly double _muonRate;
    private readonly double _adamRate;
    private int _steps;

    /// <summary>Takes the weights of a model; the rates are the peaks of the schedule.</summary>
    public MixedOptimizer(MiniModel model, double muonRate, double adamRate)
    {
        (_muonRate, _adamRate) = (muonRate, adamRate);
        foreach (var (name, weight) in model.Weights)
        {
            if (weight.dim() == 2 && !name.Contains("embed", StringComparison.Ordinal))
            {
                _matrices.Add((weight, zeros_like(weight)));
            }
            else
            {
                _others.Add((weight, zeros_like(weight), zeros_like(weight)));
            }
        }
    }

    /// <summary>One step at this fraction of the peak rates, in [0, 1]; clears the gradients.</summary>
    public void Step(double fraction)
    {
        using var noGradient = no_grad();
        _steps++;
        foreach (var (weight, velocity) in _matrices)
        {
            using var scope = NewDisposeScope();
            using var gradient = weight.grad!;
            velocity.mul_(MuonMomentum).add_(gradient);
            var scale = Math.Sqrt(Math.Max(1.0, (double)weight.shape[0] / weight.shape[1]));
            weight.add_(Orthogonal(gradient + velocity * MuonMomentum), -_muonRate * fraction * scale);
            gradient.zero_();
        }

        foreach (var (weight, mean, square) in _others)
        {
            using var scope = NewDisposeScope();
            using var gradient = weight.grad!;
            mean.mul_(AdamBeta1).add_(gradient, 1 - AdamBeta1);
            square.mul_(AdamBeta2).add_(gradient.square(), 1 - AdamBeta2);
            var correction = Math.Sqrt(1 - Math.Pow(AdamBeta2, _steps)) / (1 - Math.Pow(AdamBeta1, _steps));
            weight.add_(mean / (square.sqrt() + AdamEpsilon), -_adamRate * fraction * correction);
            gradient.zero_();
        }
    }

    public void Dispose()
    {
        _matrices.ForEach(entry => entry.Velocity.Dispose());
        _others.ForEach(entry =>
        {
            entry.Mean.Dispose();
            entry.Square.Dispose();
        });
    }

    /// <summary>The nearest orthogonal matrix, roughly, by a quintic iteration in the fastest type.</summary>
    private static Tensor Orthogonal(Tensor matrix)
    {
        var tall = matrix.shape[0] > matrix.shape[1];
        var x = (matrix / (matrix.norm() + 1e-7)).to(ProductType.Fastest);
        x = tall ? x.t() : x;
        for (var i = 0; i < NewtonSchulzSteps; i++)
        {
            var square = x.mm(x.t());
            x = x * 3.4445 + (square * -4.7750 + square.mm(square) * 2.0315).mm(x);
        }

        return (tall ? x.t() : x).to(ScalarType.Float32);
    }
}
