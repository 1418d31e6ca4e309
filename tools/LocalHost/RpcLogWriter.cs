using System.Collections.Concurrent;
using Rill.LocalHost.Protocol;

namespace Rill.LocalHost;

/// <summary>Shows the worker's log lines under the category names of the real host, so that host.json filters them alike.</summary>
internal sealed class RpcLogWriter(ILoggerFactory loggers)
{
    private readonly ConcurrentDictionary<string, ILogger> _loggers = new();

    /// <summary>Writes a line, as one of the function that was running or else under its own category.</summary>
    public void Write(RpcLog log, string? functionName)
    {
        var category = functionName is not null && log.LogCategory == RpcLog.Types.RpcLogCategory.User
            ? $"Function.{functionName}.User"
            : log.Category;
        var message = log.Exception is { } exception
            ? $"{log.Message}{Environment.NewLine}{exception.Type}: {exception.Message}{Environment.NewLine}{exception.StackTrace}"
            : log.Message;
        var logger = _loggers.GetOrAdd(category, static (name, factory) => factory.CreateLogger(name), loggers);
        logger.Log((LogLevel)log.Level, default, message, null, static (text, _) => text);
    }
}
