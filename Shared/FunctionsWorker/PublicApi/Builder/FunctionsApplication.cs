namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Where a Functions app begins.</summary>
public class FunctionsApplication
{
    /// <summary>A builder with the usual configuration: appsettings.json, environment variables, the command line.</summary>
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) => new(args);
}
