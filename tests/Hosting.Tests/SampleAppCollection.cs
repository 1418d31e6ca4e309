#pragma warning disable CA1711 // xunit's own word for what it is

namespace Rill.Hosting.Tests;

/// <summary>Those that ask the sample's app share one.</summary>
[CollectionDefinition(nameof(SampleApp))]
public sealed class SampleAppCollection : ICollectionFixture<SampleApp>;
