using System.Runtime.InteropServices;
using Rill.Bench.Servers;

namespace Rill.Bench.Peer.LlamaCpp;

/// <summary>The npm package that brings llama.cpp's shared libraries.</summary>
internal static class LlamaPackage
{
    private static readonly string _platform = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64";

    private static string Folder => Path.Combine(ServerFactory.Root, "bench", "Peer", "LlamaCpp");

    /// <summary>Where the libraries lie once the package is installed.</summary>
    public static string Libraries => Path.Combine(Folder, "node_modules", "@node-llama-cpp", _platform, "bins", _platform);

    /// <summary>Installs the package at its first use and returns its name and version.</summary>
    /// <exception cref="InvalidOperationException">npm is missing, or cannot install it.</exception>
    public static string Ensure() => $"node-llama-cpp {NpmPackage.Ensure(Folder, $"@node-llama-cpp/{_platform}")}";
}
