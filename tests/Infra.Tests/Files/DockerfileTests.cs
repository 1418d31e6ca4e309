using System.Text.RegularExpressions;
using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Files;

/// <summary>The image's recipe, read. tests/Image.Tests runs it.</summary>
public sealed partial class DockerfileTests
{
    private static readonly string _text = Repository.Read("FunctionApp", "Dockerfile");

    /// <summary>The instructions, continued lines joined, comments left out.</summary>
    private static readonly List<string> _instructions =
    [
        .. Continuation().Replace(string.Join('\n', _text.Split('\n').Where(line => !line.TrimStart().StartsWith('#'))), " ")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
    ];

    private static List<string> FinalStage => _instructions[_instructions.FindLastIndex(line => line.StartsWith("FROM ", StringComparison.Ordinal))..];

    [Fact]
    public void Stages_BuildOnMicrosoftsImagesAndNodes()
    {
        Assert.Equal(
            [
                "FROM mcr.microsoft.com/dotnet/sdk:10.0 AS libtorch",
                "FROM docker.io/library/node:20-slim AS page",
                "FROM mcr.microsoft.com/dotnet/sdk:10.0 AS app",
                "FROM mcr.microsoft.com/azure-functions/dotnet-isolated:4-dotnet-isolated10.0",
            ],
            _instructions.Where(line => line.StartsWith("FROM ", StringComparison.Ordinal)));
    }

    [Fact]
    public void LibtorchLayer_DependsOnVersionsAlone()
    {
        var start = _instructions.FindIndex(line => line.EndsWith("AS libtorch", StringComparison.Ordinal));
        var end = _instructions.FindIndex(line => line.EndsWith("AS page", StringComparison.Ordinal));
        var copies = _instructions[start..end].Where(line => line.StartsWith("COPY ", StringComparison.Ordinal));

        Assert.Equal(
            [
                "COPY global.json Directory.Build.props Directory.Packages.props ./",
                "COPY tools/LibTorch/LibTorch.csproj tools/LibTorch/",
                "COPY scripts/collect-libtorch.sh scripts/prune-libtorch.sh scripts/",
            ],
            copies);
    }

    [Fact]
    public void App_IsTheLastLayerAndComesAfterLibtorch()
    {
        var copies = FinalStage.Where(line => line.StartsWith("COPY ", StringComparison.Ordinal));

        Assert.Equal(["COPY --from=libtorch /libtorch/ /home/site/wwwroot/", "COPY --from=app /app/ /home/site/wwwroot/"], copies);
        Assert.True(
            FinalStage.FindLastIndex(line => line.StartsWith("RUN ", StringComparison.Ordinal))
            < FinalStage.FindIndex(line => line.StartsWith("COPY ", StringComparison.Ordinal)));
    }

    [Fact]
    public void App_IsTheSameForEveryBackend()
    {
        var start = _instructions.FindIndex(line => line.EndsWith("AS app", StringComparison.Ordinal));
        var stage = _instructions[start..^FinalStage.Count];

        Assert.Contains(stage, line => line.StartsWith("RUN dotnet publish FunctionApp -c Release", StringComparison.Ordinal)
            && line.Contains("-p:TorchBackend=none", StringComparison.Ordinal));
        Assert.DoesNotContain(stage, line => line.Contains("TORCH_BACKEND", StringComparison.Ordinal));
    }

    [Fact]
    public void FinalStage_RunsTheHostOnTheIngresssPortWithoutRoot()
    {
        var port = Snapshot.Load("t4").App.At("properties.configuration.ingress.targetPort").GetInt32();

        Assert.True(port >= 1024);
        Assert.Contains($"EXPOSE {port}", FinalStage);
        Assert.Contains(FinalStage, line => line.Contains($"ASPNETCORE_URLS=http://+:{port} ", StringComparison.Ordinal));
        Assert.Contains("ARG RUN_AS=1654", FinalStage);
        Assert.Contains("USER ${RUN_AS}", FinalStage);
        Assert.Contains(FinalStage, line => line.Contains("AzureWebJobsScriptRoot=/home/site/wwwroot", StringComparison.Ordinal));
    }

    /// <summary>The host passes no signal on, so the first process has to, and nothing may stand between it and the host.</summary>
    [Fact]
    public void Start_SignalsHostAndWorkerAlike()
    {
        Assert.Contains("""ENTRYPOINT ["tini", "-g", "--", "/opt/startup/start_rill.sh"]""", FinalStage);
        Assert.Contains(FinalStage, line => line.Contains("apt-get install -y --no-install-recommends tini", StringComparison.Ordinal));
        Assert.DoesNotContain(FinalStage, line => line.StartsWith("CMD ", StringComparison.Ordinal));
    }

    [Fact]
    public void Image_HoldsNoSecretsAndFetchesNoWeights()
    {
        Assert.DoesNotMatch("(?i)hf download|huggingface", string.Join('\n', _instructions));
        Assert.DoesNotMatch("(?i)(key|secret|token|password)=", string.Join('\n', _instructions));
    }

    /// <summary>The rules of hadolint that apply here.</summary>
    [Fact]
    public void Instructions_KeepTheUsualRules()
    {
        Assert.DoesNotContain(_instructions, line => line.StartsWith("ADD ", StringComparison.Ordinal));
        Assert.DoesNotContain(_instructions, line => line.Contains("sudo ", StringComparison.Ordinal));
        Assert.DoesNotContain(_instructions, line => line.StartsWith("FROM ", StringComparison.Ordinal) && line.Contains(":latest", StringComparison.Ordinal));
        Assert.DoesNotContain(_instructions, line => line.StartsWith("RUN cd ", StringComparison.Ordinal));
        Assert.All(_instructions.Where(line => line.StartsWith("WORKDIR ", StringComparison.Ordinal)), line => Assert.StartsWith("WORKDIR /", line, StringComparison.Ordinal));
    }

    [Fact]
    public void Context_IsAListOfWhatTheBuildNeeds()
    {
        var lines = Repository.Read(".dockerignore").Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith('#')).ToList();
        var allowed = lines.Where(line => line.StartsWith('!')).Select(line => line[1..]).ToList();

        Assert.Equal("*", lines[0]);
        Assert.Contains("**/*.safetensors", lines);
        Assert.All(allowed.Where(path => path.StartsWith("models", StringComparison.Ordinal)), path => Assert.StartsWith("models/rill-mini/", path, StringComparison.Ordinal));
        Assert.All(allowed, path => Assert.NotEmpty(
            Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(Repository.Find(path))!, Path.GetFileName(path))));

        var copied = _instructions
            .Where(line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from", StringComparison.Ordinal) && line != "COPY . .")
            .SelectMany(line => line.Split(' ')[1..^1]);
        foreach (var path in copied)
        {
            Assert.Contains(allowed, entry => path == entry || path.StartsWith(entry + "/", StringComparison.Ordinal));
        }
    }

    [GeneratedRegex(@"\\\n\s*")]
    private static partial Regex Continuation();
}
