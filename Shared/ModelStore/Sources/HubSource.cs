using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Rill.ModelStore.Transfers;

namespace Rill.ModelStore.Sources;

/// <summary>
/// A repository of a Hugging Face hub. The revision is fixed to its commit first, so that nothing can change under a load. Large files are
/// redirected to other hosts, which never see the token.
/// </summary>
internal sealed class HubSource : ModelSource
{
    private const long MostListingBytes = 64 << 20;

    private readonly HubAddress _address;
    private readonly ModelStoreOptions _options;
    private readonly HubClient _client;
    private readonly ConcurrentDictionary<string, Uri> _places = new(StringComparer.Ordinal);
    private string _commit = "";

    public HubSource(HubAddress address, ModelStoreOptions options)
    {
        _address = address;
        _options = options;
        _client = new HubClient(options);
    }

    public override ModelAddress Address => _address;

    public override async Task<ModelManifest> ReadManifestAsync(CancellationToken cancellationToken)
    {
        var listing = await GuardAsync("", async () =>
        {
            using var response = await _client.GetAsync(
                $"api/models/{_address.Repository}/revision/{Uri.EscapeDataString(_address.Revision)}?blobs=true", range: null, cancellationToken).ConfigureAwait(false);
            Require(response, "");
            return await ReadListingAsync(response.Content, cancellationToken).WaitAsync(_client.Stall, cancellationToken).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
        var files = ReadFiles(listing);
        var chosen = _address.File is { } file
            ? ModelFileChoice.ChooseGguf(files.Keys.ToHashSet(StringComparer.Ordinal), _address.ToString(), [file[_address.Folder.Length..]])
            : await ModelFileChoice.ChooseAsync(
                files.Keys, _address.ToString(), () => ReadSmallAsync(files[ModelFileNames.WeightIndex], cancellationToken)).ConfigureAwait(false);
        return new ModelManifest { ChunkBytes = _options.ChunkBytes, Files = [.. chosen.Select(name => files[name])] }.Checked();
    }

    /// <summary>Only what a decoder needs is fetched, from the commit that the listing names.</summary>
    private Dictionary<string, ManifestFile> ReadFiles(byte[] listing)
    {
        try
        {
            using var document = JsonDocument.Parse(listing);
            (_commit, Published) = HubListing.ReadCommit(document.RootElement);
            _places.Clear();
            return HubListing.ReadFiles(document.RootElement, _address.Folder);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            throw new StoreException(StoreFailure.Invalid, $"The hub's answer for {_address} is not a listing; is Rill__Store__HubEndpoint right?", error);
        }
    }

    public override Task ReadAsync(ManifestFile file, long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
        GuardAsync(file.Name, async () =>
        {
            using var response = await OpenAsync(file.Name, new RangeHeaderValue(offset, offset + buffer.Length - 1), cancellationToken).ConfigureAwait(false);
            Require(response, file.Name);
            CheckRange(response, file, offset, buffer.Length);
            using var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await FillAsync(body, buffer, _client.Stall, cancellationToken).ConfigureAwait(false);
            return true;
        }, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        _client.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Goes straight to where the last redirection led; that place is signed for a while only, so a refusal asks the hub again.</summary>
    private async Task<HttpResponseMessage> OpenAsync(string file, RangeHeaderValue range, CancellationToken cancellationToken)
    {
        if (_places.TryGetValue(file, out var known))
        {
            var direct = await _client.GetAsync(known, range, cancellationToken).ConfigureAwait(false);
            if (direct.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.Gone))
            {
                return direct;
            }

            direct.Dispose();
            _places.TryRemove(file, out _);
        }

        var path = string.Join('/', (_address.Folder + file).Split('/').Select(Uri.EscapeDataString));
        var response = await _client.GetAsync($"{_address.Repository}/resolve/{_commit}/{path}", range, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode && response.RequestMessage?.RequestUri is { } place)
        {
            _places[file] = place;
        }

        return response;
    }

    private async Task<byte[]> ReadListingAsync(HttpContent content, CancellationToken cancellationToken)
    {
        try
        {
            await content.LoadIntoBufferAsync(MostListingBytes, cancellationToken).ConfigureAwait(false);
            return await content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw new StoreException(StoreFailure.Invalid, $"The hub's listing of {_address} has more than {MostListingBytes} bytes; it is not that of a model.", error);
        }
    }

    /// <summary>A small file as a whole, within its bound and with its hash.</summary>
    private async Task<ReadOnlyMemory<byte>> ReadSmallAsync(ManifestFile file, CancellationToken cancellationToken)
    {
        ModelFileNames.CheckSize(file.Name, file.Size, Describe(file.Name));
        var content = new byte[file.Size];
        await ReadAsync(file, 0, content, cancellationToken).ConfigureAwait(false);
        using var hash = new FileHash(file);
        hash.Append(content);
        return hash.IsRight() ? content : throw new StoreException(StoreFailure.Corrupt, FileHash.Damaged(Describe(file.Name)));
    }

    private void Require(HttpResponseMessage response, string file)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }

        var (place, status) = (Place(file), (int)response.StatusCode);
        throw status switch
        {
            // The hub answers 401 for what does not exist as well, lest names be guessed.
            401 => new StoreException(StoreFailure.Forbidden, $"{place} does not exist or needs a token; check the name, or set Rill__Store__HubToken."),
            403 => new StoreException(StoreFailure.Forbidden, $"{place} is gated: accept its terms on the hub, and set Rill__Store__HubToken to a token that may read it."),
            404 or 410 => new StoreException(StoreFailure.Missing, $"{place} does not exist."),
            408 or 429 or >= 500 => new StoreException(StoreFailure.Unreachable, $"{place} cannot be reached: the hub answered {status}."),
            _ => new StoreException(StoreFailure.Invalid, $"{place} cannot be read: the hub answered {status}."),
        };
    }

    private void CheckRange(HttpResponseMessage response, ManifestFile file, long offset, int length)
    {
        var range = response.Content.Headers.ContentRange;
        var isWhole = range is null && offset == 0 && length == file.Size && (response.Content.Headers.ContentLength ?? length) == length;
        if (!isWhole && (range?.From != offset || range.To != offset + length - 1 || (range.Length ?? file.Size) != file.Size))
        {
            throw new StoreException(StoreFailure.Changed, $"{Place(file.Name)} is not as long as the hub's listing says, or the hub does not serve ranges.");
        }
    }

    private string Place(string file) => file.Length == 0 ? _address.ToString() : Describe(file);

    private async Task<T> GuardAsync<T>(string file, Func<Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or TimeoutException
            || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new StoreException(StoreFailure.Unreachable, $"{Place(file)} cannot be reached: {error.Message.TrimEnd('.')}.", error);
        }
    }
}
