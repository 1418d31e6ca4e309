using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Rill.ChatClient.Answers;
using Rill.ChatClient.Loading;
using Rill.ChatClient.Requests;
using Rill.ModelStore;
using Rill.ModelStore.Loading;

namespace Rill.ChatClient;

/// <summary>
/// A language model in this process, as a chat client and as a generator of embeddings: what the server runs, without HTTP. One instance serves
/// any number of threads, whose requests are computed together. Disposing it ends its requests and gives the model's memory back.
/// </summary>
public sealed class RillChatClient : IChatClient, IEmbeddingGenerator<string, Embedding<float>>, IAsyncDisposable
{
    private const string Provider = "rill";

    private readonly CancellationTokenSource _stop = new();
    private readonly ChatClientMetadata _metadata;
    private readonly EmbeddingGeneratorMetadata _embeddingMetadata;
    private readonly Task<RunningModel> _loading;
    private readonly Lazy<Task> _disposal;

    private RillChatClient(string model, RillChatClientOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        options.Check();
        var address = Find(model);
        var id = options.ModelId ?? address.Name;
        _metadata = new ChatClientMetadata(Provider, defaultModelId: id);
        _embeddingMetadata = new EmbeddingGeneratorMetadata(Provider, defaultModelId: id);
        _disposal = new Lazy<Task>(() => Task.Run(EndAsync));
        _loading = Task.Run(() => RunningModel.LoadAsync(address, id, options, _stop.Token));
    }

    /// <summary>Loads a model.</summary>
    /// <param name="model">
    /// A Hugging Face model directory, a GGUF file, or an address: <c>hf://ORG/NAME[@REVISION][/FILE.gguf]</c>,
    /// <c>https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH</c>, <c>blob://CONTAINER/PATH</c>.
    /// </param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the load.</param>
    /// <exception cref="ArgumentException">An option is wrong.</exception>
    /// <exception cref="RillLoadException">The model cannot be loaded.</exception>
    public static async Task<RillChatClient> LoadAsync(
        string model, RillChatClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        var client = Begin(model, options);
        try
        {
            await client.LoadedAsync(cancellationToken).ConfigureAwait(false);
            return client;
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Begins to load a model and returns at once: requests wait until it is loaded, or fail with what <see cref="LoadedAsync"/> throws.
    /// </summary>
    /// <param name="model">As for <see cref="LoadAsync"/>.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is wrong.</exception>
    /// <exception cref="RillLoadException">There is no such model, as far as can be seen at once.</exception>
    public static RillChatClient Begin(string model, RillChatClientOptions? options = null) => new(model, options ?? new RillChatClientOptions());

    /// <summary>Waits until the model takes requests.</summary>
    /// <param name="cancellationToken">Ends the waiting, and not the load.</param>
    /// <exception cref="RillLoadException">The model cannot be loaded.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    public Task LoadedAsync(CancellationToken cancellationToken = default) => RunningAsync(cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">An option or a content that is not supported; the message names it.</exception>
    /// <exception cref="RillRequestException">The request is wrong, or its answer broke off.</exception>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var updates = GetStreamingResponseAsync(messages, options, cancellationToken);
        var response = await updates.ToChatResponseAsync(cancellationToken).ConfigureAwait(false);
        response.AdditionalProperties ??= response.Messages[^1].AdditionalProperties;    // where Microsoft's gathering puts them
        return response;
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">An option or a content that is not supported; the message names it.</exception>
    /// <exception cref="RillRequestException">The request is wrong, or its answer broke off.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var request = ChatRequestJson.Write(messages, options);
        var model = await RunningAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var update in ChatAnswers.ReadAsync(model.Chat, request, cancellationToken).ConfigureAwait(false))
        {
            yield return update;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The model makes no embeddings, or an option is not supported.</exception>
    /// <exception cref="RillRequestException">The request is wrong, or broke off.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        var model = await RunningAsync(cancellationToken).ConfigureAwait(false);
        return await EmbeddingAnswers.ReadAsync(model.Chat, [.. values], options, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc cref="IChatClient.GetService"/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? _embeddingMetadata
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>
    /// Ends the load, or lets running answers go on for <see cref="RillChatClientOptions.DrainSeconds"/>; then gives all memory back.
    /// </summary>
    public async ValueTask DisposeAsync() => await _disposal.Value.ConfigureAwait(false);

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose() => _disposal.Value.GetAwaiter().GetResult();

    private static ModelAddress Find(string model)
    {
        try
        {
            var address = ModelAddress.Parse(model);
            return address is DirectoryAddress directory ? new DirectoryAddress(ModelDirectory.Find(directory.Path, "name")) : address;
        }
        catch (Exception failure) when (LoadFailures.Explain(failure) is { } explained)
        {
            throw explained;
        }
    }

    private async Task<RunningModel> RunningAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposal.IsValueCreated, this);
        try
        {
            return await _loading.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_disposal.IsValueCreated)
        {
            throw new ObjectDisposedException(nameof(RillChatClient));
        }
    }

    private async Task EndAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await ((Task)_loading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_loading.IsCompletedSuccessfully)
        {
            await _loading.Result.DisposeAsync().ConfigureAwait(false);
        }

        _stop.Dispose();
    }
}
