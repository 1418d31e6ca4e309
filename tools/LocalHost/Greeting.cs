namespace Rill.LocalHost;

/// <summary>What is said when the app is ready.</summary>
internal static class Greeting
{
    private const string ChatRoute = "v1/chat/completions";

    /// <summary>The functions and their addresses and, for an app with the chat endpoint, a command that shows it.</summary>
    public static string For(Uri baseAddress, IEnumerable<FunctionRoute> routes)
    {
        var functions = routes.OrderBy(route => route.Metadata.Name, StringComparer.Ordinal).ToList();
        var width = functions.Max(function => function.Metadata.Name.Length);
        var lines = functions.Select(function =>
            $"  {function.Metadata.Name.PadRight(width)}  {baseAddress}{function.Template}  [{function.Methods}]");
        var text = string.Join(Environment.NewLine, ["Functions:", .. lines]);
        return functions.Exists(function => function.Template == ChatRoute)
            ? string.Join(Environment.NewLine, text, "", $"Ready: {baseAddress}v1", "Try:", Curl(baseAddress), "")
            : string.Join(Environment.NewLine, text, "", $"Ready: {baseAddress}", "");
    }

    private static string Curl(Uri baseAddress) =>
        $$"""  curl -N {{baseAddress}}{{ChatRoute}} -H 'Content-Type: application/json' -d '{"stream":true,"messages":[{"role":"user","content":"Tell me a story about a river."}]}'""";
}
