using System.Text.Json;

namespace Rill.FunctionApp.Tests.Host;

/// <summary>What a build leaves on the disk, beside the app, for a real Functions host.</summary>
public sealed class OutputFilesTests
{
    private const string Loader = "Microsoft.Azure.WebJobs.Extensions.FunctionMetadataLoader";

    [Fact]
    public void WorkerConfig_StartsTheApp()
    {
        var description = Read(BuiltPrograms.FunctionApp, "worker.config.json").GetProperty("description");

        Assert.Equal("dotnet-isolated", description.GetProperty("language").GetString());
        Assert.Equal("dotnet", description.GetProperty("defaultExecutablePath").GetString());
        Assert.True(File.Exists(Path.Combine(BuiltPrograms.FunctionApp, description.GetProperty("defaultWorkerPath").GetString()!)));
        Assert.Equal("true", description.GetProperty("workerIndexing").GetString());
    }

    [Fact]
    public void Extensions_NameTheLoader_WhichLiesThere()
    {
        var extension = Assert.Single(Read(BuiltPrograms.FunctionApp, "extensions.json").GetProperty("extensions").EnumerateArray().ToList());

        Assert.StartsWith($"{Loader}.Startup, {Loader},", extension.GetProperty("typeName").GetString(), StringComparison.Ordinal);
        Assert.Equal($"./.azurefunctions/{Loader}.dll", extension.GetProperty("hintPath").GetString());
        Assert.True(File.Exists(Path.Combine(BuiltPrograms.FunctionApp, ".azurefunctions", Loader + ".dll")));
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
