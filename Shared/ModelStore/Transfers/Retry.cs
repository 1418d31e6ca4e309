namespace Rill.ModelStore.Transfers;

/// <summary>Tries again where that can help: an unreachable store with growing pauses, a chunk that arrived damaged twice.</summary>
internal static class Retry
{
    private const int AttemptsAtDamage = 3;
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(10);

    public static async Task<T> RunAsync<T>(ModelStoreOptions options, TransferProgress progress, Func<Task<T>> attempt, CancellationToken cancellationToken)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                return await attempt().ConfigureAwait(false);
            }
            catch (StoreException error) when (MayRepeat(error.Failure, failures, options))
            {
                progress.Retried(error);
                await Task.Delay(Pause(options, failures), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Doubling pauses, shortened by chance so that parallel readers do not return all at once.</summary>
    public static TimeSpan Pause(ModelStoreOptions options, int failures)
    {
        var pause = Math.Min(_longestPause.TotalMilliseconds, options.RetryMilliseconds * Math.Pow(2, failures - 1));
        return TimeSpan.FromMilliseconds(pause * (0.5 + (Random.Shared.NextDouble() / 2)));
    }

    private static bool MayRepeat(StoreFailure failure, int failures, ModelStoreOptions options) => failure switch
    {
        StoreFailure.Unreachable => failures < options.Attempts,
        StoreFailure.Corrupt => failures < Math.Min(AttemptsAtDamage, options.Attempts),
        _ => false,
    };
}
