namespace Rill.Image.Tests.Support;

/// <summary>What a container has beyond its image.</summary>
internal sealed record ContainerOptions
{
    /// <summary>Variables of the environment that join the image's.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The program that is started and its arguments; the image's own where null.</summary>
    public IReadOnlyList<string>? EntryPoint { get; init; }

    /// <summary>Whether Rill with the scripted model takes the app's place.</summary>
    public bool IsScripted { get; init; }
}
