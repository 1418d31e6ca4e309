using System.Text.Json;

namespace Rill.Release.Tests;

/// <summary>scripts/bundled-packages.sh on made-up packages: every licence has its text, or there is no archive.</summary>
public sealed class BundledPackagesScriptTests : IDisposable
{
    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true };

    private readonly string _packages = Directory.CreateTempSubdirectory("rill-packages-").FullName;

    public BundledPackagesScriptTests() => Skip.If(OperatingSystem.IsWindows(), "The script is for bash.");

    public void Dispose() => Directory.Delete(_packages, recursive: true);

    [SkippableFact]
    public void Notices_PrintATextThatTwoPackagesShareOnce()
    {
        Package("One", "1.0.0", "<license type=\"file\">LICENSE</license><copyright>&lt;one&gt;\n &amp; more</copyright>", ("LICENSE", "Text of both."));
        Package("Two", "2.0.0", "<license type=\"expression\">MIT</license>", ("License.txt", "Text of both."), ("NOTICE", "Two's own."));

        var run = Run("--notices", Deps("One/1.0.0", "Two/2.0.0"));

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Contains("One 1.0.0\n  licence    LICENSE\n  copyright  <one>  & more\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("One 1.0.0, LICENSE\nTwo 2.0.0, License.txt\n---", run.Output, StringComparison.Ordinal);
        Assert.Equal(2, run.Output.Split("Text of both.").Length);
        Assert.Contains("Two's own.", run.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Notices_OfAPackageWithoutAText_HaveTheCommonOne()
    {
        Package("One", "1.0.0", "<license type=\"expression\">MIT</license>");

        var run = Run("--notices", Deps("One/1.0.0"));

        Assert.Contains("One 1.0.0, MIT\n---", run.Output, StringComparison.Ordinal);
        Assert.Contains("Permission is hereby granted, free of charge", run.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Notices_OfALicenceWhoseTextIsMissing_AreRefused()
    {
        Package("One", "1.0.0", "<license type=\"expression\">WTFPL</license>");

        var run = Run("--notices", Deps("One/1.0.0"));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("One has the licence \"WTFPL\", whose text is missing", run.Errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Notices_OfAPackageThatIsNotRestored_SayWhatToDo()
    {
        var run = Run("--notices", Deps("Absent/1.0.0"));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("dotnet restore", run.Errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void BillOfMaterials_HasALicenceByExpressionOrByName()
    {
        Package("One", "1.0.0", "<license type=\"expression\">BSD-3-Clause</license>");
        Package("Two", "2.0.0", "<licenseUrl>https://example.org/\"two\"</licenseUrl>");

        var run = Run("--sbom", Deps("One/1.0.0"), Path.Combine(_packages, "two", "2.0.0"));

        Assert.True(run.ExitCode == 0, run.All);
        var components = JsonDocument.Parse(run.Output).RootElement.GetProperty("components");
        Assert.Equal("BSD-3-Clause", components[0].GetProperty("licenses")[0].GetProperty("expression").GetString());
        Assert.Equal("https://example.org/\"two\"", components[1].GetProperty("licenses")[0].GetProperty("license").GetProperty("name").GetString());
        Assert.Equal("pkg:nuget/Two@2.0.0", components[1].GetProperty("purl").GetString());
    }

    private CommandResult Run(params string[] arguments) =>
        Command.Run("bash", [Repository.Find("scripts", "bundled-packages.sh"), .. arguments], new Dictionary<string, string?> { ["NUGET_PACKAGES"] = _packages });

    private void Package(string name, string version, string elements, params (string File, string Text)[] files)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_packages, name.ToLowerInvariant(), version)).FullName;
        File.WriteAllText(Path.Combine(folder, name + ".nuspec"), $"<package>\n<metadata>\n<id>{name}</id>\n<version>{version}</version>\n{elements}\n</metadata>\n</package>\n");
        File.WriteAllText(Path.Combine(folder, name + ".nupkg"), name);
        foreach (var (file, text) in files)
        {
            File.WriteAllText(Path.Combine(folder, file), text);
        }
    }

    private string Deps(params string[] packages)
    {
        var path = Path.Combine(_packages, "app.deps.json");
        var libraries = packages.ToDictionary(package => package, _ => new { type = "package" }).Append(new("App/1.0.0", new { type = "project" }));
        File.WriteAllText(path, JsonSerializer.Serialize(new { libraries = libraries.ToDictionary() }, _indented));
        return path;
    }
}
