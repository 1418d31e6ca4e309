using System.Diagnostics;
using Rill.Serving;

namespace Rill.Core.Tests.Serving;

public class TokenMailboxTests
{
    private static readonly SequenceFinish _finish = new(SequenceFinishReason.Stop, null, 1, 0, 3);

    [Fact]
    public async Task ReadAsync_WithTokensPending_ReturnsThemAllAtOnce()
    {
        var mailbox = new TokenMailbox();
        mailbox.Post([new(1)], null);
        mailbox.Post([new(2)], null);

        var read = mailbox.ReadAsync(default);

        Assert.True(read.IsCompletedSuccessfully);
        var batch = await read;
        Assert.Equal([1, 2], batch.TokenIds.ToArray());
    }

    [Fact]
    public async Task ReadAsync_WithNothingPending_WaitsForTheNextToken()
    {
        var mailbox = new TokenMailbox();
        var read = mailbox.ReadAsync(default).AsTask();
        Assert.False(read.IsCompleted);

        mailbox.Post([new(7)], _finish);

        var batch = await read.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal([7], batch.TokenIds.ToArray());
        Assert.Same(_finish, batch.Finish);
    }

    [Fact]
    public async Task ReadAsync_ContinuesOnTheThreadPool_NotOnThePostingThread()
    {
        var mailbox = new TokenMailbox();
        var continued = new TaskCompletionSource<bool>();
        _ = Task.Run(async () =>
        {
            await mailbox.ReadAsync(default).ConfigureAwait(false);
            continued.SetResult(Thread.CurrentThread.IsThreadPoolThread);
        });
        await Task.Delay(20);
        new Thread(() => mailbox.Post([new(1)], null)).Start();

        Assert.True(await continued.Task.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task ReadAsync_WithLogprobs_ReturnsOneForEachToken()
    {
        var mailbox = new TokenMailbox();
        var logprobs = Enumerable.Range(0, 20).Select(i => new TokenLogprobs(-i, [], [])).ToList();
        for (var i = 0; i < logprobs.Count; i++)
        {
            mailbox.Post([new(i, logprobs[i])], null);
        }

        var batch = await mailbox.ReadAsync(default);

        Assert.Equal(logprobs, batch.Logprobs.ToArray());
    }

    [Fact]
    public async Task ReadAsync_AfterAFault_GivesTheTokensBeforeItAndThenThrows()
    {
        var mailbox = new TokenMailbox();
        mailbox.Post([new(1)], null);
        mailbox.Fail(new EngineFaultException(EngineFaultKind.Internal, "gone"));

        var batch = await mailbox.ReadAsync(default);
        Assert.Equal([1], batch.TokenIds.ToArray());
        var fault = await Assert.ThrowsAsync<EngineFaultException>(async () => await mailbox.ReadAsync(default));

        Assert.Equal("gone", fault.Message);
    }

    [Fact]
    public async Task ReadAsync_AfterACancellation_ThrowsAtOnce()
    {
        var mailbox = new TokenMailbox();
        mailbox.Post([new(1)], null);
        mailbox.Fail(new OperationCanceledException());

        await Assert.ThrowsAsync<OperationCanceledException>(async () => await mailbox.ReadAsync(default));
    }

    [Fact]
    public async Task Fail_AfterTheFinish_ChangesNothing()
    {
        var mailbox = new TokenMailbox();
        mailbox.Post([new(1)], _finish);
        mailbox.Fail(new EngineFaultException(EngineFaultKind.Internal, "late"));

        Assert.Same(_finish, (await mailbox.ReadAsync(default)).Finish);
    }

    [Fact]
    public async Task ReadAsync_WhenCancelled_ThrowsAndLosesNoToken()
    {
        var mailbox = new TokenMailbox();
        using var source = new CancellationTokenSource();
        var read = mailbox.ReadAsync(source.Token).AsTask();

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(TimeSpan.FromSeconds(60)));
        mailbox.Post([new(3)], null);
        var batch = await mailbox.ReadAsync(default);
        Assert.Equal([3], batch.TokenIds.ToArray());
    }

    [Fact]
    public async Task ReadAsync_WithACancelledToken_Throws()
    {
        var mailbox = new TokenMailbox();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await mailbox.ReadAsync(new CancellationToken(canceled: true)));
    }

    [Fact]
    public void ReadAsync_WhileAnotherReadWaits_Throws()
    {
        var mailbox = new TokenMailbox();
        _ = mailbox.ReadAsync(default).AsTask();

        Assert.Throws<InvalidOperationException>(() => { _ = mailbox.ReadAsync(default).AsTask(); });
    }

    [Fact]
    public async Task ReadAsync_AfterTheFinish_Throws()
    {
        var mailbox = new TokenMailbox();
        mailbox.Post([new(1)], _finish);
        await mailbox.ReadAsync(default);

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await mailbox.ReadAsync(default));
    }

    [Fact]
    public async Task Post_UpToTheLimit_FillsTheMailboxUntilItIsRead()
    {
        var resumed = 0;
        var mailbox = new TokenMailbox(pauseAfter: 2, () => resumed++);

        Assert.False(mailbox.Post([new(1)], null));
        Assert.True(mailbox.Post([new(2)], null));
        Assert.True(mailbox.IsFull);

        await mailbox.ReadAsync(default);
        Assert.False(mailbox.IsFull);
        Assert.Equal(1, resumed);
    }

    [Fact]
    public async Task PostAndRead_FromTwoThreads_LoseAndRepeatNothing()
    {
        const int tokens = 50_000;
        var mailbox = new TokenMailbox();
        var writer = new Thread(() =>
        {
            for (var i = 0; i < tokens; i++)
            {
                mailbox.Post([new(i)], i == tokens - 1 ? _finish : null);
            }
        });
        writer.Start();

        var next = 0;
        TokenBatch batch;
        do
        {
            batch = await mailbox.ReadAsync(default);
            foreach (var token in batch.TokenIds.ToArray())
            {
                Assert.Equal(next++, token);
            }
        }
        while (batch.Finish is null);

        Assert.Equal(tokens, next);
    }

    /// <summary>
    /// As the engine does: it looks without a lock, sleeps where it sees a full mailbox, and must be woken when that is read. A batch that
    /// filled the mailbox is followed by one that does not, which is looked at for as long as it is not taken.
    /// </summary>
    [Fact]
    public async Task IsFull_SeenWhileTheReaderTakes_IsFollowedByAWakeUp()
    {
        var wake = new WakeSignal();
        var mailbox = new TokenMailbox(pauseAfter: 2, wake.Set);
        var taken = 0;
        var engine = Task.Factory.StartNew(() =>
        {
            var until = Stopwatch.GetTimestamp() + (3 * Stopwatch.Frequency);
            for (var posted = 3; Stopwatch.GetTimestamp() < until; posted += 3)
            {
                mailbox.Post([new(1), new(2)], null);
                LookUntilTaken(posted - 1);
                mailbox.Post([new(3)], null);
                LookUntilTaken(posted);
            }

            mailbox.Post([], _finish);
        }, TaskCreationOptions.LongRunning);
        var reader = Task.Factory.StartNew(() =>
        {
            TokenBatch batch;
            do
            {
                batch = mailbox.ReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
                Volatile.Write(ref taken, taken + batch.TokenIds.Length);
            }
            while (batch.Finish is null);
        }, TaskCreationOptions.LongRunning);

        await engine.WaitAsync(TimeSpan.FromSeconds(120));
        await reader.WaitAsync(TimeSpan.FromSeconds(120));

        void LookUntilTaken(int tokens)
        {
            while (Volatile.Read(ref taken) < tokens)
            {
                if (mailbox.IsFull)
                {
                    wake.Wait();
                }
            }
        }
    }
}
