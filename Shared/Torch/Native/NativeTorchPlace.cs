namespace Rill.Torch.Native;

/// <summary>Where native libraries are taken from, in place of the packages or of the application's folder.</summary>
/// <param name="LibTorch">
/// The folder of an installed PyTorch's libraries, such as <c>.../site-packages/torch/lib</c>; null for the packages' libtorch.
/// </param>
/// <param name="TorchSharp">A file with TorchSharp's native library, built for that libtorch; null for the package's.</param>
public sealed record NativeTorchPlace(string? LibTorch, string? TorchSharp)
{
    /// <summary>The setting of <see cref="LibTorch"/>, an environment variable.</summary>
    public const string LibTorchVariable = "Rill__LibTorch";

    /// <summary>The setting of <see cref="TorchSharp"/>, an environment variable.</summary>
    public const string TorchSharpVariable = "Rill__TorchSharpNative";

    /// <summary>What the environment says: for programs that read no settings, such as tests and the benchmark.</summary>
    public static NativeTorchPlace FromEnvironment() => Of(
        Environment.GetEnvironmentVariable(LibTorchVariable), Environment.GetEnvironmentVariable(TorchSharpVariable));

    /// <summary>
    /// Why nothing can be taken from elsewhere, in one sentence; null when it can. .NET looks into the application's folder first, and would
    /// load what lies there beside what is named here.
    /// </summary>
    /// <param name="application">The application's folder.</param>
    /// <param name="libraries">Names of libraries, such as torch_cpu.</param>
    public string? ConflictWith(string application, IEnumerable<string> libraries)
    {
        var files = this is { LibTorch: null, TorchSharp: null } ? [] : libraries.Select(NativeTorchFolders.FileName);
        return files.FirstOrDefault(file => File.Exists(Path.Combine(application, file))) is { } own
            ? $"{application} has a {own} of its own, which would be loaded beside what {LibTorchVariable} or {TorchSharpVariable} names:"
                + " unset them, or take an app that is published without libtorch (-p:TorchBackend=none)."
            : null;
    }

    /// <summary>A place of settings, with empty texts, which a shell makes of an unset variable, as none.</summary>
    public static NativeTorchPlace Of(string? libTorch, string? torchSharp) => new(
        string.IsNullOrEmpty(libTorch) ? null : Path.GetFullPath(libTorch), string.IsNullOrEmpty(torchSharp) ? null : Path.GetFullPath(torchSharp));
}
