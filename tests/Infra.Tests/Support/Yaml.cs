using YamlDotNet.RepresentationModel;

namespace Rill.Infra.Tests.Support;

/// <summary>Reading YAML by path.</summary>
internal static class Yaml
{
    /// <summary>The root of a file of the checkout.</summary>
    public static YamlMappingNode Load(params string[] parts) => LoadFile(Repository.Find(parts));

    /// <summary>The root of any file.</summary>
    public static YamlMappingNode LoadFile(string path)
    {
        var stream = new YamlStream();
        using var reader = new StringReader(File.ReadAllText(path));
        stream.Load(reader);
        return (YamlMappingNode)Assert.Single(stream.Documents).RootNode;
    }

    /// <summary>The node at <paramref name="path"/>, its names divided by dots; the test fails if it is absent.</summary>
    public static YamlNode At(this YamlNode node, string path)
    {
        foreach (var name in path.Split('.'))
        {
            Assert.True(node.Find(name) is not null, $"{path} is absent: no {name}.");
            node = node.Find(name)!;
        }

        return node;
    }

    /// <summary>The value under a name, or null.</summary>
    public static YamlNode? Find(this YamlNode node, string name) =>
        node is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode(name), out var value) ? value : null;

    /// <summary>A scalar's text.</summary>
    public static string Text(this YamlNode node) => ((YamlScalarNode)node).Value!;

    /// <summary>The entries of a map.</summary>
    public static IEnumerable<(string Name, YamlNode Value)> Entries(this YamlNode node) =>
        ((YamlMappingNode)node).Children.Select(entry => (entry.Key.Text(), entry.Value));
}
