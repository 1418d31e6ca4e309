using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Rill.Image.Tests.Support;

namespace Rill.Image.Tests.Build;

/// <summary>
/// Made-up packages with the names, the layout and the pieces of TorchSharp's for CUDA, after its own projects (pkg/ and
/// src/Redist/libtorch-cuda-12.8 of dotnet/TorchSharp). The libraries are tiny, but real enough for the linker's tools; a library that comes
/// in pieces lies in one package up to a point, with its SHA-256 beside it, and in others from there on, and a target of the first package
/// joins them in NuGet's folder. Like the real one, it reports a failure as a line of output only.
/// </summary>
internal static class CudaPackages
{
    /// <summary>The library that comes in the most pieces.</summary>
    public const string LargestLibrary = "libtorch_cuda.so";

    /// <summary>Why a test is skipped without gcc.</summary>
    public const string WithoutCompiler = "gcc makes the tiny libraries of the made-up packages, and is not installed.";

    private const string Prefix = "libtorch-cuda-12.8-linux-x64";
    private const string LibtorchVersion = "2.10.0";
    private const string TorchSharpVersion = "0.107.0";
    private const string Targets = "buildTransitive/netstandard2.0/";
    private const string Native = "runtimes/linux-x64/native/";

    private static readonly string[] _whole =
    [
        "libaoti_custom_ops.so", "libbackend_with_compiler.so", "libc10.so", "libc10_cuda.so", "libc10d_cuda_test.so", "libcaffe2_nvrtc.so",
        "libcudart-c3a75b33.so.12", "libcudnn.so.9", "libcublas-031ce6c2.so.12", "libcudnn_engines_runtime_compiled.so.9", "libcudnn_graph.so.9",
        "libtorchbind_test.so", "libcudnn_ops.so.9", "libgomp-98b21ff3.so.1", "libjitbackend_test.so", "libnnapi_backend.so",
        "libnvToolsExt-c498fcba.so.1", "libtorch_global_deps.so", "libcufile-2b2a5a42.so.0", "libcufile_rdma-5257f22c.so.1", "libcupti-fccdc5fc.so.12",
        "libnvperf_host-609f5406.so", "libtorch.so", "libcudnn_cnn.so.9", "libcudnn_heuristic.so.9", "libnvrtc-2bb82d1a.so.12", "libtorch_python.so",
        "libnvshmem_host-bb1c1ad4.so.3", "libshm.so", "libnvrtc-builtins.so",
    ];

    // Each with the number of its part, and of its fragments.
    private static readonly (string Library, int Part, int Fragments)[] _inPieces =
    [
        ("libtorch_cpu.so", 2, 1), (LargestLibrary, 3, 6), ("libcudnn_engines_precompiled.so.9", 4, 1), ("libcublasLt-10b5e663.so.12", 5, 2),
        ("libtorch_cuda_linalg.so", 7, 3), ("libcusparseLt-0bb86669.so.0", 8, 1), ("libcudnn_adv.so.9", 9, 1),
    ];

    // Which needs which is made up where only the real libraries could tell.
    private static readonly Dictionary<string, string[]> _needs = new()
    {
        ["libtorch_cpu.so"] = ["libc10.so", "libgomp-98b21ff3.so.1"],
        ["libc10_cuda.so"] = ["libc10.so", "libcudart-c3a75b33.so.12"],
        ["libcublas-031ce6c2.so.12"] = ["libcublasLt-10b5e663.so.12"],
        [LargestLibrary] = ["libtorch_cpu.so", "libc10_cuda.so", "libcudart-c3a75b33.so.12", "libcublas-031ce6c2.so.12", "libcudnn.so.9", "libcupti-fccdc5fc.so.12", "libcusparseLt-0bb86669.so.0"],
        ["libtorch_cuda_linalg.so"] = [LargestLibrary],
        ["libtorch.so"] = ["libtorch_cpu.so", LargestLibrary],
    };

    private static readonly Lazy<Task<Dictionary<string, byte[]>>> _libraries = new(CompileAsync);

    /// <summary>Makes the packages in <paramref name="feed"/>; the result is the SHA-256 of each library that comes in pieces.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> MakeAsync(string feed)
    {
        Directory.CreateDirectory(feed);
        var libraries = await _libraries.Value;
        var sums = _inPieces.ToDictionary(piece => piece.Library, piece => Convert.ToHexStringLower(SHA256.HashData(libraries[piece.Library])));
        List<string> parts = [];
        WritePart("part1", _whole.ToDictionary(name => Native + name, name => libraries[name]));
        foreach (var (library, part, fragments) in _inPieces)
        {
            WriteInPieces(library, part, fragments);
        }

        Write(feed, Prefix, LibtorchVersion, [.. parts.Select(part => (part, LibtorchVersion))], []);
        Write(feed, "TorchSharp-cuda-linux", TorchSharpVersion, [("TorchSharp", TorchSharpVersion), (Prefix, LibtorchVersion)], []);
        return sums;

        void WriteInPieces(string library, int part, int fragments)
        {
            var bytes = libraries[library];
            var size = bytes.Length / (fragments + 1);
            WritePart($"part{part}-primary", new()
            {
                [Native + library] = bytes[..size],
                [$"{Native}{library}.sha"] = Bytes(sums[library]),
                [$"{Targets}{Prefix}-part{part}-primary.targets"] = Bytes(JoiningTarget(part)),
                [Targets + "join.sh"] = Bytes(JoiningScript(library, part, fragments)),
            });
            for (var fragment = 1; fragment <= fragments; fragment++)
            {
                var end = fragment == fragments ? bytes.Length : size * (fragment + 1);
                WritePart($"part{part}-fragment{fragment}", new() { [$"fragments/linux-x64/native/{library}.fragment{fragment}"] = bytes[(size * fragment)..end] });
            }
        }

        void WritePart(string name, Dictionary<string, byte[]> files)
        {
            parts.Add($"{Prefix}-{name}");
            Write(feed, parts[^1], LibtorchVersion, [], files);
        }
    }

    // Libraries with nothing but the names of those that they need, and a tail that makes each a file of its own. Some forty starts of gcc, so once.
    private static async Task<Dictionary<string, byte[]>> CompileAsync()
    {
        var scratch = Directory.CreateTempSubdirectory("rill-libraries-");
        Dictionary<string, byte[]> libraries = [];
        foreach (var library in _whole.Concat(_inPieces.Select(piece => piece.Library)))
        {
            await CompileAsync(library);
        }

        scratch.Delete(recursive: true);
        return libraries;

        async Task CompileAsync(string library)
        {
            if (libraries.ContainsKey(library))
            {
                return;
            }

            var needs = _needs.GetValueOrDefault(library, []);
            foreach (var need in needs)
            {
                await CompileAsync(need);
            }

            var file = Path.Combine(scratch.FullName, library);
            await Shell.CheckAsync(scratch.FullName, "gcc", ["-shared", "-nostdlib", "-x", "c", "/dev/null", "-o", file, $"-Wl,-soname,{library}", "-Wl,--no-as-needed", "-L.", .. needs.Select(need => "-l:" + need)]);
            await File.AppendAllTextAsync(file, library + new string('.', 5_000));
            libraries[library] = await File.ReadAllBytesAsync(file);
        }
    }

    private static string JoiningTarget(int part) => $"""
        <Project>
          <Target Name="JoinPart{part}" AfterTargets="ResolveReferences" BeforeTargets="PrepareForBuild">
            <Exec Command="bash '$(MSBuildThisFileDirectory)join.sh' '$(NuGetPackageRoot)'" />
          </Target>
        </Project>
        """;

    private static string JoiningScript(string library, int part, int fragments)
    {
        var pieces = Enumerable.Range(1, fragments).Select(fragment =>
            $"\"$1\"/{Prefix}-part{part}-fragment{fragment}/{LibtorchVersion}/fragments/linux-x64/native/{library}.fragment{fragment}");
        return $"""
            cd "$1/{Prefix}-part{part}-primary/{LibtorchVersion}/{Native}" || exit 0
            pieces=({string.Join(' ', pieces)})
            [ -f "${"{pieces[0]}"}" ] || exit 0
            joined=$(mktemp)
            cat {library} "${"{pieces[@]}"}" >"$joined" 2>/dev/null
            read -r sum _ < <(sha256sum "$joined")
            [ "$sum" = "$(cat {library}.sha)" ] || {"{"} echo "The pieces of {library} do not fit."; exit 0; {"}"}
            mv "$joined" {library}
            rm "${"{pieces[@]}"}"
            """;
    }

    private static void Write(string feed, string id, string version, IReadOnlyList<(string Id, string Version)> needs, Dictionary<string, byte[]> files)
    {
        using var package = ZipFile.Open(Path.Combine(feed, $"{id}.{version}.nupkg"), ZipArchiveMode.Create);
        var dependencies = string.Concat(needs.Select(need => string.Create(CultureInfo.InvariantCulture, $"<dependency id=\"{need.Id}\" version=\"{need.Version}\" />")));
        Add($"{id}.nuspec", Bytes($"""
            <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
              <metadata>
                <id>{id}</id>
                <version>{version}</version>
                <authors>nobody</authors>
                <description>Made up for a test.</description>
                <dependencies><group targetFramework=".NETStandard2.0">{dependencies}</group></dependencies>
              </metadata>
            </package>
            """));
        Add("lib/netstandard2.0/_._", []);
        foreach (var (name, bytes) in files)
        {
            Add(name, bytes);
        }

        void Add(string name, byte[] bytes)
        {
            using var stream = package.CreateEntry(name).Open();
            stream.Write(bytes);
        }
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
