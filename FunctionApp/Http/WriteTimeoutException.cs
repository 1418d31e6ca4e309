namespace Rill.FunctionApp.Http;

/// <summary>
/// The client has taken nothing for the write timeout. A write is still pending when this is thrown, so the only way on is to abort the
/// connection.
/// </summary>
internal sealed class WriteTimeoutException(TimeSpan timeout)
    : IOException($"The client has read nothing for {timeout.TotalSeconds:0.#} seconds.");
