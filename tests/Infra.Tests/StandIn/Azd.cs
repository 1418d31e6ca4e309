using System.Globalization;
using System.Text.RegularExpressions;
using Rill.Infra.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace Rill.Infra.Tests.StandIn;

/// <summary>
/// azd, as far as azure.yaml and our hooks need it. How it runs hooks (their folder, variables, reading its environment again) and what
/// bounds <c>azd deploy</c>, and that <c>azd down</c> forgets the outputs, was read in its source, https://github.com/Azure/azure-dev at ae35809f: cli/azd/pkg/ext/hooks_runner.go,
/// cli/azd/internal/cmd/deploy.go, cli/azd/cmd/up.go, cli/azd/pkg/infra/provisioning/manager.go.
/// </summary>
internal sealed partial class Azd(Cloud cloud)
{
    private static readonly KnownCommand[] _commands =
    [
        new("auth login", "", "reference#azd-auth-login"),
        new("env new", "<name> subscription location", "reference#azd-env-new"),
        new("env set", "<name> <value>", "reference#azd-env-set"),
        new("env get-value", "<name>", "reference#azd-env-get-value"),
        new("up", "", "reference#azd-up"),
        new("provision", "", "reference#azd-provision"),
        new("deploy", "timeout", "reference#azd-deploy"),
        new("down", "purge? force?", "reference#azd-down"),
    ];

    private readonly Dictionary<string, Dictionary<string, string>> _environments = [];
    private string _current = "";
    private int _deployments;

    /// <summary>Whether somebody is logged in.</summary>
    public bool LoggedIn { get; set; }

    /// <summary>What the user answers when <c>azd up</c> asks for subscription and region.</summary>
    public (string Subscription, string Location) Answers { get; set; } = (cloud.Default.Id, "swedencentral");

    /// <summary>How long a build of the image takes.</summary>
    public int BuildSeconds { get; set; } = 1500;

    /// <summary>The values of the environment in use.</summary>
    public Dictionary<string, string> Values => _environments[_current];

    /// <summary>The build arguments of the last build.</summary>
    public string BuildArguments { get; private set; } = "";

    /// <summary>Answers a call.</summary>
    public Answer Run(Call call)
    {
        var line = CommandLine.Parse(call, _commands);
        var root = ProjectOf(call.Folder);
        return line.Command.Words switch
        {
            "auth login" => Login(),
            "env new" => NewEnvironment(line, root),
            "env set" => Set(line),
            "env get-value" => Answer.Of(Values[line.Arguments[0]] + "\n"),
            "up" => Up(call, root),
            "provision" => Provision(call, root),
            "deploy" => Deploy(call, line, root),
            _ => Down(call, line, root),
        };
    }

    private Answer Login()
    {
        LoggedIn = true;
        return Answer.Of();
    }

    private Answer NewEnvironment(CommandLine line, string root)
    {
        var name = line.Arguments[0];
        if (_environments.ContainsKey(name))
        {
            throw new CommandFailure($"environment '{name}' already exists");
        }

        _current = name;
        _environments[name] = new() { ["AZURE_ENV_NAME"] = name };
        foreach (var (option, variable) in new[] { ("subscription", "AZURE_SUBSCRIPTION_ID"), ("location", "AZURE_LOCATION") })
        {
            if (line[option].Length > 0)
            {
                Values[variable] = line[option];
            }
        }

        // It keeps them in the project's folder, which changes the checkout.
        Directory.CreateDirectory(Path.Combine(root, ".azure", name));
        File.WriteAllText(Path.Combine(root, ".azure", name, ".env"), $"AZURE_ENV_NAME=\"{name}\"\n");
        return Answer.Of();
    }

    private Answer Set(CommandLine line)
    {
        Values[line.Arguments[0]] = line.Arguments[1];
        return Answer.Of();
    }

    private Answer Up(Call call, string root)
    {
        NeedLogin();
        Values.TryAdd("AZURE_SUBSCRIPTION_ID", Answers.Subscription);
        Values.TryAdd("AZURE_LOCATION", Answers.Location);
        var steps = (YamlSequenceNode)Yaml.LoadFile(Path.Combine(root, "azure.yaml")).At("workflows.up.steps");
        var answers = steps.Children.Select(step => Run(call with { Arguments = step.At("azd").Text().Split(' ') })).ToList();
        return Answer.Of(string.Concat(answers.Select(answer => answer.Output)));
    }

    private Answer Provision(Call call, string root)
    {
        NeedLogin();
        var output = RunHook("preprovision", call, root);
        Values.TryAdd("AZURE_SUBSCRIPTION_ID", Answers.Subscription);
        Values.TryAdd("AZURE_LOCATION", Answers.Location);
        var subscription = cloud.Subscriptions.Single(known => known.Id == Values["AZURE_SUBSCRIPTION_ID"]);
        // The principal reaches the parameter file alone; hooks do not see it.
        var variables = new Dictionary<string, string>(call.Variables.Concat(Values).GroupBy(pair => pair.Key).Select(group => group.Last()));
        variables.TryAdd("AZURE_PRINCIPAL_ID", Cloud.User);
        lock (cloud)
        {
            var template = Template.Read(call with { Folder = root, Variables = variables }, Path.Combine("infra", "main.bicepparam"), Values["AZURE_LOCATION"]);
            var deployment = AzDeployments.Create(cloud, subscription, $"{_current}-{++_deployments}", template, variables["AZURE_PRINCIPAL_ID"]);
            foreach (var (name, value) in deployment.Outputs)
            {
                Values[name] = value;
            }
        }

        return Answer.Of(output + RunHook("postprovision", call, root));
    }

    private Answer Deploy(Call call, CommandLine line, string root)
    {
        NeedLogin();
        var app = cloud.Subscriptions.Single(known => known.Id == Values["AZURE_SUBSCRIPTION_ID"]).Groups.GetValueOrDefault("rg-" + _current)?.App
            ?? throw new CommandFailure("unable to find a resource tagged with `azd-service-name: api`. Ensure the service resource is correctly tagged");
        var bound = line["timeout"] is { Length: > 0 } option ? option : call.Variables.GetValueOrDefault("AZD_DEPLOY_TIMEOUT", "1200");
        if (BuildSeconds > int.Parse(bound, CultureInfo.InvariantCulture))
        {
            throw new CommandFailure($"deployment of service 'api' timed out after {bound} seconds. To increase, use --timeout flag or AZD_DEPLOY_TIMEOUT env var.");
        }

        var service = Yaml.LoadFile(Path.Combine(root, "azure.yaml")).At("services.api.docker");
        BuildArguments = string.Join(' ', ((YamlSequenceNode)service.At("buildArgs")).Children.Select(argument => Expand(argument.Text())));
        lock (cloud)
        {
            var registry = cloud.Subscriptions.Single(known => known.Id == Values["AZURE_SUBSCRIPTION_ID"]).Groups["rg-" + _current].Registry!;
            var image = $"rill/api-{_current}:azd-deploy-{++_deployments}";
            registry.Push(image);
            app.Deploy(registry.Server + "/" + image + app.Latest.Template[app.Latest.Image.Length..]);
            Values["SERVICE_API_IMAGE_NAME"] = app.Latest.Image;
        }

        return Answer.Of();
    }

    private Answer Down(Call call, CommandLine line, string root)
    {
        NeedLogin();
        var subscription = cloud.Subscriptions.Single(known => known.Id == Values["AZURE_SUBSCRIPTION_ID"]);
        lock (cloud)
        {
            AzAccounts.Delete(subscription, "rg-" + _current);
            foreach (var output in Template.Outputs)
            {
                Values.Remove(output);
            }

            if (line["purge"].Length > 0)
            {
                subscription.DeletedVaults.RemoveAll(deleted => deleted.Group == "rg-" + _current && !deleted.Vault.PurgeProtection);
            }
        }

        return Answer.Of(RunHook("postdown", call, root));
    }

    private void NeedLogin()
    {
        if (!LoggedIn)
        {
            throw new CommandFailure("not logged in, run `azd auth login` to login");
        }
    }

    /// <summary>Runs a hook of azure.yaml in the script's own folder, with azd's values added to the caller's variables.</summary>
    private string RunHook(string name, Call call, string root)
    {
        if (Yaml.LoadFile(Path.Combine(root, "azure.yaml")).At("hooks").Find(name) is not { } hook)
        {
            return "";
        }

        var script = Path.GetFullPath(hook.At("run").Text(), root);
        var result = Command.RunIn(Path.GetDirectoryName(script)!, script, [], call.Variables.Concat(Values)
            .GroupBy(pair => pair.Key).ToDictionary(group => group.Key, group => (string?)group.Last().Value));
        return result.ExitCode == 0 ? result.All : throw new CommandFailure($"'{name}' hook failed with exit code: '{result.ExitCode}', Path: '{script}'.\n{result.All}");
    }

    /// <summary>${NAME} and ${NAME:-default}, by azd's values.</summary>
    private string Expand(string text) => Reference().Replace(text, match =>
        Values.GetValueOrDefault(match.Groups["name"].Value, "") is { Length: > 0 } value ? value : match.Groups["default"].Value);

    private static string ProjectOf(string folder) => File.Exists(Path.Combine(folder, "azure.yaml"))
        ? folder
        : ProjectOf(Path.GetDirectoryName(folder) ?? throw new CommandFailure("no project exists; to create a new project, run `azd init`"));

    [GeneratedRegex(@"\$\{(?<name>\w+)(:-(?<default>[^}]*))?\}")]
    private static partial Regex Reference();
}
