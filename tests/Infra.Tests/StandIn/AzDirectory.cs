using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rill.Infra.Tests.StandIn;

/// <summary>Entra: applications, their federated credentials, service principals, roles. The names of what is made are unique, as there.</summary>
internal static class AzDirectory
{
    public static Dictionary<string, Func<AzCall, JsonNode?>> Handlers(Cloud cloud)
    {
        var directory = cloud.Directory;
        return new()
        {
            ["ad app create"] = call => directory.Application(call["display-name"]),
            ["ad app list"] = call => Matching(directory.Applications, "displayName", call["display-name"]),
            ["ad app federated-credential create"] = call =>
            {
                directory.Federate(call["id"], call["parameters"]);
                return null;
            },
            ["ad app federated-credential list"] = call => Matching(directory.Credentials, "application", call["id"]),
            ["ad sp create"] = call => directory.Principal(call["id"]),
            ["ad sp list"] = call => Matching(directory.Principals, "appId", call["filter"].Split('\'')[1]),
            ["role assignment create"] = call =>
            {
                if (directory.RefusedAssignments-- > 0)
                {
                    throw new CommandFailure($"(PrincipalNotFound) Principal {call["assignee-object-id"]} does not exist in the directory.");
                }

                directory.Assignments.Add($"{call["assignee-object-id"]} {call["role"]} {call["scope"]} {call["condition"]}".Trim());
                return null;
            },
            ["role definition list"] = call => Matching(directory.Roles, "roleName", call["name"]),
            ["role definition create"] = call =>
            {
                directory.Define(call["role-definition"]);
                return null;
            },
        };
    }

    private static JsonArray Matching(IEnumerable<JsonObject> all, string property, string value) =>
        [.. all.Where(item => value.Length == 0 || item[property]!.GetValue<string>() == value).Select(item => item.DeepClone())];
}

/// <summary>What the directory keeps.</summary>
internal sealed class EntraDirectory
{
    public List<JsonObject> Applications { get; } = [];

    public List<JsonObject> Credentials { get; } = [];

    public List<JsonObject> Principals { get; } = [];

    public List<JsonObject> Roles { get; } = [];

    /// <summary>How many assignments are refused, since what was made just now is unknown.</summary>
    public int RefusedAssignments { get; set; }

    /// <summary>Principal, role, scope and condition of each; assigning twice is one assignment.</summary>
    public SortedSet<string> Assignments { get; } = [];

    /// <summary>az gives an application of that display name back, where it is the only one, and patches it.</summary>
    public JsonObject Application(string name)
    {
        var found = Applications.Find(known => known["displayName"]!.GetValue<string>() == name);
        if (found is null)
        {
            found = new JsonObject { ["displayName"] = name, ["appId"] = $"app-of-{name}" };
            Applications.Add(found);
        }

        return (JsonObject)found.DeepClone();
    }

    public JsonObject Principal(string application)
    {
        if (Principals.Exists(known => known["appId"]!.GetValue<string>() == application))
        {
            throw new CommandFailure($"The service principal cannot be created, updated, or restored because the service principal name {application} is already in use.");
        }

        var principal = new JsonObject { ["appId"] = application, ["id"] = $"principal-of-{application}" };
        Principals.Add(principal);
        return (JsonObject)principal.DeepClone();
    }

    public void Federate(string application, string parameters)
    {
        var credential = Parse(parameters);
        foreach (var property in new[] { "name", "issuer", "subject", "audiences" })
        {
            _ = credential[property] ?? throw new CommandFailure($"federated credential: '{property}' is missing.");
        }

        if (Credentials.Exists(known => known["application"]!.GetValue<string>() == application && known["name"]!.GetValue<string>() == credential["name"]!.GetValue<string>()))
        {
            throw new CommandFailure("FederatedIdentityCredential with name already exists.");
        }

        credential["application"] = application;
        Credentials.Add(credential);
    }

    public void Define(string definition)
    {
        var role = Parse(definition);
        role["roleName"] = role["Name"]?.GetValue<string>() ?? throw new CommandFailure("role definition: 'Name' is missing.");
        if (Roles.Exists(known => known["roleName"]!.GetValue<string>() == role["roleName"]!.GetValue<string>()))
        {
            throw new CommandFailure("(RoleDefinitionWithSameNameExists) A custom role with the same name already exists in this directory.");
        }

        Roles.Add(role);
    }

    private static JsonObject Parse(string text)
    {
        try
        {
            return (JsonObject)JsonNode.Parse(text)!;
        }
        catch (JsonException e)
        {
            throw new CommandFailure($"Failed to parse string as JSON: {e.Message}\n{text}");
        }
    }
}
