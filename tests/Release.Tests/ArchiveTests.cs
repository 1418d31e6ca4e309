using System.Formats.Tar;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Rill.Release.Tests;

/// <summary>The archive of scripts/package.sh: it runs by itself, and says what it bundles.</summary>
public sealed partial class ArchiveTests(ArchiveFixture archive) : IClassFixture<ArchiveFixture>
{
    [SkippableFact]
    public void Archive_WhereNoDotnetCanBeFound_Streams()
    {
        var run = Command.Run("bash", [Repository.Find("scripts", "try-archive.sh"), archive.Path]);

        Assert.True(run.ExitCode == 0, run.All);
        string[] checks = ["its hash is that of SHA256SUMS", "./run --help", "ready at", "streams to [DONE]", "from the archive alone", "ends by SIGTERM"];
        Assert.All(checks, check => Assert.Contains(check, run.Errors, StringComparison.Ordinal));
    }

    [SkippableFact]
    public void Archive_HoldsTheProgramsTheirLicencesAndNothingOfTheMachine()
    {
        var entries = archive.Entries();

        Assert.Superset(
            new HashSet<string>(["run", "rill", "README.md", "LICENSE", "THIRD-PARTY-NOTICES.txt", "app/host.json", "app/page/index.html", "app/models/rill-mini/model.safetensors"]),
            entries.Keys.ToHashSet());
        Assert.Single(entries.Values.Select(entry => entry.ModificationTime).Distinct());
        Assert.All(entries.Values, entry => Assert.Equal((0, 0), (entry.Uid, entry.Gid)));
        Assert.All(entries.Values, entry => Assert.False(entry.Mode.HasFlag(UnixFileMode.OtherWrite), entry.Name));
        Assert.All(entries.Values, entry => Assert.NotEqual(TarEntryType.HardLink, entry.EntryType));
        Assert.DoesNotContain(entries.Keys, name => name.EndsWith(".pdb", StringComparison.Ordinal) || name.Contains("python", StringComparison.Ordinal));
    }

    /// <summary>A host that is not LocalHost reads the same file, and starts the same program.</summary>
    [SkippableFact]
    public void Worker_IsStartedByTheProgramThatFindsTheArchivesRuntime()
    {
        var description = JsonDocument.Parse(archive.Read("app/worker.config.json")).RootElement.GetProperty("description");

        Assert.Equal("{WorkerRoot}Rill.FunctionApp", description.GetProperty("defaultExecutablePath").GetString());
        Assert.True(archive.Entries()["app/Rill.FunctionApp"].Mode.HasFlag(UnixFileMode.OtherExecute));
    }

    [SkippableFact]
    public void BillOfMaterials_NamesEveryPackageThatIsInTheArchive()
    {
        var named = Components().Select(component => component.GetProperty("purl").GetString()!["pkg:nuget/".Length..].Replace('@', '/')).ToHashSet(StringComparer.OrdinalIgnoreCase);

        foreach (var app in (string[])["app/Rill.FunctionApp", "host/Rill.LocalHost", "cli/rill"])
        {
            var libraries = JsonDocument.Parse(archive.Read(app + ".deps.json")).RootElement.GetProperty("libraries").EnumerateObject();
            Assert.Superset(libraries.Where(library => library.Value.GetProperty("type").GetString() == "package").Select(library => library.Name).ToHashSet(), named);
        }

        // Not in any .deps.json: what lies there as files.
        foreach (var package in (string[])["libtorch-cpu-linux-x64", "Microsoft.NETCore.App.Runtime.linux-x64", "Microsoft.AspNetCore.App.Runtime.linux-x64"])
        {
            Assert.Contains(named, name => name.StartsWith(package + "/", StringComparison.Ordinal));
        }

        Assert.All(Components(), component => Assert.Matches("^[0-9a-f]{128}$", component.GetProperty("hashes")[0].GetProperty("content").GetString()));
    }

    [SkippableFact]
    public void Notices_NameEveryPackageOfTheBillOfMaterials()
    {
        var notices = archive.Read("THIRD-PARTY-NOTICES.txt");

        Assert.All(Components(), component =>
            Assert.Contains($"\n{component.GetProperty("name").GetString()} {component.GetProperty("version").GetString()}\n  licence    ", notices, StringComparison.Ordinal));
        Assert.DoesNotMatch(@"\n  licence    \n", notices);
        Assert.Contains("\n## preact - ", notices, StringComparison.Ordinal); // of the page's
    }

    [SkippableFact]
    public void Checksums_AreOfTheArchiveAndItsBillOfMaterials()
    {
        var lines = File.ReadAllLines(Path.Combine(Path.GetDirectoryName(archive.Path)!, "SHA256SUMS"));

        Assert.Equal([Path.GetFileName(archive.Path), Path.GetFileName(archive.BillOfMaterials)], lines.Select(line => line.Split("  ")[1]));
    }

    [SkippableFact]
    public void Name_IsThatOfTheVersion() => Assert.Matches(@"/rill-" + Regex.Escape(Version().Match(Repository.Read("Directory.Build.props")).Groups[1].Value) + @"-linux-x64\.tar$", archive.Path);

    [GeneratedRegex("<Version>(.*)</Version>")]
    private static partial Regex Version();

    private List<JsonElement> Components() => [.. JsonDocument.Parse(File.ReadAllText(archive.BillOfMaterials)).RootElement.GetProperty("components").EnumerateArray()];
}
