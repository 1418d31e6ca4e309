namespace Aspire.Hosting.ApplicationModel;

/// <summary>A running Rill, as a process of this machine or as a container: what the <c>With...</c> methods of both set.</summary>
public interface IRillResource : IResourceWithConnectionString, IResourceWithEnvironment, IResourceWithEndpoints, IResourceWithWaitSupport
{
    /// <summary>What clients need to reach it.</summary>
    RillConnection Connection { get; }
}
