using System.Globalization;
using System.Text.Json.Nodes;
using Rill.CommandLine.Client;

namespace Rill.CommandLine.LoadTest;

/// <summary>Prompts of a wanted length that are all different, so that no cache of prefixes answers for the model.</summary>
/// <param name="plan">The plan.</param>
internal sealed class PromptMaker(LoadPlan plan)
{
    private const int FewWords = 8;
    private const int CalibrationNumbers = 9_000_000;

    private static readonly string[] s_words =
        ("river stone light water garden morning window letter music paper winter summer bridge market table silver golden quiet "
        + "gentle little open round early heavy simple strong distant careful walk carry follow listen remember answer build open "
        + "travel gather notice the a and with under over between after before because while through around against their some many "
        + "every other first second last house street village mountain forest island ocean desert valley meadow cloud storm wind rain "
        + "snow fire earth star moon sun day night year hour minute friend mother father sister brother child teacher doctor sailor").Split(' ');

    private string _shared = "";
    private int _sharedWords;
    private int _words;
    private int _made;

    /// <summary>Asks for two answers of one token, and learns from the server's counts how many words make the wanted tokens. Without counts, a word is taken for a token.</summary>
    /// <exception cref="ServerException">The server fails.</exception>
    /// <exception cref="FailureException">The shared tokens leave no room for what every prompt has of its own.</exception>
    public async Task CalibrateAsync(LoadClient client, CancellationToken cancellationToken)
    {
        var many = Math.Max(2 * FewWords, plan.PromptTokens);
        var few = await CountAsync(FewWords, CalibrationNumbers);
        var all = await CountAsync(many, CalibrationNumbers + 1);
        var (overhead, tokensPerWord) = (0.0, 1.0);    // tokens of a number and of the template around it; tokens of a word
        if (few is { } low && all is { } high && high > low)
        {
            tokensPerWord = (double)(high - low) / (many - FewWords);
            overhead = low - (FewWords * tokensPerWord);
        }

        _words = (int)Math.Max(1, Math.Round((plan.PromptTokens - overhead) / tokensPerWord));
        _sharedWords = (int)Math.Round(plan.SharedPrefix / tokensPerWord);
        if (_sharedWords > _words)
        {
            throw new FailureException(string.Create(CultureInfo.InvariantCulture,
                $"--shared-prefix {plan.SharedPrefix} is too long: of a prompt of {plan.PromptTokens} tokens, {Math.Ceiling(overhead)} are its number and the model's template."));
        }

        _shared = string.Join(' ', Words(new Random(plan.Seed), _sharedWords));

        async Task<int?> CountAsync(int words, int number)
        {
            var request = Request(Text(number, words));
            request["max_tokens"] = 1;
            return (await client.ReadAsync(request, cancellationToken))?.Prompt;
        }
    }

    /// <summary>The next request.</summary>
    public JsonObject Next() => Request(Text(Interlocked.Increment(ref _made), _words));

    private JsonObject Request(string prompt)
    {
        var request = new JsonObject
        {
            ["model"] = plan.Model,
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = prompt }),
            ["max_tokens"] = plan.MaxTokens,
        };
        foreach (var (name, value) in plan.Body)
        {
            request[name] = value?.DeepClone();
        }

        return request;
    }

    /// <summary>A number before its own words: texts of few words are different, too.</summary>
    private string Text(int number, int words)
    {
        // HashCode would give another number in each process.
        var own = string.Join(' ', Words(new Random(unchecked((plan.Seed * 16_777_619) ^ number)), words - _sharedWords));
        return _shared.Length > 0 ? $"{_shared} {number:0000000} {own}" : $"{number:0000000} {own}";
    }

    private static IEnumerable<string> Words(Random random, int count) => Enumerable.Range(0, count).Select(_ => s_words[random.Next(s_words.Length)]);
}
