using Rill.Chat.Embeddings;
using Rill.Models;
using Rill.OpenAI;
using Rill.Serving;

namespace Rill.Core.Tests.Chat;

/// <summary>Requests for embeddings, from a request to its vectors (contract A.4).</summary>
public sealed class EmbeddingRunTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(120);

    [Theory]
    [InlineData(PoolingKind.Last)]
    [InlineData(PoolingKind.Mean)]
    public async Task Start_WithTexts_MakesTheFormulasVectorsInOrder(PoolingKind pooling)
    {
        await using var world = NewWorld(pooling);

        var vectors = await EmbedAsync(world, Ask("a", "héllo", "x"));

        Assert.Equal(3, vectors.Count);
        Assert.All(new[] { "a", "héllo", "x" }.Zip(vectors), pair => AssertClose(Formula(pooling, Bytes(pair.First), PseudoStates.Size), pair.Second));
    }

    [Fact]
    public async Task Start_WithIds_TakesThemAsTheyAre()
    {
        await using var world = NewWorld();

        var vectors = await EmbedAsync(world, new EmbeddingRequest { Inputs = [new(null, Bytes("ab")), new("ab", null)] });

        Assert.Equal(vectors[1], vectors[0]);
    }

    [Fact]
    public async Task Start_WithDimensions_ShortensAndThenNormalises()
    {
        await using var world = NewWorld();

        var vector = Assert.Single(await EmbedAsync(world, Ask("abc") with { Dimensions = 3 }));

        AssertClose(Formula(PoolingKind.Mean, Bytes("abc"), 3), vector);
        Assert.Equal(1, vector.Sum(value => (double)value * value), 6);
    }

    [Fact]
    public async Task Start_WithMoreInputsThanTheServerHasPlaces_ServesThemAll()
    {
        await using var world = NewWorld(engine: new EngineOptions { MaxSequences = 2, MaxQueuedRequests = 3 });
        var texts = Enumerable.Range(0, 300).Select(number => $"text {number}").ToArray();
        var (run, error) = world.Service.Start(Ask(texts));
        Assert.Null(error);
        using (run)
        {
            var vectors = await run!.ReadAsync(() => AbortCause.Client, default).WaitAsync(_patience);

            Assert.All(texts.Zip(vectors), pair => AssertClose(Formula(PoolingKind.Mean, Bytes(pair.First), PseudoStates.Size), pair.Second));
            Assert.Equal(texts.Sum(text => text.Length), run.PromptTokens);
        }

        Assert.Equal((0, 0), (world.Engine.Running, world.Engine.Waiting));
    }

    [Fact]
    public async Task Start_WithATextLikeAControlToken_TakesItForText()
    {
        await using var world = NewWorld();
        var (run, _) = world.Service.Start(Ask("<|endoftext|>"));
        using (run)
        {
            Assert.Equal("<|endoftext|>".Length, run!.PromptTokens);
        }
    }

    [Fact]
    public async Task Start_WithATextLongerThanTheContext_NamesTheInput()
    {
        await using var world = NewWorld(script: new ScriptedRunnerOptions { ContextLength = 32 });

        var error = world.Service.Start(Ask("a", new string('b', 33))).Error;

        Assert.Equal((400, "input[1]", "context_length_exceeded"), (error?.Status, error?.Param, error?.Code));
        Assert.Single(await EmbedAsync(world, Ask(new string('b', 32))));
    }

    [Fact]
    public async Task Start_WithWhatTheModelDoesNotHave_NamesTheField()
    {
        await using var world = NewWorld();

        Assert.Equal("dimensions", world.Service.Start(Ask("a") with { Dimensions = PseudoStates.Size + 1 }).Error?.Param);
        Assert.Equal("input", world.Service.Start(new EmbeddingRequest { Inputs = [new(null, [5, 257])] }).Error?.Param);
        Assert.Equal((0, 0), (world.Engine.Running, world.Engine.Waiting));
    }

    [Fact]
    public async Task Start_OfAModelThatMakesNone_NamesTheSetting()
    {
        await using var world = new ChatWorld();

        var error = world.Service.Start(Ask("a")).Error!;

        Assert.Equal((400, "model"), (error.Status, error.Param));
        Assert.Contains("Rill__Embeddings", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WhenEveryPlaceIsTaken_IsRefusedWithRetryAfter()
    {
        await using var world = NewWorld(engine: new EngineOptions { MaxSequences = 1, MaxQueuedRequests = 1 });
        await using var running = world.Start(ChatWorld.Ask("!endless\n!delay ms=5"));
        await using var waiting = world.Start(ChatWorld.Ask("!text b"));

        var error = world.Service.Start(Ask("a")).Error!;

        Assert.Equal((503, "server_is_overloaded"), (error.Status, error.Code));
        Assert.InRange(error.RetryAfterSeconds!.Value, 1, 30);
    }

    [Fact]
    public async Task Read_Cancelled_LeavesNothingBehind()
    {
        await using var world = NewWorld();
        using var cancellation = new CancellationTokenSource();
        var (run, _) = world.Service.Start(Ask([.. Enumerable.Repeat("!prefill ms=60000", 100)]));
        using (run)
        {
            var reading = run!.ReadAsync(() => AbortCause.Deadline, cancellation.Token);
            await cancellation.CancelAsync();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(_patience));
        }

        await world.AssertIdleAsync(_patience);
    }

    [Fact]
    public async Task Read_BesideARunningStream_LeavesItAsItIs()
    {
        await using var world = NewWorld(engine: new EngineOptions { TokenBudget = 16 });
        var stream = world.AnswerAsync(ChatWorld.Ask("!count to=200"));

        var vectors = await EmbedAsync(world, Ask("first text, longer than a step has tokens", "second"));

        AssertClose(Formula(PoolingKind.Mean, Bytes("first text, longer than a step has tokens"), PseudoStates.Size), vectors[0]);
        Assert.Equal(string.Join(' ', Enumerable.Range(1, 200)), (await stream).Choices[0].Message.Content!.Trim());
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void UnitVector_OfWhatIsNotFinite_IsNothing(float value) => Assert.Null(UnitVector.Of([1, value]));

    [Fact]
    public void UnitVector_OfZeros_IsZeros() => Assert.Equal([0f, 0f], UnitVector.Of([0, 0])!);

    private static ChatWorld NewWorld(PoolingKind pooling = PoolingKind.Mean, EngineOptions? engine = null, ScriptedRunnerOptions? script = null) =>
        new(script, engine, embeddings: new EmbeddingModel(pooling, PseudoStates.Size));

    private static EmbeddingRequest Ask(params string[] texts) => new() { Inputs = [.. texts.Select(text => new CompletionPrompt(text, null))] };

    private static int[] Bytes(string text) => [.. System.Text.Encoding.UTF8.GetBytes(text).Select(value => (int)value)];

    private static async Task<IReadOnlyList<float[]>> EmbedAsync(ChatWorld world, EmbeddingRequest request)
    {
        var (run, error) = world.Service.Start(request);
        Assert.Null(error);
        using (run)
        {
            return await run!.ReadAsync(() => AbortCause.Client, default).WaitAsync(_patience);
        }
    }

    /// <summary>In doubles: the last state or the mean of all, cut, divided by its length.</summary>
    private static double[] Formula(PoolingKind pooling, int[] ids, int dimensions)
    {
        var states = ids.Select((id, position) => PseudoStates.Of(id, position)).ToList();
        var pooled = Enumerable.Range(0, dimensions).Select(index => pooling == PoolingKind.Last ? states[^1][index] : states.Average(state => (double)state[index])).ToArray();
        var length = Math.Sqrt(pooled.Sum(value => value * value));
        return [.. pooled.Select(value => value / length)];
    }

    private static void AssertClose(double[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }
}
