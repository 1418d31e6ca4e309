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
        var logprobs = new CompletionLogprobs?[texts.Count];
        var builders = texts.ConvertAll(_ => new CompletionLogprobsBuilder());
        var finishes = new ChoiceFinish[texts.Count];
        while (await generation.NextAsync(cancellationToken) is { } delta)
        {
            if (delta.PromptLogprobs is { } echoed)
            {
                logprobs[delta.Index] = builders[delta.Index].Echo(generation.Echo(delta.Index)!, echoed);
            }

            foreach (var part in delta.Parts)
            {
                texts[delta.Index].Append(part.Text);
            }

            if (delta.Logprobs is { } entries)
            {
                var next = builders[delta.Index].Add(entries);
                logprobs[delta.Index] = logprobs[delta.Index]?.FollowedBy(next) ?? next;
            }

            finishes[delta.Index] = delta.Finish ?? finishes[delta.Index];
        }

        var choices = texts.Select((text, index) => new CompletionChoice(index, text.ToString())
        {
            Logprobs = logprobs[index],
            FinishReason = finishes[index].Reason,
            StopReason = finishes[index].StopReason,
        });
        return new Completion(generation.Id, generation.Created, generation.Model.Id, [.. choices])
        {
            SystemFingerprint = generation.Model.Fingerprint,
            Usage = ChunkUsage.Of(generation.Usage),
        };
    }
}
