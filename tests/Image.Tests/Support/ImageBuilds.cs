namespace Rill.Image.Tests.Support;

/// <summary>The tests that build: one after another, with one storage.</summary>
[CollectionDefinition(Name)]
public sealed class ImageBuilds : ICollectionFixture<ImageFixture>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "image";
}
