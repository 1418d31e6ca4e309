using System.Diagnostics;
using Rill.Models;
using Rill.Serving;
using Rill.Telemetry;

namespace Rill.Chat.Embeddings;

/// <summary>
/// An admitted request for embeddings: a sequence for each input, so many at a time, batched in the engine beside all others. Disposing it
/// gives its places back.
/// </summary>
public sealed class EmbeddingRun : IDisposable
{
    /// <summary>Between two tries for a place, where others have taken it.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    private readonly InferenceEngine _engine;
    private readonly SequenceWork _work;
    private readonly int _dimensions;
    private readonly IReadOnlyList<IReadOnlyList<int>> _inputs;
    private readonly PromptReservations _places;
    private readonly int _atOnce;
    private readonly TimeProvider _time;
    private readonly Activity? _activity;
    private readonly float[][] _vectors;    // [input][dimensions]
    private int _next;

    internal EmbeddingRun(
        InferenceEngine engine, PoolingKind pooling, int dimensions, IReadOnlyList<IReadOnlyList<int>> inputs, PromptReservations places, int atOnce,
        TimeProvider time, Activity? activity)
    {
        (_engine, _dimensions, _inputs, _places, _atOnce, _time, _activity) = (engine, dimensions, inputs, places, atOnce, time, activity);
        _work = pooling == PoolingKind.Last ? SequenceWork.EmbedLast : SequenceWork.EmbedMean;
        _vectors = new float[inputs.Count][];
        _next = atOnce;
        PromptTokens = inputs.Sum(input => input.Count);
    }

    /// <summary>The served model's id.</summary>
    public required string Model { get; init; }

    /// <summary>The number of its adapter; 0 for the base.</summary>
    public int Adapter { get; init; }

    /// <summary>Tokens of all inputs.</summary>
    public int PromptTokens { get; }

    /// <summary>Computes all vectors: of length 1, in the order of the inputs. The first failure ends the whole request. Once only.</summary>
    /// <param name="cause">Why the request has ended, where the token says that it has.</param>
    /// <param name="cancellationToken">Ends all its sequences.</param>
    /// <exception cref="EngineFaultException">A sequence failed, or the engine shuts down.</exception>
    /// <exception cref="OperationCanceledException">The request has ended.</exception>
    public async Task<IReadOnlyList<float[]>> ReadAsync(Func<AbortCause> cause, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var failed = false;
        try
        {
            await Task.WhenAll(Enumerable.Range(0, _atOnce).Select(RunAsync));
        }
        catch
        {
            RillActivity.Fail(_activity, "aborted");
            throw;
        }

        RillActivity.CompleteEmbeddings(_activity, PromptTokens);
        return _vectors;

        async Task RunAsync(int input)
        {
            try
            {
                await EmbedAsync(input, _places[input], Cause, end.Token);
                while ((input = Interlocked.Increment(ref _next) - 1) < _inputs.Count)
                {
                    using var place = await ReserveAsync(_inputs[input].Count, end.Token);
                    await EmbedAsync(input, place, Cause, end.Token);
                }
            }
            catch when (!cancellationToken.IsCancellationRequested)
            {
                failed = true;
                await end.CancelAsync();
                throw;
            }
        }

        AbortCause Cause() => failed ? AbortCause.Error : cause();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _places.Dispose();
        _activity?.Dispose();
    }

    private async Task EmbedAsync(int input, Reservation place, Func<AbortCause> cause, CancellationToken cancellationToken)
    {
        var request = new SequenceRequest(_inputs[input]) { Work = _work, Adapter = Adapter };
        var finish = await _engine.EmbedAsync(place, request, cancellationToken, cause).ConfigureAwait(false);
        _vectors[input] = UnitVector.Of(finish.Vector!.Value.Span[.._dimensions])
            ?? throw new EngineFaultException(EngineFaultKind.Internal, "The model gave a vector that is not finite.");
    }

    /// <summary>A place for a further input; those that others have taken meanwhile are waited for.</summary>
    private async Task<Reservation> ReserveAsync(int tokens, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_engine.TryReserveNext(tokens, out var place, out var rejection))
            {
                return place;
            }

            if (rejection.Reason == RejectionReason.Draining)
            {
                throw new EngineFaultException(EngineFaultKind.ShuttingDown, "The server is shutting down: try again.");
            }

            await Task.Delay(s_pause, _time, cancellationToken).ConfigureAwait(false);
        }
    }
}
