using Rill.FunctionsWorker.Hosting;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>The ASP.NET Core integration.</summary>
public static class FunctionsApplicationBuilderAspNetCoreExtensions
{
    /// <summary>Lets functions read ASP.NET Core's <c>HttpRequest</c> and write its <c>HttpResponse</c> as a stream.</summary>
    public static FunctionsApplicationBuilder ConfigureFunctionsWebApplication(this FunctionsApplicationBuilder builder)
    {
        WorkerHosting.AddFunctions(builder.Web);
        return builder;
    }
}
