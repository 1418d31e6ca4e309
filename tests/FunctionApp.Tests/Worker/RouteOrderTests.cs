using System.Text.Json;
using Microsoft.AspNetCore.Routing.Template;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Worker;

/// <summary>
/// The real host tries functions in the order of their names, upper and lower case alike, and takes the first whose route matches. So a
/// function must sort before every other whose route matches the same path less closely.
/// </summary>
public sealed class RouteOrderTests
{
    [Fact]
    public void EveryPath_InTheHostsOrder_ReachesTheClosestRoute()
    {
        var routes = Read(Path.Combine(BuiltPrograms.FunctionApp, "functions.metadata"));
        Assert.True(routes.Count > 5);

        Assert.All(Paths(routes), path => AssertReachesTheClosest(path, routes));
    }

    [Theory]
    [InlineData("/v1/models", "ListModels")]
    [InlineData("/v1/models/", "ListModels")]
    [InlineData("/v1/models/a", "GetModel")]
    [InlineData("/v1/models/a/b/c", "GetModel")]
    [InlineData("/v1/models/a%2Fb", "GetModel")]
    [InlineData("/health/stream", "StreamSelfTest")]
    [InlineData("/openai/v1/chat/completions", "AzureOpenAI")]
    [InlineData("/openai/deployments/a%2Fb/chat/completions", "AzureOpenAI")]
    [InlineData("/openai", "ZNotFound")]
    [InlineData("/v1/completions", "Completions")]
    [InlineData("/tokenize", "Tokenize")]
    [InlineData("/v1/messages", "Messages")]
    [InlineData("/v1/messages/count_tokens", "MessagesCountTokens")]
    [InlineData("/v1/messages/batches", "ZNotFound")]
    [InlineData("/v1/nothing", "ZNotFound")]
    [InlineData("/", "ZNotFound")]
    [InlineData("/chat", "Page")]
    [InlineData("/chat/completions", "ZNotFound")]
    [InlineData("/assets/index.js", "PageAssets")]
    public void Path_InTheHostsOrder_ReachesItsFunction(string path, string function) =>
        Assert.Equal(function, Read(Path.Combine(BuiltPrograms.FunctionApp, "functions.metadata")).First(route => route.Matches(path)).Function);

    private static void AssertReachesTheClosest(string path, List<Route> routes)
    {
        var matching = routes.Where(route => route.Matches(path)).ToList();
        var closest = matching.MinBy(route => route.Precedence)!;
        Assert.True(
            matching[0] == closest,
            $"{path} is meant for {closest.Function} ({closest.Template}), but {matching[0].Function} ({matching[0].Template}) sorts before it.");
    }

    /// <summary>Each route with its parameters filled in every way in which it could meet another route.</summary>
    private static IEnumerable<string> Paths(List<Route> routes)
    {
        string[] words = [.. routes.SelectMany(route => route.Parsed.Segments).Where(IsLiteral).Select(segment => segment.Parts[0].Text!).Distinct(), "x"];
        return routes.SelectMany(route => Fill(route.Parsed.Segments.ToArray(), words)).Distinct();
    }

    private static IEnumerable<string> Fill(ReadOnlyMemory<TemplateSegment> segments, string[] words)
    {
        if (segments.IsEmpty)
        {
            return ["/"];
        }

        var part = segments.Span[0].Parts[0];
        IEnumerable<string> choices = IsLiteral(segments.Span[0]) ? ["/" + part.Text]
            : part.IsCatchAll ? ["", .. words.Select(word => "/" + word), .. words.SelectMany(_ => words, (first, second) => $"/{first}/{second}")]
            : words.Select(word => "/" + word);
        return choices.SelectMany(_ => Fill(segments[1..], words), (head, rest) => head + rest.TrimEnd('/')).Select(path => path.Length == 0 ? "/" : path);
    }

    private static bool IsLiteral(TemplateSegment segment) => segment.Parts[0].IsLiteral;

    private static List<Route> Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(file));
        return [.. document.RootElement.EnumerateArray()
            .Select(function => new Route(function.GetProperty("name").GetString()!, function.GetProperty("bindings")[0].GetProperty("route").GetString()!))
            .OrderBy(route => route.Function, StringComparer.OrdinalIgnoreCase)];
    }

    private sealed record Route(string Function, string Template)
    {
        private readonly TemplateMatcher _matcher = new(TemplateParser.Parse(Template), []);

        public RouteTemplate Parsed => _matcher.Template;

        public decimal Precedence => RoutePrecedence.ComputeInbound(Parsed);

        public bool Matches(string path) => _matcher.TryMatch(path, []);
    }
}
