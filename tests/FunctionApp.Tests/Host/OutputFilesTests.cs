using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;

namespace Rill.FunctionApp.Tests.Host;

/// <summary>What a build leaves on the disk for a real Functions host, beside the app and at the repository's root.</summary>
public sealed class OutputFilesTests
{
    private const string Extension = ".azurefunctions/Rill.HostExtension.dll";

    [Fact]
    public void WorkerConfig_StartsTheApp_AndLeavesPlaceholdersOut()
    {
        var description = Read(BuiltPrograms.FunctionApp, "worker.config.json").GetProperty("description");

        Assert.Equal("dotnet-isolated", description.GetProperty("language").GetString());
        Assert.Equal("dotnet", description.GetProperty("defaultExecutablePath").GetString());
        Assert.True(File.Exists(Path.Combine(BuiltPrograms.FunctionApp, description.GetProperty("defaultWorkerPath").GetString()!)));
        Assert.Equal("true", description.GetProperty("workerIndexing").GetString());
        Assert.False(description.TryGetProperty("canUsePlaceholder", out _));
    }

    [Fact]
    public void WorkerConfig_AtTheRoot_PointsAtABuiltApp()
    {
        var description = Read(BuiltPrograms.Root, "worker.config.json").GetProperty("description");

        var path = description.GetProperty("defaultWorkerPath").GetString()!;
        Assert.StartsWith("FunctionApp/bin/", path, StringComparison.Ordinal);
        Assert.EndsWith("/Rill.FunctionApp.dll", path, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Extensions_NameTheLoader_WhichLiesThere(bool atRoot)
    {
        var folder = atRoot ? BuiltPrograms.Root : BuiltPrograms.FunctionApp;
        var extension = Assert.Single(Read(folder, "extensions.json").GetProperty("extensions").EnumerateArray().ToList());

        Assert.Equal("Rill.HostExtension.Startup, Rill.HostExtension", extension.GetProperty("typeName").GetString());
        Assert.Equal("./" + Extension, extension.GetProperty("hintPath").GetString());
        Assert.True(File.Exists(Path.Combine(folder, Extension)));
    }

    [Fact]
    public void Loader_ForAnyHost_RefersToNoNewerLibraries()
    {
        using var file = new PEReader(File.OpenRead(Path.Combine(BuiltPrograms.FunctionApp, Extension)));
        var metadata = file.GetMetadataReader();

        foreach (var reference in metadata.AssemblyReferences.Select(metadata.GetAssemblyReference))
        {
            Assert.True(reference.Version.Major <= 3, $"{metadata.GetString(reference.Name)} {reference.Version}");
        }
    }

    [Fact]
    public void FunctionsMetadata_ListsEveryFunction()
    {
        var functions = Read(BuiltPrograms.FunctionApp, "functions.metadata").EnumerateArray()
            .ToDictionary(function => function.GetProperty("name").GetString()!);

        var chat = functions["ChatCompletions"];
        Assert.Equal("Rill.FunctionApp.dll", chat.GetProperty("scriptFile").GetString());
        var binding = Assert.Single(chat.GetProperty("bindings").EnumerateArray().ToList());
        Assert.Equal("httpTrigger", binding.GetProperty("type").GetString());
        Assert.Equal("v1/chat/completions", binding.GetProperty("route").GetString());
        Assert.Contains("ListModels", functions);
        Assert.Contains("HealthReady", functions);
    }

    [Fact]
    public void Settings_FromTheRoot_LieBesideTheApp()
    {
        foreach (var name in (string[])["host.json", "local.settings.json"])
        {
            Assert.Equal(
                File.ReadAllText(Path.Combine(BuiltPrograms.Root, name)), File.ReadAllText(Path.Combine(BuiltPrograms.FunctionApp, name)));
        }
    }

    private static JsonElement Read(string folder, string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, name)));
        return document.RootElement.Clone();
    }
}
