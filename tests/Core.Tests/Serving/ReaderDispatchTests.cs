using Rill.Serving;

namespace Rill.Core.Tests.Serving;

public class ReaderDispatchTests
{
    [Fact]
    public async Task Flush_WakesEveryNotedReader()
    {
        var dispatch = new ReaderDispatch();
        var mailboxes = Enumerable.Range(0, 100).Select(_ => new TokenMailbox()).ToList();
        var reads = mailboxes.Select(mailbox => mailbox.ReadAsync(default).AsTask()).ToList();

        for (var i = 0; i < mailboxes.Count; i++)
        {
            mailboxes[i].Post([new(i)], null, dispatch);
        }

        Assert.DoesNotContain(reads, read => read.IsCompleted);
        dispatch.Flush();
        var batches = await Task.WhenAll(reads).WaitAsync(TimeSpan.FromSeconds(120));
        Assert.Equal(Enumerable.Range(0, 100), batches.Select(batch => batch.TokenIds.Span[0]));
    }

    [Fact]
    public async Task Flush_AfterAReaderBlockedItsThread_WakesTheOthersWithTheNextStep()
    {
        var dispatch = new ReaderDispatch();
        using var release = new ManualResetEventSlim();
        var blocking = new TokenMailbox();
        var blocked = BlockOnceRead(blocking, release);
        blocking.Post([new(1)], null, dispatch);
        dispatch.Flush();

        var other = new TokenMailbox();
        var read = other.ReadAsync(default).AsTask();
        other.Post([new(2)], null, dispatch);
        dispatch.Flush();

        Assert.Equal(2, (await read.WaitAsync(TimeSpan.FromSeconds(120))).TokenIds.Span[0]);
        release.Set();
        await blocked;
    }

    private static async Task BlockOnceRead(TokenMailbox mailbox, ManualResetEventSlim release)
    {
        await mailbox.ReadAsync(default).ConfigureAwait(false);
        release.Wait();
    }
}
