namespace Rill.LocalHost;

/// <summary>What is said of the app's start.</summary>
internal static class Greeting
{
    private const string ChatRoute = "v1/chat/completions";

    /// <summary>Where the host listens, and the functions with their addresses.</summary>
    public static string OfFunctions(Uri baseAddress, IReadOnlyList<FunctionRoute> routes)
    {
        var width = routes.Max(function => function.Metadata.Name.Length);
        var lines = routes.Select(function =>
            $"  {function.Metadata.Name.PadRight(width)}  {baseAddress}{function.Template}  [{function.Methods}]");
        return string.Join(Environment.NewLine, [$"Listening on {baseAddress}", "Functions:", .. lines]);
    }

    /// <summary>That the app is ready and, for one with the chat endpoint, a command that shows it.</summary>
    public static string OfReadiness(Uri baseAddress, IReadOnlyList<FunctionRoute> routes) =>
        routes.Any(function => function.Template == ChatRoute)
            ? string.Join(Environment.NewLine, "", $"Ready: {baseAddress}v1", "Try:", Curl(baseAddress), "")
            : string.Join(Environment.NewLine, "", $"Ready: {baseAddress}", "");

    private static string Curl(Uri baseAddress) =>
        $$"""  curl -N {{baseAddress}}{{ChatRoute}} -H 'Content-Type: application/json' -d '{"stream":true,"messages":[{"role":"user","content":"Tell me a story about a river."}]}'""";
}
