using System.Text.Json.Nodes;

namespace Rill.Infra.Tests.StandIn;

/// <summary>A revision of the app.</summary>
internal sealed class Revision(string name, string template, int number)
{
    public string Name { get; } = name;

    /// <summary>Image and settings; what has the same template is the same revision.</summary>
    public string Template { get; } = template;

    public string Image => Template.Split('\n')[0];

    public string Created { get; } = $"2026-11-30T00:{number:00}:00+00:00";

    public bool Active { get; set; } = true;

    public int Replicas { get; set; }

    /// <summary>How often a stopped replica is still seen: its streams end first.</summary>
    public int Leaving { get; set; }

    public JsonObject Describe() => new()
    {
        ["name"] = Name,
        ["properties"] = new JsonObject
        {
            ["active"] = Active,
            ["createdTime"] = Created,
            ["replicas"] = Replicas,
            ["template"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["image"] = Image }) },
        },
    };
}

/// <summary>The container app, with one revision at a time: a new one takes over when it is ready, and only then gives the old one its GPU back.</summary>
internal sealed class ContainerApp(string name, Cloud cloud, Registry registry)
{
    public string Name { get; } = name;

    public List<Revision> Revisions { get; } = [];

    /// <summary>The own scale rule, or null while the rules are the platform's.</summary>
    public string? HttpConcurrency { get; private set; }

    public Revision Latest => Revisions[^1];

    public Revision? Ready { get; private set; }

    private bool HasGpu => !Latest.Template.Contains("\ngpu=none\n", StringComparison.Ordinal);

    /// <summary>What a template's deployment does: a revision if anything is new, and the platform's scale rules again.</summary>
    public void Deploy(string template)
    {
        HttpConcurrency = null;
        if (Revisions.Count == 0 || Latest.Template != template)
        {
            Add(template);
        }
    }

    /// <summary>Sets the scale rule, or gives the rules back; either makes a revision.</summary>
    public void Scale(string? concurrency)
    {
        HttpConcurrency = concurrency;
        Add(Latest.Template);
    }

    /// <summary>A new revision with a template.</summary>
    public void Add(string template)
    {
        Revisions.Add(new Revision($"{Name}--{Revisions.Count + 1:0000000}", template, Revisions.Count));
        Settle();
    }

    public Revision Find(string revision) => Revisions.Find(found => found.Name == revision)
        ?? throw new CommandFailure($"(RevisionNotFound) Revision '{revision}' was not found.", 3);

    public void Activate(Revision revision)
    {
        revision.Active = true;
        Settle();
    }

    /// <summary>Stops a revision; its replica goes once its streams have ended.</summary>
    public void Deactivate(Revision revision)
    {
        revision.Active = false;
        revision.Leaving = revision.Replicas > 0 ? 2 : 0;
        Ready = Ready == revision ? null : Ready;
    }

    /// <summary>Lets time pass.</summary>
    public void Tick()
    {
        foreach (var revision in Revisions.Where(revision => !revision.Active && revision.Replicas > 0))
        {
            revision.Replicas = revision.Leaving-- > 0 ? revision.Replicas : 0;
        }

        Settle();
    }

    public JsonObject Describe() => new()
    {
        ["name"] = Name,
        ["tags"] = new JsonObject { ["azd-service-name"] = "api" },
        ["properties"] = new JsonObject
        {
            ["latestRevisionName"] = Latest.Name,
            ["latestReadyRevisionName"] = Ready?.Name,
            ["template"] = new JsonObject
            {
                ["containers"] = new JsonArray(new JsonObject { ["image"] = Latest.Image }),
                ["scale"] = Scale(),
            },
        },
    };

    private JsonObject Scale() => HttpConcurrency is null ? new() { ["rules"] = null } : new()
    {
        ["allowScalingRuleOverride"] = true,
        ["rules"] = new JsonArray(new JsonObject
        {
            ["name"] = "http",
            ["http"] = new JsonObject { ["metadata"] = new JsonObject { ["concurrentRequests"] = HttpConcurrency } },
        }),
    };

    /// <summary>The newest revision gets a replica if its image is there and a GPU is free; then it takes over.</summary>
    private void Settle()
    {
        var others = Revisions.Where(revision => revision != Latest).ToList();
        if (!Latest.Active || !registry.CanPull(Latest.Image) || (HasGpu && others.Sum(revision => revision.Replicas) + 1 > cloud.GpuQuota))
        {
            return;
        }

        Latest.Replicas = 1;
        Ready = Latest;
        foreach (var other in others)
        {
            other.Active = false;
            other.Replicas = 0;
        }
    }
}
