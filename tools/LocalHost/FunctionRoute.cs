using System.Text.Json;
using Microsoft.AspNetCore.Routing.Template;
using Rill.LocalHost.Protocol;

namespace Rill.LocalHost;

/// <summary>One function as the host sees it: what its HTTP trigger says.</summary>
internal sealed class FunctionRoute
{
    private readonly TemplateMatcher _matcher;
    private readonly HashSet<string>? _methods;

    private FunctionRoute(RpcFunctionMetadata metadata, string triggerName, string template, HashSet<string>? methods)
    {
        Metadata = metadata;
        TriggerName = triggerName;
        Template = template;
        _methods = methods;
        var parsed = TemplateParser.Parse(template);
        _matcher = new TemplateMatcher(parsed, []);
    }

    public RpcFunctionMetadata Metadata { get; }

    /// <summary>The parameter that carries the trigger.</summary>
    public string TriggerName { get; }

    /// <summary>The route with its prefix.</summary>
    public string Template { get; }

    /// <summary>Reads the raw bindings, as the real host does; null if no HTTP trigger is among them.</summary>
    public static FunctionRoute? Read(RpcFunctionMetadata metadata, string prefix)
    {
        foreach (var json in metadata.RawBindings)
        {
            using var document = JsonDocument.Parse(json);
            var binding = document.RootElement;
            if (!"httpTrigger".Equals(binding.GetProperty("type").GetString(), StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var route = binding.TryGetProperty("route", out var value) ? value.GetString()! : metadata.Name;
            var methods = binding.TryGetProperty("methods", out var list)
                ? list.EnumerateArray().Select(method => method.GetString()!).ToHashSet(StringComparer.OrdinalIgnoreCase)
                : null;
            var template = prefix.Length == 0 ? route : $"{prefix}/{route}";
            return new FunctionRoute(metadata, binding.GetProperty("name").GetString()!, template, methods);
        }

        return null;
    }

    /// <summary>
    /// Whether the request is for this function; <paramref name="values"/> gets the parts of its path that the template names. Kinder than the
    /// real host in one way: inline constraints of a template are not looked at, as no template of ours has one.
    /// </summary>
    public bool Matches(HttpRequest request, RouteValueDictionary values)
    {
        values.Clear();
        return (_methods is null || _methods.Contains(request.Method)) && _matcher.TryMatch(request.Path, values);
    }
}
