using System.Text.Json.Nodes;

namespace Rill.Infra.Tests.StandIn;

/// <summary>What Azure keeps, as far as our scripts see it, and what can be wrong with it.</summary>
internal sealed class Cloud
{
    /// <summary>Who is logged in.</summary>
    public const string User = "11111111-1111-1111-1111-111111111111";

    /// <summary>The subscriptions that az knows; the first is its default.</summary>
    public List<Subscription> Subscriptions { get; } = [new("first"), new("second")];

    /// <summary>az's default subscription.</summary>
    public Subscription Default => Subscriptions[0];

    /// <summary>Applications and roles.</summary>
    public EntraDirectory Directory { get; } = new();

    /// <summary>Whether anybody is logged in.</summary>
    public bool LoggedIn { get; set; } = true;

    /// <summary>Whether the login's time is over: az still names the account, and every call fails.</summary>
    public bool LoginExpired { get; set; }

    /// <summary>How many calls a new role assignment refuses before it counts; negative: it never does.</summary>
    public int RefusalsOfNewRoles { get; set; }

    /// <summary>GPUs that a subscription may use at once.</summary>
    public int GpuQuota { get; set; } = 2;

    /// <summary>
    /// Whether a template that names no scale rules is refused where the app has its own, as Microsoft's page on the override lets one
    /// expect; else it takes them away, as one team reports.
    /// </summary>
    public bool RefusesTemplateOverOwnRules { get; set; }

    /// <summary>Names of deployments that are to fail half-way, the next time: <c>foundation</c>, <c>app</c>.</summary>
    public HashSet<string> HalfWay { get; } = [];

    /// <summary>Regions, and the workload profiles that they offer.</summary>
    public Dictionary<string, string[]> Regions { get; } = new()
    {
        ["swedencentral"] = ["D4", "Consumption", "Consumption-GPU-NC8as-T4", "Consumption-GPU-NC24-A100"],
        ["westeurope"] = ["D4", "Consumption", "Consumption-GPU-NC8as-T4"],
        ["eastus2"] = ["D4", "Consumption"],
    };
}

/// <summary>A subscription and what is in it.</summary>
internal sealed class Subscription(string name)
{
    public string Name { get; } = name;

    public string Id { get; } = $"{name.Length:00000000}-0000-0000-0000-00000000000{name.Length}";

    public string Tenant { get; } = $"tenant-of-{name}";

    /// <summary>Students' and trial subscriptions build no images in registries.</summary>
    public bool RegistriesBuild { get; set; } = true;

    public Dictionary<string, ResourceGroup> Groups { get; } = [];

    public Dictionary<string, Deployment> Deployments { get; } = [];

    public List<DeletedVault> DeletedVaults { get; } = [];

    /// <summary>The resource that <paramref name="find"/> knows; the message for one that is not there is ARM's.</summary>
    public T Find<T>(Func<ResourceGroup, T?> find, string what)
        where T : class =>
        Groups.Values.Select(find).FirstOrDefault(found => found is not null)
        ?? throw new CommandFailure($"(ResourceNotFound) The Resource '{what}' under resource group '<null>' was not found.", 3);
}

/// <summary>A deployment at a subscription: how it ended, and its outputs if it ended well.</summary>
internal sealed record Deployment(string State, IReadOnlyDictionary<string, string> Outputs);

/// <summary>A resource group with the one of each that our template makes.</summary>
internal sealed class ResourceGroup(string name, string location)
{
    public string Name { get; } = name;

    public string Location { get; } = location;

    public JsonObject Tags { get; set; } = [];

    public Vault? Vault { get; set; }

    public Registry? Registry { get; set; }

    public ModelStorage? Models { get; set; }

    public ContainerApp? App { get; set; }

    /// <summary>The month in which the budget began.</summary>
    public string? BudgetStart { get; set; }
}

/// <summary>A resource with roles of its own, which count late.</summary>
internal abstract class Guarded(string name)
{
    private readonly Dictionary<string, int> _refusals = [];

    public string Name { get; } = name;

    /// <summary>Gives a principal its role, unless it has it.</summary>
    public void Assign(string principal, int refusals) => _refusals.TryAdd(principal, refusals);

    /// <summary>Takes a principal's role away, for ever.</summary>
    public void Refuse(string principal) => _refusals[principal] = -1;

    /// <summary>Whether a call of the principal is let in; each refusal brings its role nearer to counting.</summary>
    public bool LetsIn(string principal)
    {
        if (!_refusals.TryGetValue(principal, out var left) || left < 0)
        {
            return false;
        }

        _refusals[principal] = Math.Max(0, left - 1);
        return left == 0;
    }
}

/// <summary>A key vault.</summary>
internal sealed class Vault(string name, bool purgeProtection, string salt) : Guarded(name)
{
    public bool PurgeProtection { get; } = purgeProtection;

    public string Salt { get; } = salt;

    public Dictionary<string, string> Secrets { get; } = [];
}

/// <summary>A vault that was deleted, and holds its name.</summary>
internal sealed record DeletedVault(Vault Vault, string Group, string Location);

/// <summary>A container registry: tags of repositories, and whether they are locked.</summary>
internal sealed class Registry(string name) : Guarded(name)
{
    public Dictionary<string, Dictionary<string, bool>> Repositories { get; } = [];

    public string Server => Name + ".azurecr.io";

    /// <summary>Takes an image, unless its tag is locked.</summary>
    public void Push(string image)
    {
        var parts = image.Split(':');
        var tags = Repositories.TryGetValue(parts[0], out var found) ? found : Repositories[parts[0]] = [];
        if (tags.GetValueOrDefault(parts[1]))
        {
            throw new CommandFailure($"unknown: The operation is disallowed on this registry, repository or image: {image} is locked.");
        }

        tags[parts[1]] = false;
    }

    /// <summary>Whether the image, with our server or another one, can be pulled.</summary>
    public bool CanPull(string image)
    {
        var parts = image[(image.IndexOf('/', StringComparison.Ordinal) + 1)..].Split(':');
        return !image.StartsWith(Server, StringComparison.Ordinal) || (Repositories.TryGetValue(parts[0], out var tags) && tags.ContainsKey(parts[1]));
    }
}

/// <summary>The storage account of models: names of blobs in its one container.</summary>
internal sealed class ModelStorage(string name) : Guarded(name)
{
    public HashSet<string> Blobs { get; } = [];
}
