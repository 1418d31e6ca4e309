using System.ClientModel;
using System.ClientModel.Primitives;
using OpenAI;
using OpenAI.Chat;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance.Harness;

/// <summary>The official NuGet client, pointed at a server.</summary>
internal static class DotNetClient
{
    public static ChatClient For(RillServer server, string model, TimeSpan? networkTimeout = null, int? retries = null, string key = "unused")
    {
        var options = new OpenAIClientOptions { Endpoint = server.ApiUri(), NetworkTimeout = networkTimeout };
        if (retries is { } count)
        {
            options.RetryPolicy = new ClientRetryPolicy(count);
        }

        return new ChatClient(model, new ApiKeyCredential(key), options);
    }
}
