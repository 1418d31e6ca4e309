using System.Text.Json;

namespace Rill.Infra.Tests.StandIn;

/// <summary>docker, gh, curl and our own rill, as far as scripts and documents call them.</summary>
internal sealed class OtherPrograms(Cloud cloud)
{
    private static readonly KnownCommand[] _docker =
    [
        new("build", "<context> file build-arg platform tag", "https://docs.docker.com/reference/cli/docker/buildx/build/"),
        new("push", "<image>", "https://docs.docker.com/reference/cli/docker/image/push/"),
    ];

    private static readonly KnownCommand[] _gh =
    [
        new("api", "<path> jq", "https://cli.github.com/manual/gh_api"),
        new("repo view", "json jq", "https://cli.github.com/manual/gh_repo_view"),
        new("variable set", "<name> !body repo", "https://cli.github.com/manual/gh_variable_set"),
    ];

    private static readonly KnownCommand[] _rill = [new("models push", "<directory> <address>", "docs/command-line.md")];

    /// <summary>Images that docker has built here.</summary>
    public HashSet<string> LocalImages { get; } = [];

    /// <summary>The variables of the repository at GitHub.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>What GitHub's tokens for the repository begin with.</summary>
    public string SubjectPrefix { get; set; } = "repo:org@1234/repo@5678";

    /// <summary>Answers a call of one of them.</summary>
    public Answer Run(Call call) => call.Program switch
    {
        "docker" => Docker(call),
        "gh" => GitHub(call),
        "rill" => Rill(call),
        _ => Curl(call),
    };

    private Answer Docker(Call call)
    {
        var line = CommandLine.Parse(call, _docker);
        if (line.Command.Words == "build")
        {
            LocalImages.Add(line["tag"]);
            return File.Exists(call.Find(line["file"])) ? Answer.Of() : throw new CommandFailure($"unable to read {line["file"]}");
        }

        var image = line.Arguments[0];
        var registry = Groups.Select(group => group.Registry).FirstOrDefault(known => known is not null && image.StartsWith(known.Server + "/", StringComparison.Ordinal));
        if (registry is null || !LocalImages.Contains(image) || !registry.LetsIn(Cloud.User))
        {
            throw new CommandFailure($"denied: requested access to the resource {image} is denied");
        }

        registry.Push(image[(registry.Server.Length + 1)..]);
        return Answer.Of();
    }

    private Answer GitHub(Call call)
    {
        var line = CommandLine.Parse(call, _gh);
        switch (line.Command.Words)
        {
            case "repo view" when line["json"] == "nameWithOwner" && line["jq"] == ".nameWithOwner":
                return Answer.Of("org/repo\n");
            case "api" when line.Arguments[0] == "repos/org/repo/actions/oidc/customization/sub" && line["jq"] == ".sub_claim_prefix // empty":
                return Answer.Of(SubjectPrefix + "\n");
            case "variable set":
                Variables[line.Arguments[0]] = line["body"];
                return Answer.Of();
            default:
                throw new CommandFailure($"HTTP 404: Not Found ({call.Line})");
        }
    }

    private Answer Rill(Call call)
    {
        var line = CommandLine.Parse(call, _rill);
        var address = new Uri(line.Arguments[1]);
        var models = Groups.Select(group => group.Models).FirstOrDefault(known => known is not null && address.Host.StartsWith(known.Name + ".", StringComparison.Ordinal))
            ?? throw new CommandFailure($"There is no account at {address}.");
        if (!models.LetsIn(Cloud.User))
        {
            throw new CommandFailure("Azure refused: 403 AuthorizationPermissionMismatch");
        }

        models.Blobs.UnionWith(Directory.EnumerateFiles(call.Find(line.Arguments[0])).Select(file => $"{address.AbsolutePath["/models/".Length..]}/{Path.GetFileName(file)}"));
        return Answer.Of();
    }

    /// <summary>The endpoint behind the documented request: it wants the vault's key, and a request that is JSON.</summary>
    private Answer Curl(Call call)
    {
        var address = call.Arguments.Single(argument => argument.StartsWith("https://", StringComparison.Ordinal));
        var key = Groups.Where(group => group.App is not null && address == $"https://{group.App.Name}.example.{group.Location}.azurecontainerapps.io/v1/chat/completions")
            .Select(group => group.Vault!.Secrets["api-key"]).Single();
        if (!call.Arguments.Contains($"Authorization: Bearer {key}"))
        {
            return Answer.Of("{\"error\":{\"code\":\"invalid_api_key\"}}");
        }

        using var body = JsonDocument.Parse(call.Arguments[call.Arguments.ToList().IndexOf("-d") + 1]);
        return Answer.Of(body.RootElement.GetProperty("stream").GetBoolean() ? "data: {\"choices\":[]}\n\ndata: [DONE]\n\n" : "{\"choices\":[]}");
    }

    private IEnumerable<ResourceGroup> Groups => cloud.Subscriptions.SelectMany(subscription => subscription.Groups.Values);
}
