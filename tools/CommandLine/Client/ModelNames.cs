using System.CommandLine;
using Rill.CommandLine.Terminal;

namespace Rill.CommandLine.Client;

/// <summary>The models of the server that a half-written command line names, for a shell that completes it.</summary>
internal static class ModelNames
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(2);

    /// <summary>Their names; none when the server does not answer at once, since a shell waits.</summary>
    public static IEnumerable<string> Of(ParseResult? parsed, ServerOptions options)
    {
        if (parsed is null)
        {
            return [];
        }

        using var limit = new CancellationTokenSource(s_limit);
        try
        {
            using var client = options.NewClient(parsed);
            return client.ModelsAsync(limit.Token).GetAwaiter().GetResult().Select(HarmlessText.Line);
        }
        catch (Exception failure) when (failure is ServerException or OperationCanceledException or InvalidOperationException)
        {
            return [];
        }
    }
}
