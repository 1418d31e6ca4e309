using Microsoft.Extensions.Logging.Abstractions;
using Rill.Chat;
using Rill.Chat.Embeddings;
using Rill.Chat.Format;
using Rill.Chat.Output;
using Rill.OpenAI;
using Rill.Serving;
using Rill.Telemetry;
using Rill.Text;

namespace Rill.Core.Tests.Chat;

/// <summary>A chat service over the scripted model, in memory.</summary>
internal sealed class ChatWorld : IAsyncDisposable
{
    private readonly RillMetrics _metrics = new();

    public ChatWorld(
        ScriptedRunnerOptions? script = null,
        EngineOptions? engine = null,
        string template = "{{ messages[-1]['content'] }}",
        int[]? eosTokenIds = null,
        ITokenizer? tokenizer = null,
        TimeProvider? clock = null,
        MessageFormat? format = null,
        EmbeddingModel? embeddings = null)
    {
        var runner = new ScriptedModelRunner(script ?? new ScriptedRunnerOptions());
        Engine = new InferenceEngine(
            runner, engine ?? new EngineOptions(), NullLogger<InferenceEngine>.Instance, TimeProvider.System, _metrics);
        var model = new ChatModel
        {
            Id = "scripted",
            Created = 1,
            Fingerprint = "fp_test",
            Tokenizer = tokenizer ?? new ByteTokenizer(),
            Template = ChatTemplate.Parse(template, "test"),
            EosTokenIds = eosTokenIds ?? [ByteTokenizer.EndOfText],
            Format = format,
            Embeddings = embeddings,
        };
        Service = new ChatService(
            model, Engine, new ChatRequestLimits(["scripted"], ByteTokenizer.EndOfText + 1), _metrics, clock ?? TimeProvider.System);
    }

    public InferenceEngine Engine { get; }

    public ChatService Service { get; }

    public static ChatCompletionRequest Ask(string text) =>
        new() { Messages = [new ChatMessage("user", new MessageContent(text))] };

    public ChatGeneration Start(ChatCompletionRequest request)
    {
        var (generation, error) = Service.Start(request, bodyBytes: 100);
        Assert.Null(error);
        return generation!;
    }

    public async Task<ChatCompletion> AnswerAsync(ChatCompletionRequest request)
    {
        await using var generation = Start(request);
        return await ChatAnswer.ReadAsync(generation, default).WaitAsync(TimeSpan.FromSeconds(120));
    }

    /// <summary>Waits until nothing runs and nothing waits.</summary>
    public async Task AssertIdleAsync(TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        while (Engine.Running + Engine.Waiting > 0)
        {
            await Task.Delay(10, limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        _metrics.Dispose();
    }
}
