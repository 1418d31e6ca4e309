using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Rill.Bench.Gpu;

/// <summary>A figure of PyTorch's.</summary>
/// <param name="Way">How it computed: transformers, its static cache and torch.compile; or loop, plain tensor operations in a captured graph.</param>
/// <param name="What">decode or prompt.</param>
/// <param name="Sequences">At once.</param>
/// <param name="Rate">Tokens a second of all of them.</param>
internal sealed record PeerFigure(string Way, string What, int Sequences, double Rate);

/// <summary>PyTorch on the same device and shapes, by <c>bench/Peer/PyTorch/peer.py</c>, which prints a line of JSON for each figure.</summary>
internal sealed class PyTorchPeer
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    private readonly List<PeerFigure> _figures = [];

    /// <summary>What could not be measured, and why.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Runs the script until it ends or its time is over; figures that it had printed by then count.</summary>
    /// <param name="options">Device, numbers of sequences, Python.</param>
    /// <param name="model">The folder of a model's config.json.</param>
    /// <param name="limit">How long it may take.</param>
    public static PyTorchPeer Run(GpuOptions options, string model, TimeSpan limit)
    {
        var peer = new PyTorchPeer();
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "peer.py"), "--model", model, "--device", options.Device,
            "--context", Text(options.Context), "--prompt", Text(options.PromptTokens),
            "--sequences", string.Join(',', options.Sequences.Select(Text)), "--seconds", Text((int)limit.TotalSeconds),
        ];
        try
        {
            using var process = Process.Start(new ProcessStartInfo(options.Python, arguments) { RedirectStandardOutput = true })!;
            var reading = Task.Run(() => peer.ReadAll(process.StandardOutput));
            if (!process.WaitForExit(limit + TimeSpan.FromSeconds(10)))
            {
                process.Kill(entireProcessTree: true);
                peer.Faults.Add("PyTorch's measurements did not end in their time.");
            }

            reading.Wait(TimeSpan.FromSeconds(10));
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            peer.Faults.Add($"{options.Python} cannot be started ({failure.Message}); name the Python that has PyTorch by --python.");
        }

        return peer;
    }

    /// <summary>The fastest of its ways; null where none ran.</summary>
    public PeerFigure? Best(string what, int sequences) =>
        _figures.Where(figure => figure.What == what && figure.Sequences == sequences).MaxBy(figure => figure.Rate);

    /// <summary>Takes a line of the script's.</summary>
    internal void Read(string line)
    {
        try
        {
            var told = JsonSerializer.Deserialize<PeerLine>(line, s_json) ?? throw new JsonException();
            if (told.Error is { } error)
            {
                Faults.Add($"PyTorch, {told.Way}: {error}");
            }
            else
            {
                _figures.Add(new(told.Way, told.What!, told.Sequences, told.Rate));
            }
        }
        catch (JsonException)
        {
            Console.Error.WriteLine(line);    // a library's own words
        }
    }

    private void ReadAll(StreamReader output)
    {
        while (output.ReadLine() is { } line)
        {
            Read(line);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed record PeerLine(string Way, string? What, int Sequences, double Rate, string? Error);
}
