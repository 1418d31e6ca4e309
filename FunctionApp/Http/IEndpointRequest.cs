using Microsoft.AspNetCore.Http;
using Rill.Chat;
using Rill.OpenAI;

namespace Rill.FunctionApp.Http;

/// <summary>A request that was read, of whichever endpoint: what the way through the server needs of it.</summary>
internal interface IEndpointRequest
{
    /// <summary>True when the answer is a stream of events.</summary>
    bool Stream { get; }

    /// <summary>The places in the engine that it asks for (contract B.14), at least 1; ranges are not checked yet.</summary>
    int Places => 1;

    /// <summary>Does what must come before the answer, in the request's turn; the answer, or the error in its place.</summary>
    (IAnswer? Answer, ApiError? Error) Start(ChatService chat, int bodyBytes, CancellationToken cancellationToken);
}

/// <summary>An answer that can begin. It is disposed when it has ended, however it has.</summary>
internal interface IAnswer : IAsyncDisposable
{
    /// <summary>Writes all of it.</summary>
    Task WriteAsync(HttpContext http, EventStream stream, RequestLifetime lifetime, RillOptions options);
}
