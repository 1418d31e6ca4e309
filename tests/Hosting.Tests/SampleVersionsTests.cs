using System.Xml.Linq;

namespace Rill.Hosting.Tests;

/// <summary>Samples name versions themselves, so that they work wherever they are copied to; here they are those of the repository.</summary>
public sealed class SampleVersionsTests
{
    [Fact]
    public void PackagesOfSamples_HaveTheVersionsOfTheRepository()
    {
        var central = XDocument.Load(Path.Combine(BuiltPrograms.Root, "Directory.Packages.props")).Descendants("PackageVersion")
            .ToDictionary(package => (string)package.Attribute("Include")!, package => ((string)package.Attribute("Version")!).Trim('[', ']'));
        var samples = Directory.GetFiles(Path.Combine(BuiltPrograms.Root, "samples"), "*.csproj", SearchOption.AllDirectories)
            .SelectMany(project => XDocument.Load(project).Descendants("PackageReference"))
            .Select(package => (Name: (string)package.Attribute("Include")!, Version: (string?)package.Attribute("Version")))
            .ToList();

        Assert.NotEmpty(samples);
        Assert.All(samples, sample => Assert.Equal(central[sample.Name], sample.Version));
    }
}
