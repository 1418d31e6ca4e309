using System.Globalization;

namespace Rill.CommandLine.Chat;

/// <summary>Sums of a conversation's answers.</summary>
internal static class ChatStatistics
{
    /// <summary>The sums in a line or two.</summary>
    public static string Describe(IReadOnlyCollection<AnswerRecord> answers)
    {
        if (answers.Count == 0)
        {
            return "There is no answer yet.";
        }

        var counted = answers.Select(answer => answer.Usage).OfType<Client.TokenCounts>().ToList();
        var firsts = answers.Select(answer => answer.FirstText?.TotalSeconds).OfType<double>().ToList();
        var speeds = answers.Select(answer => answer.TokensPerSecond).OfType<double>().ToList();
        return string.Join(" · ", new[]
        {
            $"{answers.Count} answers",
            counted.Count > 0 ? Line($"{counted.Sum(usage => usage.Completion)} tokens answered, {counted.Sum(usage => usage.Prompt)} read, {counted.Sum(usage => usage.Cached)} of them cached") : null,
            firsts.Count > 0 ? Line($"first token after {firsts.Average():0.00} s on average, {firsts.Max():0.00} s at most") : null,
            speeds.Count > 0 ? Line($"{speeds.Average():0.0} tokens/s on average") : null,
        }.OfType<string>());
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
