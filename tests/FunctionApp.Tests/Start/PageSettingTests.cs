namespace Rill.FunctionApp.Tests.Start;

/// <summary>The setting that switches the page off.</summary>
public sealed class PageSettingTests
{
    [Theory]
    [InlineData("on")]
    [InlineData("off")]
    [InlineData("Off")]
    public void Page_OnOrOff_IsTaken(string value) =>
        Assert.True(new RillOptionsValidator().Validate(null, new RillOptions { Page = value }).Succeeded);

    [Theory]
    [InlineData("maybe")]
    [InlineData("false")]
    [InlineData("0")]
    public void Page_AnythingElse_IsRefusedInASentence(string value) =>
        Assert.Contains(
            "Rill:Page must be on or off.", Assert.Single(new RillOptionsValidator().Validate(null, new RillOptions { Page = value }).Failures!), StringComparison.Ordinal);
}
