namespace Rill.CommandLine.Tests;

/// <summary>A checkout with the scripts of the root, one source, and a compiler that copies it. What was asked of the compiler is written down.</summary>
internal sealed class Checkout : IDisposable
{
    // What is built prints its source and its arguments. FAKE_DOTNET is a piece of script that decides otherwise.
    private const string Dotnet = """
        #!/bin/bash
        eval "${FAKE_DOTNET-}"
        case $1 in
            --version) echo 10.0.100 ;;
            restore) echo restore >>"$BUILDS"; echo "noise of a restore" ;;
            build)
                echo "build ${2##*/}" >>"$BUILDS"
                sleep 0.3
                for built in "$CHECKOUT"/{tools/CommandLine,FunctionApp,tools/LocalHost}; do
                    mkdir -p "$built/bin/Release/net10.0"
                    cp "$CHECKOUT/tools/CommandLine/source.cs" "$built/bin/Release/net10.0/rill.dll"
                    touch "$built/bin/Release/net10.0/Rill.FunctionApp.dll"
                done
                echo "noise of a build" ;;
            *Rill.LocalHost.dll) echo "served ${*: -2}" ;;
            *) echo "$(cat "$1") $2" ;;
        esac
        """;

    private readonly TemporaryDirectory _directory = new();

    public Checkout()
    {
        foreach (var folder in (string[])["tools/CommandLine", "tools/LocalHost", "FunctionApp", "Shared/Core", "Shared/ModelStore", "Shared/Torch", "path"])
        {
            Directory.CreateDirectory(File(folder));
        }

        foreach (var file in (string[])["run", "rill", "tools/build-if-changed.sh", "tools/progress.sh", "tools/serving.slnf", "host.json",
            "local.settings.json", "Directory.Build.props", "Directory.Packages.props", "global.json"])
        {
            System.IO.File.Copy(System.IO.Path.Combine(Vectors.RepositoryRoot(), file), File(file));
        }

        Change("first");
        WriteProgram("dotnet", Dotnet);
    }

    /// <summary>What the compiler was asked for.</summary>
    public string[] Builds => System.IO.File.Exists(File("builds")) ? System.IO.File.ReadAllLines(File("builds")) : [];

    public string File(string name) => _directory.File(name);

    /// <summary>Writes the one source anew.</summary>
    public void Change(string text) => System.IO.File.WriteAllText(File("tools/CommandLine/source.cs"), text);

    /// <summary>Puts a program before those of the machine.</summary>
    public void WriteProgram(string name, string text) => RillProcess.WriteScript(File("path/" + name), text);

    /// <summary>Runs a script of the checkout, or the one of a path.</summary>
    public async Task<RillResult> RunAsync(string script, string[] arguments, string fakeDotnet = "")
    {
        using var process = RillProcess.Start(
            "bash",
            [System.IO.Path.Combine(_directory.Path, script), .. arguments],
            [
                KeyValuePair.Create("BUILDS", File("builds")),
                KeyValuePair.Create("CHECKOUT", _directory.Path),
                KeyValuePair.Create("FAKE_DOTNET", fakeDotnet),
                KeyValuePair.Create("NUGET_PACKAGES", File("packages")),
                KeyValuePair.Create("PATH", $"{File("path")}:{Environment.GetEnvironmentVariable("PATH")}"),
            ]);
        return await RillProcess.FinishAsync(process, []);
    }

    public void Dispose() => _directory.Dispose();
}
