using Azure.Core;
using Azure.Identity;

namespace Rill.FunctionApp.Telemetry;

/// <summary>How to reach Application Insights, from the two variables that the Functions host reads too.</summary>
/// <param name="ConnectionString">Names the resource; it is no secret where local authentication is off.</param>
/// <param name="Credential">The managed identity to send as; null to send by the connection string alone.</param>
internal sealed record AzureMonitorSettings(string ConnectionString, TokenCredential? Credential)
{
    /// <summary>Names the resource.</summary>
    public const string ConnectionStringVariable = "APPLICATIONINSIGHTS_CONNECTION_STRING";

    /// <summary><c>Authorization=AAD</c> for the system's identity, with <c>ClientId=...;</c> for one of the user's.</summary>
    public const string AuthenticationVariable = "APPLICATIONINSIGHTS_AUTHENTICATION_STRING";

    /// <summary>Reads the environment.</summary>
    /// <exception cref="StartFailureException">The authentication string is malformed.</exception>
    public static AzureMonitorSettings Read() => new(
        Environment.GetEnvironmentVariable(ConnectionStringVariable) ?? "",
        Identity(Environment.GetEnvironmentVariable(AuthenticationVariable)) switch
        {
            null => null,
            { ClientId: { } clientId } => new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(clientId)),
            _ => new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned),
        });

    /// <summary>The identity that an authentication string names: null for none, a null client id for the system's.</summary>
    /// <exception cref="StartFailureException">The string is malformed.</exception>
    public static ManagedIdentity? Identity(string? authentication)
    {
        if (string.IsNullOrWhiteSpace(authentication))
        {
            return null;
        }

        var parts = authentication.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2, StringSplitOptions.TrimEntries))
            .ToLookup(part => part[0], part => part.Length == 2 ? part[1] : "", StringComparer.OrdinalIgnoreCase);
        return string.Equals(parts["Authorization"].FirstOrDefault(), "AAD", StringComparison.OrdinalIgnoreCase)
            ? new(parts["ClientId"].FirstOrDefault(id => id.Length > 0))
            : throw new StartFailureException($"{AuthenticationVariable} must be Authorization=AAD, with ClientId=...; before it for a user-assigned identity.");
    }

    /// <summary>A managed identity; the system's when the client id is null.</summary>
    internal sealed record ManagedIdentity(string? ClientId);
}
