using System.Globalization;
using System.Text.Json;
using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Files;

/// <summary>host.json, as far as the deployment depends on it.</summary>
public sealed class HostJsonTests
{
    private static readonly JsonElement _host = JsonDocument.Parse(Repository.Read("host.json")).RootElement;

    [Fact]
    public void Routes_HaveNoPrefix() => Assert.Equal("", _host.At("extensions.http.routePrefix").GetString());

    /// <summary>A stream is a function that runs; the ingress's 240 s must not be the host's too.</summary>
    [Fact]
    public void FunctionTimeout_LetsLongStreamsLive() =>
        Assert.True(TimeSpan.Parse(_host.At("functionTimeout").GetString()!, CultureInfo.InvariantCulture) >= TimeSpan.FromMinutes(10));

    [Fact]
    public void Logging_LeavesOutTheHostsOwnChatter() =>
        Assert.Equal("Warning", _host.At("logging.logLevel.Function").GetString());

    /// <summary>No trigger but HTTP: a bundle of extensions would only slow the start.</summary>
    [Fact]
    public void Extensions_ComeInNoBundle() => Assert.False(_host.Has("extensionBundle"));
}
