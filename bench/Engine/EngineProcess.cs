using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Rill.Bench.Measure;
using Rill.Bench.Models;
using Rill.Bench.Servers;

namespace Rill.Bench.Engine;

/// <summary>An engine in a child process.</summary>
internal sealed class EngineProcess : IDisposable
{
    private readonly Process _process;
    private string _name;

    /// <summary>Starts the child and waits until its model is loaded.</summary>
    /// <param name="setup">What it is started with.</param>
    /// <exception cref="InvalidOperationException">It could not start, or not in time; the message says why.</exception>
    public EngineProcess(EngineSetup setup)
    {
        _name = NameOf(setup);
        var started = Stopwatch.GetTimestamp();
        var arguments = (setup with { StartedAt = started }).ToArguments();
        _process = Process.Start(new ProcessStartInfo("dotnet", [typeof(EngineProcess).Assembly.Location, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        }) ?? throw new InvalidOperationException("dotnet cannot be started.");
        StartedAt = started;
        var hello = Read("to load the model");
        (Description, Phases, Notes) = (hello.Description!, hello.Phases!, hello.Notes ?? []);
    }

    /// <summary>The engine's description.</summary>
    public string Description { get; private set; }

    /// <summary>Milliseconds from the start of the process to Main, to loaded libraries, and to a loaded model.</summary>
    public IReadOnlyList<double> Phases { get; }

    /// <summary>What the engine reported while it loaded, such as what of the device cannot be used.</summary>
    public IReadOnlyList<string> Notes { get; private set; }

    /// <summary>False after a failure, which ends the child.</summary>
    public bool IsUsable { get; private set; } = true;

    /// <summary>Just before the process was started, in ticks of the stopwatch.</summary>
    public long StartedAt { get; }

    /// <summary>Most memory that the process ever had, in bytes.</summary>
    public long PeakBytes => ProcessUsage.PeakBytes(_process.Id);

    /// <summary>Loads another model in the place of the one that was.</summary>
    /// <param name="setup">What a process would be started with, for the same engine.</param>
    /// <exception cref="InvalidOperationException">The engine does not take it; the message says why.</exception>
    public void Load(EngineSetup setup)
    {
        _name = NameOf(setup);
        var hello = Ask(new() { Do = "load", Setup = setup });
        (Description, Notes) = (hello.Description!, hello.Notes ?? []);
    }

    /// <summary>Tokens a second of all sequences together, in steps of one token each.</summary>
    public double Decode(int sequences, int context, int steps) =>
        sequences * steps / Ask(new() { Do = "decode", Sequences = sequences, Context = context, Count = steps }).Seconds;

    /// <summary>Tokens a second of one prompt.</summary>
    public double Prefill(int tokens) => tokens / Ask(new() { Do = "prefill", Context = tokens }).Seconds;

    /// <summary>Gigabytes a second that a device's memory reads and writes together; see <see cref="DeviceBandwidth"/>.</summary>
    public double Bandwidth(string device, int mebibytes) => 1 / Ask(new() { Do = "bandwidth", Device = device, Count = mebibytes }).Seconds;

    /// <summary>TFLOP/s of products in bf16; see <see cref="DeviceProduct"/>.</summary>
    public double Product(string device, int size) => 1 / Ask(new() { Do = "product", Device = device, Count = size }).Seconds;

    /// <summary>See <see cref="IEngine.Continue"/>.</summary>
    public int[] Continue(int[] prompt, int count) => Ask(new() { Do = "continue", Tokens = prompt, Count = count }).Tokens!;

    /// <summary>See <see cref="LlamaEngine.Lags"/>.</summary>
    public float[] Lags(int[] text, int last) => Ask(new() { Do = "lags", Tokens = text, Count = last }).Lags!;

    /// <summary>See <see cref="IEngine.Logits"/>.</summary>
    public float[] Logits(int[] text, bool asPrompt)
    {
        var file = Path.GetTempFileName();
        try
        {
            Ask(new() { Do = "logits", Tokens = text, AsPrompt = asPrompt, File = file });
            return MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(file)).ToArray();
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.EndWithin(TimeSpan.FromSeconds(20));
        _process.Dispose();
    }

    private EngineReply Ask(EngineOrder order)
    {
        _process.StandardInput.WriteLine(JsonSerializer.Serialize(order));
        _process.StandardInput.Flush();
        return Read($"'{order.Do}' (sequences {order.Sequences}, context {order.Context}, count {order.Count}, tokens {order.Tokens?.Length ?? 0})");
    }

    private EngineReply Read(string asked)
    {
        IsUsable = false;
        var line = _process.AwaitLine(asked) ?? throw new InvalidOperationException($"{_name} was asked {asked}, but its process has ended; what it said stands above.");
        var reply = JsonSerializer.Deserialize<EngineReply>(line)!;
        IsUsable = reply.Error is null;
        return IsUsable ? reply : throw new InvalidOperationException($"{_name} was asked {asked}: {reply.Error}");
    }

    private static string NameOf(EngineSetup setup) => $"{(setup.IsPeer ? "llama.cpp" : "Rill's engine")} with {setup.Model} in {setup.Format.Name()}";
}
