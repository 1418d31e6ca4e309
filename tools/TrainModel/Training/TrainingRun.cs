using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.TrainModel.Training;

/// <summary>A run bound in time: the rates rise for a moment, then fall along a half cosine of the elapsed time, so it always ends well.</summary>
internal sealed class TrainingRun(MiniModel model, MixedOptimizer optimizer, BatchStream batches, TimeSpan limit)
{
    private const int BatchesAStep = 2;
    private const int WarmupSteps = 60;
    private const double FinalFraction = 0.02;

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private int _step;
    private long _tokens;

    /// <summary>Does one step; null once the time is over.</summary>
    public TrainingPoint? Advance()
    {
        var progress = _watch.Elapsed / limit;
        if (progress >= 1)
        {
            return null;
        }

        var step = Enumerable.Range(0, BatchesAStep).Select(_ => batches.Next()).ToList();
        var learned = step.Sum(batch => batch.Targets.Length);
        var loss = 0.0;
        foreach (var batch in step)
        {
            using var scope = NewDisposeScope();
            var sum = LossMeter.Sum(model, batch);
            (sum / learned).backward();
            loss += sum.item<float>() / learned;
            _tokens += batch.Ids.Length;
        }

        optimizer.Step(RateFraction(progress));
        return new TrainingPoint(++_step, _watch.Elapsed, _tokens, loss, progress);
    }

    private double RateFraction(double progress)
    {
        var cosine = FinalFraction + ((1 - FinalFraction) * 0.5 * (1 + Math.Cos(Math.PI * progress)));
        return cosine * Math.Min(1, (_step + 1.0) / WarmupSteps);
    }
}

/// <summary>Where a run stands after a step.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Elapsed">Time since the start.</param>
/// <param name="Tokens">Tokens seen, padding included.</param>
/// <param name="Loss">Mean loss of the step, nats a token.</param>
/// <param name="Progress">Elapsed share of the time, in [0, 1].</param>
internal sealed record TrainingPoint(int Step, TimeSpan Elapsed, long Tokens, double Loss, double Progress);
