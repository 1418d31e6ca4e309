using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Rill.OpenAI;

namespace Rill.FunctionApp.Http.OpenApi;

/// <summary>
/// The description for people: one HTML page without a script, so that nothing of it has to be trusted, and a browser's own search, keys and
/// reader work in it.
/// </summary>
internal sealed class ReferencePage(JsonObject document)
{
    private const string Style = """
        :root { color-scheme: light dark; color: light-dark(#111, #eee); background: light-dark(#fff, #111); font: 1rem/1.5 system-ui, sans-serif; }
        body { margin: 0 auto; max-width: 70rem; padding: 1rem; overflow-wrap: anywhere; }
        nav ul { columns: 18rem; list-style: none; padding: 0; }
        section, details { border-top: 1px solid light-dark(#ccc, #444); padding: 1rem 0; }
        h2 { margin-top: 3rem; }
        h3, summary { font-size: 1.05rem; font-weight: 600; margin: 0; }
        b { color: light-dark(#0b57d0, #9ec5ff); text-transform: uppercase; margin-right: .5rem; }
        a { color: light-dark(#0b57d0, #9ec5ff); }
        code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
        pre { background: light-dark(#f4f4f4, #1d1d1d); white-space: pre-wrap; padding: .75rem; }
        table { border-collapse: collapse; width: 100%; }
        th, td { border-bottom: 1px solid light-dark(#ddd, #333); padding: .25rem .75rem .25rem 0; text-align: left; vertical-align: top; }
        """;

    private static readonly JsonSerializerOptions s_writing = new() { WriteIndented = true, Encoder = WireEncoder.Instance };

    /// <summary>What a browser may do with it: show it, in its own style.</summary>
    public static string Policy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>The page's text.</summary>
    public string Write() => "<!doctype html>\n" + new XElement(
        "html", new XAttribute("lang", "en"),
        new XElement(
            "head",
            new XElement("meta", new XAttribute("charset", "utf-8")),
            new XElement("meta", new XAttribute("name", "viewport"), new XAttribute("content", "width=device-width, initial-scale=1")),
            new XElement("title", "Rill: reference"),
            new XElement("style", Style)),
        new XElement("body", new XElement("main", Body()))).ToString(SaveOptions.DisableFormatting);

    private IEnumerable<object> Body()
    {
        var operations = document["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(operation => new Shown(path.Key, operation.Key, operation.Value!.AsObject()))).ToList();
        yield return new XElement("h1", $"Rill {document["info"]!["version"]}: reference");
        yield return new XElement(
            "p", document["info"]!["description"]!.ToString(), " The same for programs: ",
            new XElement("a", new XAttribute("href", "openapi.json"), "openapi.json"), ".");
        yield return new XElement("nav", new XAttribute("aria-label", "Operations"), new XElement("ul", operations.Select(shown =>
            new XElement("li", new XElement("a", new XAttribute("href", "#" + shown.Id), shown.Title)))));
        foreach (var group in operations.GroupBy(shown => shown.Tag))
        {
            yield return new XElement("h2", group.Key);
            foreach (var shown in group)
            {
                yield return Section(shown);
            }
        }

        yield return new XElement("h2", "Schemas");
        foreach (var (name, schema) in document["components"]!["schemas"]!.AsObject())
        {
            yield return new XElement(
                "details", new XAttribute("id", "schema-" + name), new XElement("summary", name), Described(schema!.AsObject()), Members(schema!.AsObject()));
        }
    }

    private XElement Section(Shown shown) => new(
        "section", new XAttribute("id", shown.Id),
        new XElement("h3", new XElement("b", shown.Method), new XElement("code", shown.Path)),
        new XElement("p", shown.Operation["summary"]!.ToString(), ".", shown.Operation["security"] is null ? null : " Open: it asks for no key."),
        Parameters(shown.Operation), Request(shown), Responses(shown.Operation));

    private static XElement? Parameters(JsonObject operation) => operation["parameters"] is not JsonArray parameters ? null : Table(
        ["parameter", "in", "what it may be", "about"], parameters.Select(parameter => new object[]
        {
            new XElement("code", parameter!["name"]!.ToString()), parameter["in"]!.ToString(), SchemaText.Of(parameter["schema"]!.AsObject()),
            parameter["description"]!.ToString(),
        }));

    private static IEnumerable<XElement> Request(Shown shown)
    {
        if (shown.Operation["requestBody"]?["content"]?["application/json"] is not JsonObject body)
        {
            yield break;
        }

        yield return new XElement("p", "Body: ", SchemaText.Of(body["schema"]!.AsObject()), ".");
        if (body["example"] is { } example)
        {
            yield return new XElement("pre", new XElement("code", example.ToJsonString(s_writing)));
        }
    }

    private XElement Responses(JsonObject operation) => Table(
        ["status", "what it is", "body"], operation["responses"]!.AsObject().Select(response =>
        {
            var answer = response.Value!["$ref"]?.GetValue<string>() is { } reference
                ? document["components"]!["responses"]![reference.Split('/')[^1]]!.AsObject()
                : response.Value.AsObject();
            var bodies = answer["content"]!.AsObject().Select(content => (IEnumerable<object>)[new XElement("code", content.Key), " ", .. SchemaText.Of(content.Value!["schema"]!.AsObject())]);
            return new object[] { response.Key, answer["description"]!.ToString(), bodies.SelectMany((body, index) => index == 0 ? body : body.Prepend("; ")) };
        }));

    private static XElement? Described(JsonObject schema) => schema["description"] is { } text ? new XElement("p", text.ToString()) : null;

    private static IEnumerable<XElement> Members(JsonObject schema)
    {
        if (schema["properties"] is JsonObject properties)
        {
            var required = (schema["required"] as JsonArray ?? []).Select(name => name!.GetValue<string>()).ToHashSet();
            yield return Table(["member", "what it may be", "about"], properties.Select(property => new object[]
            {
                new XElement("code", property.Key, required.Contains(property.Key) ? "*" : null), SchemaText.Of(property.Value!.AsObject()),
                property.Value!["description"]?.ToString() ?? " ",
            }));
        }

        foreach (var choice in schema["anyOf"] as JsonArray ?? [])
        {
            foreach (var table in Members(choice!.AsObject()))
            {
                yield return table;
            }
        }
    }

    private static XElement Table(string[] heads, IEnumerable<object[]> rows) => new(
        "table", new XElement("thead", new XElement("tr", heads.Select(head => new XElement("th", head)))),
        new XElement("tbody", rows.Select(row => new XElement("tr", row.Select(cell => new XElement("td", cell))))));

    /// <summary>An operation with where it stands.</summary>
    private sealed record Shown(string Path, string Method, JsonObject Operation)
    {
        public string Id => Operation["operationId"]!.ToString();

        public string Tag => Operation["tags"]![0]!.ToString();

        public string Title => $"{Method.ToUpperInvariant()} {Path}";
    }
}
