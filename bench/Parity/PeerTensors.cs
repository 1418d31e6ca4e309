using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Rill.Bench.Peer.LlamaCpp;
using Rill.Bench.Servers;

namespace Rill.Bench.Parity;

/// <summary>A tensor that llama.cpp wants of a model.</summary>
/// <param name="Name">Its name in GGUF.</param>
/// <param name="Shape">Its dimensions, outermost first.</param>
internal sealed record PeerTensor(string Name, long[] Shape);

/// <summary>
/// Asks llama.cpp which tensors a model with some metadata has, in a process of its own: what it does not like ends the process that asked.
/// </summary>
internal static unsafe class PeerTensors
{
    /// <summary>The first argument of the command line that starts the process.</summary>
    public const string Verb = "parity-tensors";

    private const int DimensionsOffset = 16;    // of ne in struct ggml_tensor (ggml/include/ggml.h): after the type and the buffer

    private static readonly List<PeerTensor> s_tensors = [];
    private static int s_wanted;

    /// <summary>The tensors of a case's model; null when llama.cpp does not take its metadata.</summary>
    /// <param name="model">The case.</param>
    /// <param name="file">A file that may be written.</param>
    /// <remarks>llama.cpp compares how many tensors a model has with how many its file lists, and tells both: asked twice, it gets what it wants.</remarks>
    public static IReadOnlyList<PeerTensor>? Of(ParityCase model, string file)
    {
        ParityFile.WriteFacts(model, file, tensors: 0);
        if (Ask(file) is not { } first || first.Wanted == 0)
        {
            return null;
        }

        ParityFile.WriteFacts(model, file, first.Wanted);
        return Ask(file) is { Tensors.Count: > 0 } second ? second.Tensors : null;
    }

    private static Answer? Ask(string file)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(PeerTensors).Assembly.Location, Verb, file])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        }) ?? throw new InvalidOperationException("dotnet cannot be started.");
        var line = process.AwaitLine("for the tensors of a model");
        process.AwaitEnd(TimeSpan.FromSeconds(20));
        return line is null ? null : JsonSerializer.Deserialize<Answer>(line);
    }

    /// <summary>Answers: one line of JSON, or none.</summary>
    public static int Run(string file)
    {
        LlamaNative.Load(LlamaPackage.Libraries);
        var metadata = LlamaNative.gguf_init_from_file(file, new GgufParameters { NoAllocation = 1 });
        var parameters = LlamaNative.llama_model_default_params();
        parameters.UseExtraBuffers = 0;
        LlamaNative.llama_log_set(&Read, 0);
        LlamaNative.llama_model_init_from_user(metadata, &Collect, 0, parameters);
        Console.WriteLine(JsonSerializer.Serialize(new Answer(s_wanted, s_tensors)));
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Read(int level, byte* text, nint data)
    {
        if (Regex.Match(Marshal.PtrToStringUTF8((nint)text) ?? "", @"tensors created; expected \d+, got (\d+)") is { Success: true } found)
        {
            s_wanted = int.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Collect(nint tensor, nint data)
    {
        var dimensions = new ReadOnlySpan<long>((byte*)tensor + DimensionsOffset, LlamaNative.ggml_n_dims(tensor)).ToArray();
        s_tensors.Add(new(Marshal.PtrToStringUTF8(LlamaNative.ggml_get_name(tensor))!, [.. dimensions.Reverse()]));
    }

    private sealed record Answer(int Wanted, List<PeerTensor> Tensors);
}
