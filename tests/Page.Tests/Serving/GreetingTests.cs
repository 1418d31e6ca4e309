using Rill.FunctionApp.Tests.Host;
using Rill.Page.Tests.Support;

namespace Rill.Page.Tests.Serving;

/// <summary>What <c>./run</c> shows when the app is ready: where the page is, before where the API is; no address where nothing answers.</summary>
[Collection(nameof(World))]
public sealed class GreetingTests(World world)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Start_WithAPage_TellsItsAddressBeforeTheApis()
    {
        var server = await world.OpenAsync();

        Assert.Equal([$"Page:  {server.BaseUri}", $"Ready: {server.BaseUri}v1"], await GreetingOfAsync(server));
    }

    [Fact]
    public async Task Start_WithThePageOff_TellsTheApisAddressAlone()
    {
        var server = await world.OffAsync();

        Assert.Equal([$"Ready: {server.BaseUri}v1"], await GreetingOfAsync(server));
    }

    private static async Task<IEnumerable<string>> GreetingOfAsync(RillServer server)
    {
        await server.Process.WaitForLineAsync(line => line.StartsWith("Ready: ", StringComparison.Ordinal), _patience);
        return server.Output.Where(line => line.StartsWith("Page: ", StringComparison.Ordinal) || line.StartsWith("Ready: ", StringComparison.Ordinal));
    }
}
