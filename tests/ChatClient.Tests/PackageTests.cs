using System.Diagnostics;
using System.IO.Compression;
using System.Xml.Linq;
using Rill.ChatClient.Tests.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.ChatClient.Tests;

/// <summary>The package, as it is packed and as a project elsewhere uses it.</summary>
public sealed class PackageTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(4);
    private static readonly string[] s_own = ["Rill.ChatClient", "Rill.Core", "Rill.ModelStore", "Rill.Torch"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rill-pack-");

    public void Dispose() => _folder.Delete(recursive: true);

    [SkippableFact]
    public async Task Package_OfThisBuild_AnswersInAProjectElsewhere()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The consuming project names libtorch's package for Linux.");
        var feed = _folder.CreateSubdirectory("feed").FullName;
        await DotnetAsync(BuiltPrograms.Root, "pack", "Shared/ChatClient", "-c", "Release", "--no-build", "-o", feed, "--nologo");
        AssertComplete(feed);

        var consumer = _folder.CreateSubdirectory("consumer").FullName;
        WriteConsumer(consumer, feed);
        var output = await DotnetAsync(consumer, "run", "-c", "Release", "--", Model.Folder);

        Assert.Contains("Azure Function", output, StringComparison.Ordinal);
        Assert.Contains($"libtorch in {Path.Combine(consumer, "bin")}", output, StringComparison.Ordinal);    // its own, and not that of this build
    }

    /// <summary>What lies in both packages, and what the one says of itself.</summary>
    private static void AssertComplete(string feed)
    {
        using var package = ZipFile.OpenRead(Directory.GetFiles(feed, "*.nupkg").Single());
        using var symbols = ZipFile.OpenRead(Directory.GetFiles(feed, "*.snupkg").Single());
        Assert.Equal(s_own.Select(name => $"lib/net10.0/{name}.dll"), FilesOf(package, ".dll"));
        Assert.Equal(s_own.Select(name => $"lib/net10.0/{name}.pdb"), FilesOf(symbols, ".pdb"));
        Assert.Contains(package.Entries, entry => entry.FullName == "lib/net10.0/Rill.ChatClient.xml");
        Assert.Contains(package.Entries, entry => entry.FullName == "README.md" && entry.Length > 1_000);

        using var nuspec = package.GetEntry("Rill.ChatClient.nuspec")!.Open();
        var metadata = XDocument.Load(nuspec).Root!.Elements().Single();
        Assert.Equal("MIT", Element(metadata, "license").Value);
        Assert.Equal("README.md", Element(metadata, "readme").Value);
        var dependencies = metadata.Descendants().Where(element => element.Name.LocalName == "dependency")
            .ToDictionary(element => element.Attribute("id")!.Value, element => element.Attribute("version")!.Value);
        Assert.Equal(ReferencesOfOwnProjects(), dependencies.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["TorchSharp"], dependencies.Where(dependency => dependency.Value.StartsWith('[')).Select(dependency => dependency.Key));
    }

    /// <summary>A package does not inherit what the projects inside of it refer to, so it has to say it once more.</summary>
    private static IEnumerable<string> ReferencesOfOwnProjects() => s_own
        .Select(name => name["Rill.".Length..])
        .Where(name => name != "ChatClient")
        .SelectMany(name => XDocument.Load(Path.Combine(BuiltPrograms.Root, "Shared", name, $"{name}.csproj")).Descendants("PackageReference"))
        .Select(reference => reference.Attribute("Include")!.Value)
        .Concat(["Microsoft.Extensions.AI", "TorchSharp"])    // its own, and that of Torch.Native.targets
        .Distinct()
        .Order(StringComparer.Ordinal);

    private static IEnumerable<string> FilesOf(ZipArchive package, string extension) =>
        package.Entries.Select(entry => entry.FullName).Where(name => name.EndsWith(extension, StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private static XElement Element(XElement metadata, string name) => metadata.Elements().Single(element => element.Name.LocalName == name);

    /// <summary>A project that knows nothing of this repository. Packages that are on this machine already are taken from there.</summary>
    private static void WriteConsumer(string folder, string feed)
    {
        var version = XDocument.Load(Path.Combine(BuiltPrograms.Root, "Directory.Build.props")).Descendants("Version").Single().Value;
        File.WriteAllText(Path.Combine(folder, "nuget.config"), $"""
            <configuration><packageSources><add key="built" value="{feed}" /></packageSources></configuration>
            """);
        File.WriteAllText(Path.Combine(folder, "consumer.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <RestorePackagesPath>$(MSBuildProjectDirectory)/packages</RestorePackagesPath>
                <RestoreFallbackFolders>{Path.GetFullPath(PackagesFolder)}</RestoreFallbackFolders>
                <CreateSymbolicLinksForCopyLocalIfPossible>true</CreateSymbolicLinksForCopyLocalIfPossible>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Rill.ChatClient" Version="{version}" />
                <PackageReference Include="libtorch-cpu-linux-x64" Version="2.10.0" />
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), """
            using Microsoft.Extensions.AI;
            using Rill.ChatClient;

            using var client = await RillChatClient.LoadAsync(args[0], new() { Engine = new() { MaxSequences = 2 } });
            Console.WriteLine(await client.GetResponseAsync("What is Rill?", new() { Temperature = 0 }));
            var libtorch = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libtorch_cpu.so");
            Console.WriteLine(File.Exists(libtorch) ? $"libtorch in {libtorch}" : "no libtorch");
            """);
    }

    /// <summary>NuGet's folder of this machine, from where the build has taken its packages.</summary>
    private static string PackagesFolder => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static async Task<string> DotnetAsync(string folder, params string[] arguments)
    {
        var run = await ProcessBounds.RunAsync(new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder }, s_patience);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        return run.Output;
    }
}
