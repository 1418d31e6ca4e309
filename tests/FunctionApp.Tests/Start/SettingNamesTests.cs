using Microsoft.Extensions.Configuration;

namespace Rill.FunctionApp.Tests.Start;

/// <summary>A setting that nobody reads stops the start.</summary>
public sealed class SettingNamesTests
{
    [Theory]
    [InlineData("Rill:ApiKey", "Rill__ApiKey is not known; did you mean Rill__ApiKeys__0?")]
    [InlineData("Rill:ApiKeys", "Rill__ApiKeys is not known; did you mean Rill__ApiKeys__0?")]
    [InlineData("Rill:ApiKeys:first", "Rill__ApiKeys__first is not known; did you mean Rill__ApiKeys__0?")]
    [InlineData("Rill:MaxSequences", "Rill__MaxSequences is not known; did you mean Rill__Engine__MaxSequences?")]
    [InlineData("Rill:Engine:MaxSequence", "Rill__Engine__MaxSequence is not known; did you mean Rill__Engine__MaxSequences?")]
    [InlineData("Rill:Nope", "Rill__Nope is not known; did you mean Rill__")]
    [InlineData("Rill:DrainSecond", "did you mean Rill__DrainSeconds?")]
    [InlineData("Rill:Store:ChunkBytes", "Rill__Store__ChunkBytes is not known; did you mean Rill__Store__ChunkMiB?")]
    [InlineData("Rill:Scripted:Text", "Rill__Scripted__Text is not known")]
    [InlineData("Rill:Adapters:pirate:path", "Rill__Adapters__pirate__path is not known")]
    [InlineData("Rill:Adapter:pirate", "Rill__Adapter__pirate is not known")]
    [InlineData("Rill:MaxChoices:0", "did you mean Rill__MaxChoices?")]
    [InlineData("Rill_ApiKeys:0", "Rill_ApiKeys is not known; did you mean Rill__ApiKeys__0?")]
    [InlineData("RILL_APIKEYS_0", "RILL_APIKEYS_0 is not known; did you mean Rill__ApiKeys__0?")]
    [InlineData("RillApiKeys", "RillApiKeys is not known; did you mean Rill__ApiKeys__0?")]
    [InlineData("RILL_API_KEYS", "RILL_API_KEYS is not known; did you mean Rill__ApiKeys__0?")]
    public void Check_OfAnUnknownName_SaysTheNearest(string name, string expected)
    {
        var refused = Assert.Throws<StartFailureException>(() => RillSettings.Check(Configuration(name)));

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_OfAnUnknownNameThatIsEmpty_SaysTheNearest()
    {
        var refused = Assert.Throws<StartFailureException>(() => RillSettings.Check(Configuration("Rill:ApiKey", "")));

        Assert.Contains("did you mean Rill__ApiKeys__0?", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Rill:ApiKeys:0")]
    [InlineData("Rill:ApiKeys:12")]
    [InlineData("rill:apikeys:1")]
    [InlineData("RILL:MAXCHOICES")]
    [InlineData("Rill:Engine:SlowReader")]
    [InlineData("Rill:Store:HubEndpoint")]
    [InlineData("Rill:Telemetry:Exporter")]
    [InlineData("Rill:Adapters:pirate")]
    [InlineData("rill:adapters:my-org/pirate")]
    [InlineData("Rill:Adapters:AllowLoading")]
    [InlineData("Other:Name")]
    [InlineData("RILL_API_KEY")]
    [InlineData("RILL_API_KEY_SECRET")]
    [InlineData("RILL_MODEL")]
    public void Check_OfAKnownName_Passes(string name) => RillSettings.Check(Configuration(name));

    private static IConfiguration Configuration(string name, string value = "1") =>
        new ConfigurationBuilder().AddInMemoryCollection([new(name, value)]).Build();
}
