using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rill.Bench.Peer.LlamaCpp;

/// <summary>The functions of llama.h and ggml that are called, and their libraries' loading.</summary>
internal static unsafe partial class LlamaNative
{
    /// <summary>ggml's number for single precision.</summary>
    public const int Float32 = 0;

    /// <summary>ggml's number for half precision.</summary>
    public const int Float16 = 1;

    private const string Llama = "llama", Ggml = "ggml", GgmlBase = "ggml-base";

    private static string _folder = "";

    /// <summary>
    /// Loads the libraries of a folder and, of ggml's builds for the processor, the one that llama.cpp itself rates best. Nothing is logged
    /// but to the process's own error stream when loading fails.
    /// </summary>
    /// <exception cref="InvalidOperationException">It is another version, whose structures lie differently.</exception>
    public static void Load(string folder)
    {
        if (_folder is not null)
        {
            return;    // a process has them once
        }

        _folder = folder;
        NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), Resolve);
        llama_log_set(&Ignore, 0);
        if (!llama_model_default_params().HasKnownDefaults || !llama_context_default_params().HasKnownDefaults)
        {
            throw new InvalidOperationException($"The structures of llama.cpp {Version} in {folder} are not those that bench/Peer/LlamaCpp declares.");
        }

        ggml_backend_load_all_from_path(folder);
        llama_backend_init();
    }

    /// <summary>The version of llama.cpp.</summary>
    public static string Version => Marshal.PtrToStringUTF8(llama_version())!;

    /// <summary>Which of ggml's builds for the processor was loaded, such as zen4.</summary>
    public static string Processor()
    {
        const string mark = "libggml-cpu-";
        var line = File.ReadLines("/proc/self/maps").FirstOrDefault(line => line.Contains(mark, StringComparison.Ordinal));
        return line is null ? "unknown" : Path.GetFileNameWithoutExtension(line[(line.IndexOf(mark, StringComparison.Ordinal) + mark.Length)..]);
    }

    /// <summary>A team of threads that outlives single steps, as llama-bench makes one; without it llama.cpp starts threads in every step.</summary>
    public static nint NewThreadPool(int threads)
    {
        // struct ggml_threadpool_params (ggml/include/ggml.h): 512 flags of cores, then the number of threads; the rest keeps its defaults.
        const int flags = 512, size = 1024;
        var parameters = stackalloc byte[size];
        ggml_threadpool_params_init(parameters, threads);
        if (*(int*)(parameters + flags) != threads)
        {
            throw new InvalidOperationException("ggml's thread pool parameters are laid out in another way.");
        }

        var create = (delegate* unmanaged<byte*, nint>)ggml_backend_reg_get_proc_address(ggml_backend_reg_by_name("CPU"), "ggml_threadpool_new");
        return create(parameters);
    }

    /// <summary>Ends a team of threads.</summary>
    public static void FreeThreadPool(nint pool) =>
        ((delegate* unmanaged<nint, void>)ggml_backend_reg_get_proc_address(ggml_backend_reg_by_name("CPU"), "ggml_threadpool_free"))(pool);

    [LibraryImport(Llama)]
    public static partial LlamaModelParameters llama_model_default_params();

    [LibraryImport(Llama)]
    public static partial LlamaContextParameters llama_context_default_params();

    [LibraryImport(Llama, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint llama_model_load_from_file(string path, LlamaModelParameters parameters);

    [LibraryImport(Llama)]
    public static partial void llama_model_free(nint model);

    /// <summary>A model from metadata alone, whose tensors a function fills one after the other.</summary>
    [LibraryImport(Llama)]
    public static partial nint llama_model_init_from_user(nint metadata, delegate* unmanaged[Cdecl]<nint, nint, void> fill, nint data, LlamaModelParameters parameters);

    [LibraryImport(GgmlBase, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint gguf_init_from_file(string path, GgufParameters parameters);

    [LibraryImport(GgmlBase)]
    public static partial nint ggml_get_name(nint tensor);

    [LibraryImport(GgmlBase)]
    public static partial int ggml_n_dims(nint tensor);

    [LibraryImport(Llama)]
    public static partial int llama_vocab_n_tokens(nint vocabulary);

    [LibraryImport(Llama)]
    public static partial nint llama_model_get_vocab(nint model);

    [LibraryImport(Llama)]
    public static partial nint llama_init_from_model(nint model, LlamaContextParameters parameters);

    [LibraryImport(Llama)]
    public static partial void llama_free(nint context);

    [LibraryImport(Llama)]
    public static partial void llama_attach_threadpool(nint context, nint pool, nint batchPool);

    [LibraryImport(Llama)]
    public static partial nint llama_get_memory(nint context);

    [LibraryImport(Llama)]
    public static partial void llama_memory_clear(nint memory, [MarshalAs(UnmanagedType.U1)] bool data);

    [LibraryImport(Llama)]
    public static partial LlamaBatch llama_batch_init(int tokens, int embeddings, int maxSequences);

    [LibraryImport(Llama)]
    public static partial void llama_batch_free(LlamaBatch batch);

    [LibraryImport(Llama)]
    public static partial int llama_decode(nint context, LlamaBatch batch);

    [LibraryImport(Llama)]
    public static partial void llama_synchronize(nint context);

    [LibraryImport(Llama)]
    public static partial float* llama_get_logits_ith(nint context, int index);

    [LibraryImport(Llama)]
    private static partial nint llama_version();

    [LibraryImport(Llama)]
    private static partial void llama_backend_init();

    [LibraryImport(Llama)]
    public static partial void llama_log_set(delegate* unmanaged[Cdecl]<int, byte*, nint, void> log, nint data);

    [LibraryImport(Ggml, StringMarshalling = StringMarshalling.Utf8)]
    private static partial void ggml_backend_load_all_from_path(string folder);

    [LibraryImport(Ggml, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint ggml_backend_reg_by_name(string name);

    [LibraryImport(GgmlBase, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint ggml_backend_reg_get_proc_address(nint registration, string name);

    [LibraryImport(GgmlBase)]
    private static partial void ggml_threadpool_params_init(byte* parameters, int threads);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Ignore(int level, byte* text, nint data)
    {
    }

    /// <summary>Libraries carry the version in their names: libllama.v0.5.0.so.</summary>
    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) => name is Llama or Ggml or GgmlBase
        ? NativeLibrary.Load(Directory.EnumerateFiles(_folder, $"lib{name}.*").Single())
        : 0;
}
