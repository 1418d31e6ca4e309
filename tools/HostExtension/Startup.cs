using System.Collections.Generic;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Hosting;
using Microsoft.Extensions.Configuration;

[assembly: WebJobsStartup(typeof(Rill.HostExtension.Startup))]

namespace Rill.HostExtension;

/// <summary>
/// Tells the Functions host that the app's own folder holds the worker. A dotnet-isolated host has no worker of its own,
/// and without this it finds no functions. extensions.json names this class.
/// </summary>
public sealed class Startup : IWebJobsStartup2, IWebJobsConfigurationStartup
{
    /// <summary>Adds the one setting.</summary>
    public void Configure(WebJobsBuilderContext context, IWebJobsConfigurationBuilder builder) =>
        builder.ConfigurationBuilder.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["languageWorkers:dotnet-isolated:workerDirectory"] = context.ApplicationRootPath,
        });

    /// <summary>Nothing to add.</summary>
    public void Configure(WebJobsBuilderContext context, IWebJobsBuilder builder)
    {
    }

    /// <summary>Nothing to add.</summary>
    public void Configure(IWebJobsBuilder builder)
    {
    }
}
