using System.Diagnostics;
using Rill.Core.Tests.Models;
using Rill.Text;
using Rill.Text.Patterns;

namespace Rill.Core.Tests.Text;

/// <summary>Broken files and expressions: each gives a tokenizer or one clear failure. Fixed seeds, bounded time.</summary>
public sealed class TokenizerFuzzTests
{
    private static readonly int s_times = Math.Max(1, FuzzedModel.FilesOfEach / 60);
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(3) * s_times;

    // So many are tried however slow the machine.
    private const int Fewest = 100;

    [Fact]
    public void Load_OfMutatedFiles_GivesATokenizerOrSaysWhatIsWrong()
    {
        string[] files = [TinyTokenizer.Json(), SpaceMarkTokenizerTests.Json(), .. ReferenceCaseTests.Files().Take(60)];
        var random = new Random(6);
        var (loaded, refused) = (0, 0);
        for (var watch = Stopwatch.StartNew(); loaded + refused < (watch.Elapsed < s_time ? 4_000 * s_times : Fewest);)
        {
            var text = JsonDamage.Of(files[random.Next(files.Length)], random);
            try
            {
                var tokenizer = TinyTokenizer.FromText(text);
                tokenizer.Decode(tokenizer.EncodeToIds("ab <|end|> é\n1"));
                loaded++;
            }
            catch (UnsupportedModelException exception)
            {
                Assert.Contains("tokenizer.json", exception.Message, StringComparison.Ordinal);
                refused++;
            }
        }

        Assert.True(loaded > 0 && refused > 0, $"{loaded} loaded, {refused} refused");
    }

    [Fact]
    public void Constructor_OfRandomExpressions_GivesAPatternOrSaysWhatIsWrong()
    {
        string[] parts =
        [
            "a", "b", "\\", "p{", "}", "L", "^", "[", "]", "(", ")", "?", "*", "+", "|", "{1,3}", "{", ",", "&&", "-", "(?i:", "(?=", "(?!", "(?:", ".",
            "\\s", "\\p{L}", "\\x{41}", "$", "\\u00e9", "1", "[^", "\\W", "中", "\U0001F642",
        ];
        var random = new Random(7);
        var (made, refused) = (0, 0);
        for (var watch = Stopwatch.StartNew(); made + refused < (watch.Elapsed < s_time ? 20_000 : Fewest);)
        {
            var source = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => parts[random.Next(parts.Length)]));
            try
            {
                var pattern = new Pattern(source);
                var found = pattern.Find("ab aé中🙂b", 0, new(9, CancellationToken.None), out var start, out var end);
                Assert.True(!found || (start <= end && end <= 9), source);
                made++;
            }
            catch (PatternSyntaxException)
            {
                refused++;
            }
        }

        Assert.True(made > 0 && refused > 0, $"{made} made, {refused} refused");
    }
}
