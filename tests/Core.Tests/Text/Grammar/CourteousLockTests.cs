using Rill.Text.Grammar;

namespace Rill.Core.Tests.Text.Grammar;

/// <summary>A lock that is left to those who need it for a moment.</summary>
public class CourteousLockTests
{
    [Fact]
    public async Task Enter_BesideOneThatEntersForLongAgainAndAgain_WaitsForOneOfThem()
    {
        var (held, rounds, ended) = (new CourteousLock(), 0, false);
        var worker = Task.Factory.StartNew(() =>
        {
            while (!Volatile.Read(ref ended))
            {
                using (held.EnterForLong())
                {
                    Interlocked.Increment(ref rounds);
                    Thread.SpinWait(20_000);
                }
            }
        }, default, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var waits = new List<int>();
        for (var i = 0; i < 50; i++)
        {
            var before = Volatile.Read(ref rounds);
            using (held.Enter())
            {
                waits.Add(Volatile.Read(ref rounds) - before);
            }

            Thread.Yield();
        }

        Volatile.Write(ref ended, true);
        await worker;

        // One that holds it, and one that asked just before; a thread that the machine stops in between sees more.
        Assert.InRange(waits.Order().ElementAt(waits.Count / 2), 0, 2);
    }
}
