using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Rill.Bench.Servers;

/// <summary>Azurite's blob service, from where the tests have installed it.</summary>
internal sealed class AzuriteProcess : IDisposable
{
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private static readonly TimeSpan _startLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string _data;

    private AzuriteProcess(string script)
    {
        _data = Directory.CreateTempSubdirectory("rill-azurite-").FullName;
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        socket.Close();
        var port = Port.ToString(CultureInfo.InvariantCulture);
        _process = Process.Start(new ProcessStartInfo(
            "node", [script, "--silent", "--skipApiVersionCheck", "--disableTelemetry", "--blobHost", "127.0.0.1", "--blobPort", port, "--location", _data])
        {
            RedirectStandardOutput = true,
        })!;
    }

    /// <summary>The connection string.</summary>
    public string Connection => string.Create(CultureInfo.InvariantCulture,
        $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={Key};BlobEndpoint=http://127.0.0.1:{Port}/devstoreaccount1");

    private int Port { get; }

    /// <summary>Starts it; null where the tests have not installed it.</summary>
    public static async Task<AzuriteProcess?> StartAsync()
    {
        var script = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(ServerFactory.ResultsPath))!, "tests/ModelStore.Tests/azurite/node_modules/azurite/dist/src/blob/main.js");
        if (!File.Exists(script))
        {
            return null;
        }

        var azurite = new AzuriteProcess(script);
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < _startLimit; await Task.Delay(50))
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, azurite.Port);
                return azurite;
            }
            catch (SocketException)
            {
                // Not yet.
            }
        }

        azurite.Dispose();
        throw new InvalidOperationException("Azurite does not listen.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.EndWithin(TimeSpan.Zero);
        _process.Dispose();
        Directory.Delete(_data, recursive: true);
    }
}
