using System.Text.Json.Nodes;

namespace Rill.Infra.Tests.StandIn;

/// <summary>az: reads a command line, looks whether the caller is let in, and lets a handler answer.</summary>
internal sealed class Az
{
    private static readonly string[] _withoutLogin = ["login"];

    private readonly Cloud _cloud;
    private readonly Dictionary<string, Func<AzCall, JsonNode?>> _handlers = [];

    public Az(Cloud cloud)
    {
        _cloud = cloud;
        foreach (var handlers in new[]
        {
            AzAccounts.Handlers(cloud), AzDirectory.Handlers(cloud), AzDeployments.Handlers(cloud), AzResources.Handlers(cloud),
            AzContainerApps.Handlers(cloud), AzRegistries.Handlers(),
        })
        {
            foreach (var (words, handler) in handlers)
            {
                _handlers.Add(words, handler);
            }
        }
    }

    /// <summary>Answers a call.</summary>
    public Answer Run(Call call)
    {
        var line = CommandLine.Parse(call, AzCommands.All);
        if (!_cloud.LoggedIn && !_withoutLogin.Contains(line.Command.Words))
        {
            throw new CommandFailure("Please run 'az login' to setup account.");
        }

        var subscription = line["subscription"] is { Length: > 0 } wanted
            ? _cloud.Subscriptions.Find(known => known.Id == wanted || known.Name == wanted) ?? throw new CommandFailure($"Subscription '{wanted}' not found. Check the spelling and casing and try again.")
            : _cloud.Default;
        if (_cloud.LoginExpired && line.Command.Words is not ("account show" or "login"))
        {
            throw new CommandFailure(
                "AADSTS70043: The refresh token has expired or is invalid due to sign-in frequency checks by conditional access.\nInteractive authentication is needed. Please run:\naz login");
        }

        lock (_cloud)
        {
            var result = _handlers[line.Command.Words](new AzCall(call, line, subscription));
            return Answer.Of(Printer.Print(result, line["query"], line["output"]));
        }
    }
}

/// <summary>A call of az as its handler sees it.</summary>
internal sealed record AzCall(Call Call, CommandLine Line, Subscription Subscription)
{
    /// <summary>An option's value, empty where it was not given.</summary>
    public string this[string option] => Line[option];

    /// <summary>The group that <c>--resource-group</c> names.</summary>
    public ResourceGroup Group => Subscription.Groups.GetValueOrDefault(this["resource-group"])
        ?? throw new CommandFailure($"(ResourceGroupNotFound) Resource group '{this["resource-group"]}' could not be found.", 3);

    /// <summary>Refuses the caller unless a role of theirs counts.</summary>
    public static void Require(Guarded resource, string refusal)
    {
        if (!resource.LetsIn(Cloud.User))
        {
            throw new CommandFailure(refusal);
        }
    }
}
