using System.Text;
using Rill.OpenAI;

namespace Rill.Chat.Output;

/// <summary>Gathers a generation into one answer, for requests that do not stream.</summary>
public static class ChatAnswer
{
    /// <summary>Reads every choice to its end. The texts equal what a stream of the same request would concatenate to.</summary>
    public static async Task<ChatCompletion> ReadAsync(ChatGeneration generation, CancellationToken cancellationToken)
    {
        var gathered = new Gathered[generation.ChoiceCount];
        for (var i = 0; i < gathered.Length; i++)
        {
            gathered[i] = new Gathered();
        }

        while (await generation.NextAsync(cancellationToken) is { } delta)
        {
            gathered[delta.Index].Add(delta);
        }

        var choices = gathered.Select((choice, index) => choice.ToChoice(index)).ToList();
        return new ChatCompletion(generation.Id, generation.Created, generation.Model.Id, choices, generation.Usage)
        {
            SystemFingerprint = generation.Model.Fingerprint,
        };
    }

    private sealed class Gathered
    {
        private readonly StringBuilder _text = new();
        private List<TokenLogprob>? _logprobs;
        private ChoiceFinish? _finish;

        public void Add(in ChoiceDelta delta)
        {
            _text.Append(delta.Text);
            _finish = delta.Finish;
            if (delta.Logprobs is not null)
            {
                (_logprobs ??= []).AddRange(delta.Logprobs);
            }
        }

        public ChatChoice ToChoice(int index) => new(index, new AssistantMessage(_text.ToString()), _finish!.Reason)
        {
            StopReason = _finish.StopReason,
            Logprobs = _logprobs is null ? null : new ChoiceLogprobs(_logprobs),
        };
    }
}
