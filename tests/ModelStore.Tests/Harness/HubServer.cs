using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Rill.ModelStore.Tests.Harness;

/// <summary>
/// A stand-in for a hub that serves one folder as <c>org/tiny</c>: listing, resolve with redirections, and a second server, on another port,
/// that holds the large files under signed addresses. It can refuse, be slow, drop connections and lie.
/// </summary>
internal sealed class HubServer : IAsyncDisposable
{
    public const string Address = "hf://org/tiny";
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly string _folder;
    private readonly WebApplication _hub = Build();
    private readonly WebApplication _store = Build();
    private int _signature;
    private int _ranges;
    private int _served;

    private HubServer(string folder) => _folder = folder;

    /// <summary>Where the hub listens.</summary>
    public Uri Endpoint => new(_hub.Urls.Single());

    /// <summary>If set, the hub wants this token.</summary>
    public string? Token { get; init; }

    /// <summary>If set, the status of every resolve.</summary>
    public int Status { get; set; } = 200;

    /// <summary>How many of the next ranges end in a dropped connection, halfway.</summary>
    public int Drops { get; set; }

    /// <summary>Every range after so many ends in a dropped connection.</summary>
    public int DropsAfter { get; set; } = int.MaxValue;

    /// <summary>How many of the next ranges stall halfway.</summary>
    public int Stalls { get; set; }

    /// <summary>Each signed address is good for so many ranges.</summary>
    public int SignatureLasts { get; init; } = int.MaxValue;

    public bool IgnoresRanges { get; init; }

    /// <summary>Whether the listing names a wrong hash for the weights.</summary>
    public bool LiesAboutHashes { get; init; }

    /// <summary>Weights are served only once this is done.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Authorization headers that reached the second server.</summary>
    public ConcurrentQueue<string> Leaked { get; } = new();

    /// <summary>A server that is not started yet: <c>await HubServer.Over(folder, token: "t").RunAsync()</c>.</summary>
    public static HubServer Over(string folder, string? token = null, int signatureLasts = int.MaxValue, bool ignoresRanges = false, bool lies = false) =>
        new(folder) { Token = token, SignatureLasts = signatureLasts, IgnoresRanges = ignoresRanges, LiesAboutHashes = lies };

    public async Task<HubServer> RunAsync()
    {
        _hub.MapGet("/api/models/org/tiny/revision/main", context => Authorized(context, () => ListAsync(context)));
        _hub.MapGet("/org/tiny/resolve/{commit}/{**file}", context => Authorized(context, () => ResolveAsync(context)));
        _store.MapGet("/objects/{**file}", ServeSignedAsync);
        await _hub.StartAsync();
        await _store.StartAsync();
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        await _store.DisposeAsync();
    }

    private static WebApplication Build()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        return builder.Build();
    }

    private async Task Authorized(HttpContext context, Func<Task> serve)
    {
        var isAllowed = Token is null || context.Request.Headers.Authorization == $"Bearer {Token}";
        context.Response.StatusCode = isAllowed ? 200 : 401;
        await (isAllowed ? serve() : Task.CompletedTask);
    }

    private Task ListAsync(HttpContext context) => context.Response.WriteAsJsonAsync(new
    {
        sha = Commit,
        lastModified = "2026-01-02T03:04:05.000Z",
        siblings = Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Select(Describe).Append(new { rfilename = "onnx/model.onnx", size = 5L, blobId = "0", lfs = (object?)null }),
    });

    private object Describe(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var isLarge = IsLarge(path);
        return new
        {
            rfilename = Path.GetRelativePath(_folder, path).Replace('\\', '/'),
            size = (long)bytes.Length,
            blobId = GitId(bytes),
            lfs = isLarge
                ? new { sha256 = Convert.ToHexStringLower(SHA256.HashData(LiesAboutHashes ? [] : bytes)), size = (long)bytes.Length, pointerSize = 134 }
                : (object?)null,
        };
    }

    private static bool IsLarge(string file) => Path.GetExtension(file) is ".safetensors" or ".gguf";

    private static string GitId(byte[] bytes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {bytes.Length}\0")));
        hash.AppendData(bytes);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private async Task ResolveAsync(HttpContext context)
    {
        var file = (string)context.Request.RouteValues["file"]!;
        if (Status != 200 || (string)context.Request.RouteValues["commit"]! != Commit || !File.Exists(Path.Combine(_folder, file)))
        {
            context.Response.StatusCode = Status != 200 ? Status : 404;
        }
        else if (IsLarge(file))
        {
            var signature = Interlocked.Increment(ref _signature);
            context.Response.Redirect(string.Create(CultureInfo.InvariantCulture, $"{_store.Urls.Single()}/objects/{file}?signature={signature}"));
        }
        else if (context.Request.Query.ContainsKey("moved"))
        {
            await ServeAsync(context, file);
        }
        else
        {
            context.Response.Redirect($"{context.Request.Path}?moved=1");    // relative, as for a renamed repository
        }
    }

    private async Task ServeSignedAsync(HttpContext context)
    {
        if (context.Request.Headers.Authorization is [{ } header, ..])
        {
            Leaked.Enqueue(header);
        }

        await Gate;
        var isLatest = context.Request.Query["signature"] == Volatile.Read(ref _signature).ToString(CultureInfo.InvariantCulture);
        if (SignatureLasts < int.MaxValue && (!isLatest || Interlocked.Increment(ref _ranges) % (SignatureLasts + 1) == 0))
        {
            context.Response.StatusCode = 403;
            return;
        }

        await ServeAsync(context, (string)context.Request.RouteValues["file"]!);
    }

    private async Task ServeAsync(HttpContext context, string file)
    {
        var bytes = await File.ReadAllBytesAsync(Path.Combine(_folder, file));
        var range = context.Request.GetTypedHeaders().Range?.Ranges.Single();
        var (from, to) = range is null || IgnoresRanges ? (0L, bytes.Length - 1L) : (range.From!.Value, range.To!.Value);
        context.Response.StatusCode = range is null || IgnoresRanges ? 200 : 206;
        context.Response.ContentLength = to - from + 1;
        if (context.Response.StatusCode == 206)
        {
            context.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{to}/{bytes.Length}");
        }

        var half = (int)(to - from + 1) / 2;
        await context.Response.Body.WriteAsync(bytes.AsMemory((int)from, half));
        await context.Response.Body.FlushAsync();
        if ((Drops > 0 && Drops-- > 0) || Interlocked.Increment(ref _served) > DropsAfter)
        {
            context.Abort();
            return;
        }

        if (Stalls > 0 && Stalls-- > 0)
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return;
        }

        await context.Response.Body.WriteAsync(bytes.AsMemory((int)from + half, (int)(to - from + 1) - half));
    }
}
