namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Where a Functions app begins.</summary>
public class FunctionsApplication
{
    /// <summary>
    /// A builder with the usual configuration: appsettings.json, environment variables, the command line. Ends the process with one
    /// sentence and exit code 1 if no Functions host started it, since it would have nobody to serve.
    /// </summary>
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) => new(args);
}
