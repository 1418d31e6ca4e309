using System.Diagnostics;
using System.IO.Compression;
using System.Xml.Linq;
using Aspire.Hosting.ApplicationModel;
using PublicApiGenerator;

namespace Rill.Hosting.Tests;

/// <summary>The package that app hosts take, and what of it they may call.</summary>
public sealed class PackageTests
{
    [Fact]
    public async Task Pack_HasTheReadmeTheSymbolsAndAspireAlone()
    {
        var folder = Directory.CreateTempSubdirectory("rill-aspire-");
        try
        {
            var project = Path.Combine(BuiltPrograms.Root, "Shared", "Hosting.Aspire");
            string[] how = ["--no-build", "--configuration", BuiltPrograms.Configuration, "--output", folder.FullName];
            var packed = await ProcessBounds.RunAsync(new ProcessStartInfo("dotnet", ["pack", project, .. how]), ProcessBounds.Patience);
            Assert.True(packed.ExitCode == 0, packed.Output);

            using var package = ZipFile.OpenRead(Assert.Single(folder.GetFiles("Rill.Hosting.Aspire.*.nupkg")).FullName);
            using var symbols = ZipFile.OpenRead(Assert.Single(folder.GetFiles("Rill.Hosting.Aspire.*.snupkg")).FullName);
            Assert.Equal(
                ["README.md", "lib/net10.0/Rill.Hosting.Aspire.dll", "lib/net10.0/Rill.Hosting.Aspire.xml"],
                package.Entries.Select(entry => entry.FullName)
                    .Where(name => name is "README.md" || name.StartsWith("lib/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
            Assert.Contains(symbols.Entries, entry => entry.FullName == "lib/net10.0/Rill.Hosting.Aspire.pdb");
            await using var nuspec = await package.GetEntry("Rill.Hosting.Aspire.nuspec")!.OpenAsync();
            var dependency = Assert.Single(XDocument.Load(nuspec).Descendants(), element => element.Name.LocalName == "dependency");
            Assert.Equal(("Aspire.Hosting", "13.6.5"), ((string)dependency.Attribute("id")!, (string)dependency.Attribute("version")!));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>What is added is written into the file; what is taken away or changed breaks app hosts, and belongs into a release's notes.</summary>
    [Fact]
    public void PublicApi_IsTheOneInTheFile()
    {
        var file = Path.Combine(BuiltPrograms.Root, "Shared", "Hosting.Aspire", "PublicApi.txt");
        var api = typeof(RillResource).Assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false });

        Assert.True(File.ReadAllText(file).Trim() == api.Trim(), $"{file} would be:\n{api}");
    }
}
