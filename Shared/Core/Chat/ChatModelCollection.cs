using System.Collections;

namespace Rill.Chat;

/// <summary>
/// The ids that requests may name: the base model's, and those of the adapters that are loaded now. Enumerating gives the ids, the base's first
/// and the others in the order in which they were loaded. Thread-safe.
/// </summary>
/// <param name="model">The base.</param>
public sealed class ChatModelCollection(ChatModel model) : IReadOnlyCollection<string>
{
    private readonly Lock _changing = new();
    private volatile IReadOnlyList<ChatModel> _all = [model];
    private int _lastAdapter;

    /// <summary>Every model, the base first.</summary>
    public IReadOnlyList<ChatModel> All => _all;

    /// <inheritdoc/>
    public int Count => _all.Count;

    /// <summary>A number for an adapter that is to be loaded: never the same again, so that nothing of one adapter is taken for another's.</summary>
    public int NextAdapter() => Interlocked.Increment(ref _lastAdapter);

    /// <summary>The model that a request names, the base where it names none; null for one that is not there.</summary>
    public ChatModel? Find(string? id) => id is null ? model : _all.FirstOrDefault(served => served.Id == id);

    /// <summary>Adds an adapter; false when its id is taken.</summary>
    public bool TryAdd(ChatModel adapter)
    {
        lock (_changing)
        {
            if (Find(adapter.Id) is not null)
            {
                return false;
            }

            _all = [.. _all, adapter];
            return true;
        }
    }

    /// <summary>Takes an adapter's id away, from now on for all requests; the adapter, or null where there is none of this id.</summary>
    public ChatModel? Remove(string id)
    {
        lock (_changing)
        {
            var adapter = Find(id) is { Adapter: not 0 } found ? found : null;
            _all = [.. _all.Where(served => served != adapter)];
            return adapter;
        }
    }

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => _all.Select(served => served.Id).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
