using Aspire.Hosting;

namespace Rill.Hosting.Tests;

/// <summary>What cannot work is refused when the app host is made, with a sentence that says what to do.</summary>
public sealed class RefusalTests(RillFolderFixture rill) : IClassFixture<RillFolderFixture>
{
    [Fact]
    public void AddRill_WithAFolderThatIsNoRill_SaysWhichFolderToName()
    {
        var failure = Assert.Throws<ArgumentException>(() => Builder().AddRill("llm", "nowhere"));

        Assert.Equal(
            $"There is no Rill in {Path.Combine(Path.GetTempPath(), "nowhere")}: "
                + "name the folder of a clone or of an unpacked release, the one that holds the file run.",
            failure.Message);
    }

    [Fact]
    public void AddRill_OutsideOfAClone_SaysWhereToNameTheFolder() => Assert.Equal(
        "Rill was not found: name the folder of a clone or of an unpacked release in AddRill(name, folder) or in the setting Aspire:Rill:Folder.",
        Assert.Throws<ArgumentException>(() => Builder().AddRill("llm")).Message);

    [Fact]
    public void AddRill_WithoutAFolder_TakesTheSettings() =>
        Assert.Equal(rill.Folder, Builder($"Aspire:Rill:Folder={rill.Folder}").AddRill("llm").Resource.WorkingDirectory);

    [Fact]
    public void WithModel_ThatDoesNotExist_SaysWhatToName() => Assert.Equal(
        $"There is no model directory or GGUF file {Path.Combine(Path.GetTempPath(), "no-model")}; name one, or an address such as hf://ORG/NAME.",
        Assert.Throws<ArgumentException>(() => Builder().AddRill("llm", rill.Folder).WithModel("no-model")).Message);

    [Fact]
    public void WithApiKey_ThatIsNoSecret_SaysHowToAddIt()
    {
        var builder = Builder();

        var failure = Assert.Throws<ArgumentException>(() => builder.AddRill("llm", rill.Folder).WithApiKey(builder.AddParameter("key", "value")));

        Assert.StartsWith("The parameter key is the key of llm: add it with secret: true.", failure.Message, StringComparison.Ordinal);
    }

    private static IDistributedApplicationBuilder Builder(params string[] args) =>
        DistributedApplication.CreateBuilder(new DistributedApplicationOptions
        {
            Args = args,
            ProjectDirectory = Path.GetTempPath(),
            DisableDashboard = true,
        });
}
