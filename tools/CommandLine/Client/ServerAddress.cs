namespace Rill.CommandLine.Client;

/// <summary>Where a server of OpenAI's API is.</summary>
internal static class ServerAddress
{
    /// <summary>Where <c>./run</c> serves unless it is told otherwise.</summary>
    public static Uri Default { get; } = new("http://localhost:7071/v1");

    /// <summary>An address as people write it, with /v1/ at its end, which may have been left out.</summary>
    public static Uri ApiOf(Uri url)
    {
        var path = url.AbsolutePath.TrimEnd('/');
        return new UriBuilder(url) { Path = (path.EndsWith("/v1", StringComparison.Ordinal) ? path : path + "/v1") + "/" }.Uri;
    }

    /// <summary>The address as people write it: without a slash at its end.</summary>
    public static string Show(Uri api) => api.ToString().TrimEnd('/');
}
