using System.Text.Json;
using Rill.OpenAI.Responses;

namespace Rill.Chat.Responses;

/// <summary>
/// Keeps responses in this process, so that later requests can name them: up to a number, a size and an age, those used longest ago given
/// up first. A response is its owner's alone. Its bytes count from its request on, since its input is kept from then on. Thread-safe.
/// </summary>
public sealed class ResponseStore(ResponseStoreLimits limits, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, StoredResponse> _byId = [];
    private readonly LinkedList<StoredResponse> _byUse = [];    // the last used first
    private long _bytes;

    /// <summary>False where nothing is kept.</summary>
    public bool IsOn => limits.Count > 0;

    /// <summary>How many responses are kept, those being made included.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _byId.Count;
            }
        }
    }

    /// <summary>Bytes of JSON that are kept.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
            {
                return _bytes;
            }
        }
    }

    /// <summary>Takes a place for a response that is being made; null where nothing is kept, or its input alone is too large.</summary>
    /// <param name="id">The response's id.</param>
    /// <param name="owner">Whose it is.</param>
    /// <param name="previousId">The response that it goes on with, or null.</param>
    /// <param name="input">The items of its request; those without an id get one.</param>
    public StoredResponse? Reserve(string id, int owner, string? previousId, IReadOnlyList<ResponseItem> input)
    {
        if (!IsOn)
        {
            return null;
        }

        IReadOnlyList<ResponseItem> items = [.. input.Select((item, index) => item.Id is null ? item with { Id = ResponseItemId.Of("in", id, index) } : item)];
        var json = JsonSerializer.SerializeToUtf8Bytes(items, ResponsesJson.Wire.IReadOnlyListResponseItem);
        if (json.Length > limits.Bytes)
        {
            return null;
        }

        var stored = new StoredResponse(id, owner, previousId, json, input.Sum(item => item.Length));
        lock (_lock)
        {
            _byId.Add(id, stored);
            stored.Place = _byUse.AddFirst(stored);
            stored.LastUse = time.GetTimestamp();
            _bytes += stored.Bytes;
            Trim();
        }

        return stored;
    }

    /// <summary>Keeps a response that is ready. Does nothing where its place was given up meanwhile.</summary>
    public void Complete(StoredResponse stored, Response response)
    {
        ArgumentNullException.ThrowIfNull(stored);
        var json = JsonSerializer.SerializeToUtf8Bytes(response, ResponsesJson.Wire.Response);
        lock (_lock)
        {
            if (stored.Place is not null)
            {
                _bytes += json.Length;
                stored.Complete(json, response.Output.Sum(item => item.Length));
                Touch(stored);
                Trim();
            }
        }
    }

    /// <summary>Gives up the place of a response that failed; does nothing for one that is ready.</summary>
    public void Release(StoredResponse stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        lock (_lock)
        {
            if (!stored.IsComplete)
            {
                Drop(stored);
            }
        }
    }

    /// <summary>A response that is ready; null where there is none of this id and owner.</summary>
    public StoredResponse? Find(string id, int owner)
    {
        lock (_lock)
        {
            Trim();
            return _byId.TryGetValue(id, out var stored) && stored.Owner == owner && stored.IsComplete ? stored : null;
        }
    }

    /// <summary>Deletes a response; false where there is none of this id and owner.</summary>
    public bool Remove(string id, int owner)
    {
        lock (_lock)
        {
            if (Find(id, owner) is not { } stored)
            {
                return false;
            }

            Drop(stored);
            return true;
        }
    }

    /// <summary>A response and all before it, oldest first, which are kept anew from now on; null where one of them is not there.</summary>
    public IReadOnlyList<StoredResponse>? FindConversation(string id, int owner)
    {
        lock (_lock)
        {
            var chain = new List<StoredResponse>();
            for (var next = id; next is not null; next = chain[^1].PreviousId)
            {
                if (Find(next, owner) is not { } stored)
                {
                    return null;
                }

                chain.Add(stored);
            }

            chain.Reverse();
            chain.ForEach(Touch);
            return chain;
        }
    }

    private void Touch(StoredResponse stored)
    {
        stored.LastUse = time.GetTimestamp();
        _byUse.Remove(stored.Place!);
        _byUse.AddFirst(stored.Place!);
    }

    private void Trim()
    {
        while (_byUse.Last?.Value is { } oldest
            && (_byId.Count > limits.Count || _bytes > limits.Bytes || time.GetElapsedTime(oldest.LastUse) > limits.Age))
        {
            Drop(oldest);
        }
    }

    private void Drop(StoredResponse stored)
    {
        if (stored.Place is { } place)
        {
            _byUse.Remove(place);
            _byId.Remove(stored.Id);
            _bytes -= stored.Bytes;
            stored.Place = null;
        }
    }
}
