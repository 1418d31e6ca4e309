using Microsoft.Extensions.Logging;
using Rill.FunctionsWorker.Invocations;
using Rill.FunctionsWorker.Protocol;

namespace Rill.FunctionsWorker.Hosting;

/// <summary>Sends log lines to the host, which filters them by host.json and shows them.</summary>
[ProviderAlias("FunctionsHost")]
internal sealed class RpcLoggerProvider(HostOutbox outbox) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new RpcLogger(categoryName, outbox);

    public void Dispose()
    {
    }

    private sealed class RpcLogger(string category, HostOutbox outbox) : ILogger
    {
        // The worker's own lines are the system's; everything else, the framework's included, counts as the user's.
        private readonly RpcLog.Types.RpcLogCategory _kind = category.StartsWith("Rill.FunctionsWorker", StringComparison.Ordinal)
            ? RpcLog.Types.RpcLogCategory.System
            : RpcLog.Types.RpcLogCategory.User;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var log = new RpcLog
            {
                InvocationId = CurrentInvocation.Id ?? "",
                Category = category,
                Level = (RpcLog.Types.Level)logLevel,
                Message = formatter(state, exception),
                EventId = eventId.ToString(),
                LogCategory = _kind,
            };
            if (exception is not null)
            {
                log.Exception = StatusResults.ToRpc(exception);
            }

            outbox.Send(new StreamingMessage { RpcLog = log });
        }
    }
}
