using System.Text;
using Rill.OpenAI;

namespace Rill.Chat.Output;

/// <summary>Gathers completions of text into one answer, for requests that do not stream.</summary>
public static class CompletionAnswer
{
    /// <summary>Reads every choice to its end. The texts equal what a stream of the same request would concatenate to.</summary>
    public static async Task<Completion> ReadAsync(ChatGeneration generation, CancellationToken cancellationToken)
    {
        var texts = Enumerable.Range(0, generation.ChoiceCount).Select(index => new StringBuilder(generation.Echo(index))).ToList();
        var echoed = new IReadOnlyList<TokenLogprob>?[texts.Count];
        var logprobs = new List<TokenLogprob>?[texts.Count];
        var finishes = new ChoiceFinish[texts.Count];
        while (await generation.NextAsync(cancellationToken) is { } delta)
        {
            echoed[delta.Index] ??= delta.PromptLogprobs;
            foreach (var part in delta.Parts)
            {
                texts[delta.Index].Append(part.Text);
            }

            if (delta.Logprobs is { } entries)
            {
                (logprobs[delta.Index] ??= []).AddRange(entries);
            }

            finishes[delta.Index] = delta.Finish ?? finishes[delta.Index];
        }

        var choices = texts.Select((text, index) => new CompletionChoice(index, text.ToString())
        {
            Logprobs = Logprobs(generation.Echo(index), echoed[index], logprobs[index]),
            FinishReason = finishes[index].Reason,
            StopReason = finishes[index].StopReason,
        });
        return new Completion(generation.Id, generation.Created, generation.Model.Id, [.. choices])
        {
            SystemFingerprint = generation.Model.Fingerprint,
            Usage = ChunkUsage.Of(generation.Usage),
        };
    }

    private static CompletionLogprobs? Logprobs(string? prompt, IReadOnlyList<TokenLogprob>? echoed, List<TokenLogprob>? entries)
    {
        var builder = new CompletionLogprobsBuilder();
        var echo = echoed is null ? null : builder.Echo(prompt!, echoed);
        var own = entries is null ? null : builder.Add(entries);
        return echo is null || own is null ? echo ?? own : echo.FollowedBy(own);
    }
}
