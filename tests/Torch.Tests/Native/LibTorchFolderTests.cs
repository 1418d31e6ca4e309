using System.Diagnostics;
using System.Reflection;
using Rill.Core.Tests.Models;
using Rill.Torch.Native;
using TorchSharp;

namespace Rill.Torch.Tests.Native;

/// <summary>The libtorch of an installed PyTorch: here the package's own, linked into a folder that looks like one.</summary>
public sealed class LibTorchFolderTests : IDisposable
{
    private static readonly string[] s_libraries = ["libc10.so", "libtorch_cpu.so", "libtorch.so"];

    private readonly TemporaryDirectory _torch = new();
    private readonly string _lib;

    public LibTorchFolderTests()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The setting is for Linux.");
        _lib = Directory.CreateDirectory(_torch.File("lib")).FullName;
        foreach (var file in PackageFiles().Where(file => !file.Contains("LibTorchSharp", StringComparison.Ordinal)))
        {
            File.CreateSymbolicLink(Path.Combine(_lib, Path.GetFileName(file)), file);
        }

        File.WriteAllText(_torch.File("version.py"), "from typing import Optional\n\n__version__ = '2.10.0+cpu'\ncuda: Optional[str] = None\n");
    }

    public void Dispose() => _torch.Dispose();

    /// <summary>What the child process does: loads, and computes on a device, with enough tensors made and given back that a wrong layout shows.</summary>
    public static int Compute(string device)
    {
        try
        {
            NativeTorch.Load();
        }
        catch (DllNotFoundException failure)
        {
            Console.Error.WriteLine(failure.Message);
            return 1;
        }

        if (device != "cpu" && !torch.cuda.is_available())
        {
            Console.Error.WriteLine($"There is no CUDA device for {NativeTorch.OtherLibTorch}.");
            return 1;
        }

        for (var round = 0; round < 100; round++)
        {
            using var scope = torch.NewDisposeScope();
            var ones = torch.ones([8, 16], torch.ScalarType.BFloat16, torch.device(device));
            var product = torch.nn.functional.linear(ones, ones).narrow(0, 0, 2).sum().to_type(torch.ScalarType.Float32);
            if (product.ToSingle() != 2 * 8 * 16)
            {
                Console.Error.WriteLine($"{NativeTorch.OtherLibTorch} computes {product.ToSingle()} where it is 256.");
                return 1;
            }
        }

        Console.WriteLine($"Computes on {device}: {NativeTorch.OtherLibTorch}");
        return 0;
    }

    [SkippableFact]
    public async Task Load_FolderOfAnInstalledPyTorch_ComputesWithIt()
    {
        var child = await RunAsync(_lib);

        Assert.Equal(new ProcessResult(0, $"Computes on cpu: libtorch 2.10.0+cpu in {_lib}\n", ""), child);
    }

    [SkippableFact]
    public async Task Load_FolderWithoutALibrary_SaysWhichAndWhatToName()
    {
        File.Delete(Path.Combine(_lib, "libtorch_cpu.so"));

        var child = await RunAsync(_lib);

        Assert.Equal(
            new ProcessResult(1, "", $"Rill__LibTorch={_lib} has no libtorch_cpu.so: it must name the folder of an installed PyTorch's libraries (site-packages/torch/lib).\n"),
            child);
    }

    [SkippableFact]
    public async Task Load_FolderWithoutWhatALibraryNeeds_SaysWhatCannotBeOpened()
    {
        var needed = await CompileAsync("void of_another(void) { }", "libneeded.so");
        var needing = await CompileAsync("void of_another(void); void of_this(void) { of_another(); }", "libneeding.so", needed);
        var bridge = await CompileAsync("void use(void) { }");
        File.Delete(needed);
        File.Delete(Path.Combine(_lib, "libc10.so"));
        File.Copy(needing, Path.Combine(_lib, "libc10.so"));

        var child = await RunAsync(_lib, bridge);

        Assert.Equal(1, child.ExitCode);
        Assert.StartsWith($"{_lib}/libc10.so does not load (libneeded.so: cannot open shared object file", child.Error, StringComparison.Ordinal);
        Assert.Single(child.Error.TrimEnd().Split('\n'));
    }

    [SkippableFact]
    public async Task Load_NamedTorchSharpThatIsNot_SaysSo()
    {
        var child = await RunAsync(_lib, _torch.File("none.so"));

        Assert.Equal(1, child.ExitCode);
        Assert.StartsWith($"There is no file {_torch.File("none.so")}: Rill__TorchSharpNative must name TorchSharp's native library", child.Error, StringComparison.Ordinal);
    }

    /// <summary>.NET would find them before it asks us.</summary>
    [SkippableTheory]
    [InlineData("libtorch_cpu.so", true, false)]
    [InlineData("libLibTorchSharp.so", false, true)]
    public void ConflictWith_ApplicationWithLibrariesOfItsOwn_NamesTheFirst(string own, bool namesLibTorch, bool namesTorchSharp)
    {
        var place = NativeTorchPlace.Of(namesLibTorch ? _lib : "", namesTorchSharp ? Bridge() : null);
        Assert.Null(place.ConflictWith(_torch.Path, ["torch_cpu", "LibTorchSharp"]));
        File.WriteAllText(_torch.File(own), "");

        Assert.StartsWith($"{_torch.Path} has a {own} of its own, which would be loaded beside ", place.ConflictWith(_torch.Path, ["torch_cpu", "LibTorchSharp"]), StringComparison.Ordinal);
        Assert.Null(NativeTorchPlace.Of(null, "").ConflictWith(_torch.Path, ["torch_cpu", "LibTorchSharp"]));
    }

    /// <summary>Parts of two libtorchs in one process would not know one another.</summary>
    [SkippableFact]
    public void TryLocate_PartThatTheOtherLibTorchLacks_LooksNowhereElse()
    {
        File.Delete(Path.Combine(_lib, "libc10.so"));
        var folders = new NativeTorchFolders(_lib);

        Assert.Null(folders.TryLocate("c10"));
        Assert.Equal(Path.Combine(_lib, "libtorch.so"), folders.TryLocate("torch"));
        Assert.Equal(Bridge(), folders.TryLocate("LibTorchSharp"));
        Assert.NotNull(new NativeTorchFolders(null).TryLocate("c10"));
    }

    [SkippableFact]
    public void Fault_LibrariesOfThePackage_IsNone() => Assert.Null(new LibTorchFolder(_lib).Fault(s_libraries, Bridge()));

    [SkippableFact]
    public void Fault_LibraryThatLacksWhatTorchSharpNeeds_CountsAndNamesTheFirst()
    {
        File.Delete(Path.Combine(_lib, "libtorch_cpu.so"));
        File.CreateSymbolicLink(Path.Combine(_lib, "libtorch_cpu.so"), Path.Combine(_lib, "libc10.so"));

        var fault = new LibTorchFolder(_lib).Fault(s_libraries, Bridge());

        Assert.Matches(@"^\S+libLibTorchSharp\.so does not fit libtorch 2\.10\.0\+cpu in \S+: [0-9]{3,4} of its symbols are missing there, such as _Z\S+, _Z\S+, _Z\S+; build ", fault);
        Assert.EndsWith("name the file in Rill__TorchSharpNative, or unset Rill__LibTorch to use libtorch 2.10 of the packages.", fault, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Fault_OneSymbolOfAnotherVersion_NamesIt()
    {
        var bridge = await CompileAsync("void at_of_another_version(void); void at_weak(void) __attribute__((weak)); void use(void) { at_of_another_version(); if (at_weak) at_weak(); }");

        var fault = new LibTorchFolder(_lib).Fault(s_libraries, bridge);

        Assert.StartsWith($"{bridge} does not fit libtorch 2.10.0+cpu in {_lib}: 1 of its symbols are missing there, such as at_of_another_version; ", fault, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Fault_FileThatIsNoLibrary_NamesIt()
    {
        File.Delete(Path.Combine(_lib, "libc10.so"));
        File.WriteAllText(Path.Combine(_lib, "libc10.so"), "INPUT(libc10.so.1) and so on, longer than the header of a library would be");

        Assert.Equal($"{_lib}/libc10.so is no shared library for 64-bit Linux.", new LibTorchFolder(_lib).Fault(s_libraries, Bridge()));
    }

    [SkippableTheory]
    [InlineData("__version__ = '2.10.1'", null, false, "libtorch 2.10.1 in ")]
    [InlineData("__version__ = \"2.11.0+cu130\"", null, true, "libtorch 2.11.0+cu130 in ")]
    [InlineData(null, "2.10.0+cpu\n", false, "libtorch 2.10.0+cpu in ")]
    public void Note_VersionThatTheLibraryWasBuiltFor_IsTheNameAlone(string? module, string? plain, bool ownBridge, string begin)
    {
        var folder = Folder(module, plain);

        Assert.Equal($"{begin}{_lib}", folder.Note(ownBridge));
    }

    [SkippableTheory]
    [InlineData("__version__ = '2.11.0+cu130'")]
    [InlineData("__version__ = '2.1.0'")]
    [InlineData(null)]
    public void Note_AnotherVersion_SaysWhatToDoIfItFails(string? module) =>
        Assert.EndsWith("while TorchSharp's native library was built for 2.10; if something fails, build it for this one (bench/gpu-pack/build-torchsharp) and name it in Rill__TorchSharpNative",
            Folder(module, null).Note(ownBridge: false), StringComparison.Ordinal);

    [Fact]
    public void PackageVersion_IsTorchSharps()
    {
        NativeTorch.Load();

        Assert.StartsWith(LibTorchFolder.PackageVersion + ".", torch.__version__, StringComparison.Ordinal);
    }

    private LibTorchFolder Folder(string? module, string? plain)
    {
        File.Delete(_torch.File("version.py"));
        if (module is not null)
        {
            File.WriteAllText(_torch.File("version.py"), module + "\n");
        }

        if (plain is not null)
        {
            File.WriteAllText(_torch.File("build-version"), plain);
        }

        return new(_lib);
    }

    private async Task<string> CompileAsync(string source, string name = "bridge.so", params string[] libraries)
    {
        var (from, to) = (_torch.File("source.c"), _torch.File(name));
        await File.WriteAllTextAsync(from, source);
        try
        {
            var gcc = await ProcessBounds.RunAsync(new ProcessStartInfo("gcc", ["-shared", "-fPIC", $"-Wl,-soname,{name}", "-o", to, from, .. libraries]), ProcessBounds.Patience);
            Assert.Equal(0, gcc.ExitCode);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Skip.If(true, "There is no gcc.");
        }

        return to;
    }

    private static Task<ProcessResult> RunAsync(string libTorch, string? torchSharp = null)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [typeof(LibTorchFolderTests).Assembly.Location, "libtorch", "cpu"]);
        start.Environment[NativeTorchPlace.LibTorchVariable] = libTorch;
        start.Environment[NativeTorchPlace.TorchSharpVariable] = torchSharp;
        return ProcessBounds.RunAsync(start, ProcessBounds.Patience);
    }

    private static string Bridge() => PackageFiles().Single(file => Path.GetFileName(file) == "libLibTorchSharp.so");

    private static IEnumerable<string> PackageFiles() => typeof(NativeTorch).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "NativeTorchFolders").Value!.Split('|').SelectMany(Directory.GetFiles);
}
