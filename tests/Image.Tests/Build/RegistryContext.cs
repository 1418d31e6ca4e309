using System.Text.RegularExpressions;

namespace Rill.Image.Tests.Build;

/// <summary>
/// The files that <c>az acr build</c> sends to the registry. It reads .dockerignore by rules of its own (_archive_utils.py of the Azure CLI): the last
/// rule that matches a path decides; a path that none matches goes with its folder; and rules above the one that decided over the folder are
/// not asked again.
/// </summary>
internal sealed class RegistryContext
{
    private readonly List<(Regex Path, bool Ignores)> _rules;

    private RegistryContext(IEnumerable<string> lines) =>
        _rules = [.. lines.Where(line => line.Length > 0 && line[0] != '#').Reverse().Select(line => (PatternOf(line.TrimStart('!')), line[0] != '!'))];

    /// <summary>The paths below <paramref name="root"/> that are sent.</summary>
    public static IReadOnlySet<string> Of(string root)
    {
        var context = new RegistryContext(File.ReadLines(Path.Combine(root, ".dockerignore")).Select(line => line.TrimEnd()));
        HashSet<string> sent = [];
        context.Visit(new DirectoryInfo(root), "", isIgnored: false, context._rules.Count, sent);
        return sent;
    }

    private void Visit(DirectoryInfo folder, string path, bool isIgnored, int decidedBy, HashSet<string> sent)
    {
        foreach (var entry in EntriesOf(folder).Where(entry => entry.Name != ".git"))
        {
            var name = path.Length == 0 ? entry.Name : $"{path}/{entry.Name}";
            var rule = _rules.FindIndex(0, decidedBy, rule => rule.Path.IsMatch(name));
            var ignored = rule < 0 ? isIgnored : _rules[rule].Ignores;
            if (entry is DirectoryInfo below)
            {
                Visit(below, name, ignored, rule < 0 ? decidedBy : rule, sent);
            }
            else if (!ignored)
            {
                sent.Add(name);
            }
        }
    }

    // What a build beside this one makes and removes, such as the page's dist/, may be gone by now.
    private static FileSystemInfo[] EntriesOf(DirectoryInfo folder)
    {
        try
        {
            return folder.GetFileSystemInfos();
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    // Two stars stand for anything, with the slash behind them.
    private static Regex PatternOf(string rule) => new(
        "^" + Regex.Escape(rule)
            .Replace(@"\*\*/", ".*", StringComparison.Ordinal)
            .Replace(@"\*", "[^/]*", StringComparison.Ordinal)
            .Replace(@"\?", "[^/]", StringComparison.Ordinal) + "$");
}
