using System.Text.RegularExpressions;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Docs;

/// <summary>docs/troubleshooting.md has every sentence with which a setting, a place or a store stops a start.</summary>
public sealed partial class TroubleshootingTests
{
    private static readonly string _page = File.ReadAllText(Path.Combine(BuiltPrograms.Root, "docs", "troubleshooting.md"));

    /// <summary>Names that a sentence is put together of, where they stand in the sources as constants.</summary>
    private static readonly (string Expression, string Value)[] _names =
    [
        ("{AzureMonitorSettings.ConnectionStringVariable}", "APPLICATIONINSIGHTS_CONNECTION_STRING"),
        ("{AuthenticationVariable}", "APPLICATIONINSIGHTS_AUTHENTICATION_STRING"),
        ("{LoadingName}", "AllowLoading"),
        ("{remedy}", "set Rill__Model to"),
        ("{ModelFileNames.WeightIndex}", "model.safetensors.index.json"),
    ];

    [Fact]
    public void EverySentenceOfTheSources_StandsOnThePage()
    {
        var sentences = Sources().SelectMany(source => Sentence().Matches(source)).Select(match => match.Groups["text"].Value).Distinct().ToList();

        Assert.True(sentences.Count > 40, $"Only {sentences.Count} sentences were found.");
        Assert.DoesNotContain(sentences, sentence => !Pieces(sentence).All(piece => _page.Contains(piece, StringComparison.Ordinal)));
    }

    [Fact]
    public void EverySentenceOfThePage_IsSaidByTheSources()
    {
        var code = string.Join('\n', Sources().Select(source => _names.Aggregate(source, (text, name) => text.Replace(name.Expression, name.Value, StringComparison.Ordinal))));
        var told = _page.Split("## It runs")[0].Split('\n').Where(line => line.StartsWith("| *", StringComparison.Ordinal))
            .SelectMany(line => Told().Matches(line.Split(" | ")[0])).Select(match => match.Groups[1].Value).ToList();

        Assert.True(told.Count > 40, $"Only {told.Count} sentences were found.");
        Assert.DoesNotContain(told, sentence => !IsOfParts(sentence) && sentence.Split('…').Select(piece => piece.Trim(' ', '.', ',', '(', ')'))
            .Where(piece => piece.Length >= 8).Any(piece => !code.Contains(piece, StringComparison.Ordinal)));
    }

    /// <summary>What .NET says of values in its own words, and what the sources put together of parts.</summary>
    private static bool IsOfParts(string sentence) =>
        new[] { "Failed to convert", "The field", "libc10.so", "The hub … redirects" }.Any(begin => sentence.StartsWith(begin, StringComparison.Ordinal));

    /// <summary>The constant parts of a sentence that say something.</summary>
    private static IEnumerable<string> Pieces(string sentence)
    {
        var whole = _names.Aggregate(sentence, (text, name) => text.Replace(name.Expression, name.Value, StringComparison.Ordinal));
        return Expression().Split(whole).Select(piece => piece.Trim(' ', '.', ':')).Where(piece => piece.Length >= 8);
    }

    private static IEnumerable<string> Sources() => new[] { "FunctionApp", "Shared", "tools/LocalHost" }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(BuiltPrograms.Root, folder), "*.cs", SearchOption.AllDirectories))
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal)).Select(File.ReadAllText)
        .Concat(new[] { "run", "tools/build-if-changed.sh" }.Select(script => Variable().Replace(File.ReadAllText(Path.Combine(BuiltPrograms.Root, script)), "{}")));

    /// <summary>
    /// The text that such an exception is made of; behind the kind of a store's failure, or within a call that formats it. Of a script what it
    /// fails with, and what it says without a time at the end.
    /// </summary>
    [GeneratedRegex(@"(?:(?:fail|say) ""(?<text>[^""]+[^""s])"")|(?:new StartFailureException\(|new SettingsException\(|new StoreException\(StoreFailure\.\w+,|new\(StoreFailure\.\w+,)(?:\s|string\.Create\(CultureInfo\.InvariantCulture,)*\$?""(?<text>(?:\{[^}""]*(?:""[^""]*""[^}""]*)*\}|[^""{])+)""")]
    private static partial Regex Sentence();

    /// <summary>What a shell puts into a text.</summary>
    [GeneratedRegex(@"\$(?:\{[^}]*\}|\(\([^)]*\)\)|\w+)")]
    private static partial Regex Variable();

    /// <summary>An expression within an interpolated text.</summary>
    [GeneratedRegex(@"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")]
    private static partial Regex Expression();

    /// <summary>What stands between stars.</summary>
    [GeneratedRegex(@"(?<!\*)\*([^*]+)\*(?!\*)")]
    private static partial Regex Told();
}
