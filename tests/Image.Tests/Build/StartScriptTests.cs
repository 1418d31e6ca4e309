using System.Text.RegularExpressions;
using Rill.Image.Tests.Support;

namespace Rill.Image.Tests.Build;

/// <summary>The Dockerfile's step that makes the start script from the base image's, over scripts of several forms in a folder of its own.</summary>
public sealed partial class StartScriptTests : IDisposable
{
    private const string Folder = "/opt/startup";
    private const string Host = "/azure-functions-host/Microsoft.Azure.WebJobs.Script.WebHost";

    private readonly string _folder = Directory.CreateTempSubdirectory("rill-startup-").FullName;

    public StartScriptTests() => Skip.IfNot(OperatingSystem.IsLinux(), "The image is built on Linux.");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableTheory]
    [InlineData(Host, "exec " + Host)]
    [InlineData("dotnet " + Host + ".dll", "exec dotnet " + Host + ".dll")]
    [InlineData("exec " + Host, "exec " + Host)]
    [InlineData("if [ -f " + Host + " ]; then\n    " + Host + "\nfi", "if [ -f " + Host + " ]; then\n    exec " + Host + "\nfi")]
    public async Task Script_BecomesTheHost_AndKeepsTheRest(string start, string expected)
    {
        const string before = "#!/usr/bin/env bash\nexport A=1\nsource /opt/startup/install_ca_certificates.sh\n\n";
        await File.WriteAllTextAsync(Path.Combine(_folder, "start_nonappservice.sh"), before + start);

        var step = await RunStepAsync();

        Assert.True(step.ExitCode == 0, step.Error);
        var script = Path.Combine(_folder, "start_rill.sh");
        Assert.Equal(before + expected, (await File.ReadAllTextAsync(script)).TrimEnd('\n'));
        Assert.Equal("-rwxr-xr-x", (await Shell.CheckAsync(_folder, "stat", "--format", "%A", script)).Trim());
    }

    [SkippableTheory]
    [InlineData("/azure-functions-host/start-host")]
    [InlineData("(" + Host + ") | tee /var/log/host")]
    public async Task Script_OfAnUnknownForm_StopsTheBuild(string start)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "start_nonappservice.sh"), "#!/usr/bin/env bash\n" + start);

        var step = await RunStepAsync();

        Assert.Equal(1, step.ExitCode);
        Assert.Equal("The base image starts the host in a way that this Dockerfile does not know; docs/image.md, Signals.\n", step.Error);
    }

    private Task<ProcessResult> RunStepAsync()
    {
        var dockerfile = File.ReadAllText(Path.Combine(Places.Root, "FunctionApp", "Dockerfile"));
        var step = Continuation().Replace(dockerfile, " ").Split('\n').Single(line => line.StartsWith("RUN sed ", StringComparison.Ordinal));
        return Shell.RunAsync(_folder, "sh", "-c", step["RUN ".Length..].Replace(Folder, _folder, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\\\n\s*")]
    private static partial Regex Continuation();
}
