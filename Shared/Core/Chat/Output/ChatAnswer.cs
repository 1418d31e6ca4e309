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

        var choices = gathered.Select((choice, index) => choice.ToChoice(index, generation.Rules)).ToList();
        return new ChatCompletion(generation.Id, generation.Created, generation.Model.Id, choices, generation.Usage)
        {
            SystemFingerprint = generation.Model.Fingerprint,
        };
    }

    private sealed class Gathered
    {
        private readonly StringBuilder _content = new();
        private readonly StringBuilder _reasoning = new();
        private readonly List<(string Id, string Function, StringBuilder Arguments)> _calls = [];
        private List<TokenLogprob>? _logprobs;
        private ChoiceFinish? _finish;

        public void Add(in ChoiceDelta delta)
        {
            foreach (var part in delta.Parts)
            {
                Add(part);
            }

            _finish = delta.Finish;
            if (delta.Logprobs is not null)
            {
                (_logprobs ??= []).AddRange(delta.Logprobs);
            }
        }

        public ChatChoice ToChoice(int index, AnswerRules rules) => new(index, Message(rules), _finish!.Reason)
        {
            StopReason = _finish.StopReason,
            Logprobs = _logprobs is null ? null : new ChoiceLogprobs(_logprobs),
        };

        private void Add(in AnswerPart part)
        {
            switch (part.Kind)
            {
                case AnswerPartKind.Content:
                    _content.Append(part.Text);
                    break;
                case AnswerPartKind.Reasoning:
                    _reasoning.Append(part.Text);
                    break;
                case AnswerPartKind.ToolCall:
                    _calls.Add((part.CallId!, part.Text, new StringBuilder()));
                    break;
                default:
                    _calls[part.CallIndex].Arguments.Append(part.Text);
                    break;
            }
        }

        private AssistantMessage Message(AnswerRules rules)
        {
            var calls = _calls.ConvertAll(call => new ToolCall(call.Id, new FunctionCall(call.Function, call.Arguments.ToString())));
            var (reasoningContent, reasoning) = rules.Tell(_reasoning.Length > 0 ? _reasoning.ToString() : null);
            return new(_content.Length == 0 && calls.Count > 0 ? null : _content.ToString())
            {
                ReasoningContent = reasoningContent,
                Reasoning = reasoning,
                ToolCalls = calls.Count > 0 && !rules.TellsFunctionCall ? calls : null,
                FunctionCall = calls.Count > 0 && rules.TellsFunctionCall ? calls[0].Function : null,
            };
        }
    }
}
