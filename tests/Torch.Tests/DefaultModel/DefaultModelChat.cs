using System.Text.Json;
using Rill.Chat.Constraints;
using Rill.Serving;
using Rill.Text;
using Rill.Text.Grammar;
using Rill.Text.Grammar.Tokens;

namespace Rill.Torch.Tests.DefaultModel;

/// <summary>The committed model behind its own template, tokenizer and runner: what it answers at temperature 0.</summary>
internal sealed class DefaultModelChat : IDisposable
{
    private readonly ModelText _text = ModelText.Load(ModelFolder.Path);
    private readonly TorchModelRunner _runner = TorchModelRunnerFactory.Load(
        ModelFolder.Path, new TorchRunnerOptions { DataType = TorchDataType.Float32, SlotCount = 1, BlockSize = 16, KeyValueMemoryMiB = 64, Threads = 1 });

    private long _answers;

    /// <summary>The answer, marks of calls and thoughts included.</summary>
    /// <param name="messages">OpenAI's messages, JSON.</param>
    /// <param name="tools">OpenAI's tools, JSON.</param>
    /// <param name="thinks">Whether thinking is asked for.</param>
    /// <param name="schema">A JSON Schema that binds the answer.</param>
    public string Answer(string messages, string? tools = null, bool thinks = false, string? schema = null)
    {
        var prompt = _text.Tokenizer.Encode(_text.Template.Render(new Dictionary<string, object?>(_text.Variables)
        {
            ["messages"] = JsonElement.Parse(messages),
            ["tools"] = tools is null ? null : JsonElement.Parse(tools),
            ["enable_thinking"] = thinks,
            ["add_generation_prompt"] = true,
        }));
        var sequence = new Sequence(_answers++, prompt, new SamplingParameters { Temperature = 0 }) { Slot = 0, Constraint = schema is null ? null : Bind(schema) };
        var released = _answers > 1 ? new List<int> { 0 } : [];
        while (sequence.CompletionLength < 200)
        {
            var token = _runner.Execute(new StepBatch { Released = released, Steps = [new(sequence, sequence.ComputedTokens, sequence.PendingTokens)] })[0].Tokens.Span[0].TokenId;
            released = [];
            sequence.ComputedTokens = sequence.Length;
            if (_text.EosTokenIds.Contains(token) || sequence.Append(token) != TokenAcceptance.Accepted)
            {
                break;
            }
        }

        var detokenizer = new IncrementalDetokenizer(_text.Tokenizer, skipSpecialTokens: false);
        return string.Concat(sequence.Tokens[sequence.PromptLength..].ToArray().Select(detokenizer.Push));
    }

    public void Dispose() => _runner.Dispose();

    private GrammarConstraint Bind(string schema) =>
        new(CompiledGrammar.OfSchema(JsonElement.Parse(schema), new TokenVocabulary(_text.Tokenizer, _text.EosTokenIds)));
}
