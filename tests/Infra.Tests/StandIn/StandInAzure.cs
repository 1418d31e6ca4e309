using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.StandIn;

/// <summary>How the checkout was come by.</summary>
internal enum Checkout
{
    /// <summary>Cloned: everything is in a commit.</summary>
    Committed,

    /// <summary>By <c>azd init -t</c>: a repository without a commit.</summary>
    WithoutCommit,

    /// <summary>Unpacked from an archive.</summary>
    WithoutGit,
}

/// <summary>
/// A checkout of what a deployment needs, and az, azd, docker, gh, curl and rill first on the path, which share one state. It refuses what
/// those programs do not know, so that a misspelt option fails here and not at a stranger's first deployment.
/// </summary>
internal sealed class StandInAzure : IDisposable
{
    private static readonly Lazy<string> _plain = new(MakePlain);
    private static readonly Lazy<string> _committed = new(MakeCommitted);

    /// <summary>Neither the user's settings nor, where a hook of git runs the tests, its repository.</summary>
    private static readonly Dictionary<string, string?> _gitVariables = new()
    {
        ["GIT_CONFIG_GLOBAL"] = "/dev/null",
        ["GIT_DIR"] = null,
        ["GIT_WORK_TREE"] = null,
        ["GIT_INDEX_FILE"] = null,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("rill-azure-").FullName;
    private readonly CommandServer _server;
    private readonly Az _az;
    private readonly List<Call> _calls = [];

    public StandInAzure(Checkout checkout = Checkout.Committed)
    {
        Directory.CreateDirectory(Programs);
        Azd = new Azd(Cloud);
        Others = new OtherPrograms(Cloud);
        _az = new Az(Cloud);
        _server = new CommandServer(Programs, ["az", "azd", "docker", "gh", "curl", "rill"], Run);
        Prepare(checkout);
    }

    public Cloud Cloud { get; } = new();

    public Azd Azd { get; }

    public OtherPrograms Others { get; }

    /// <summary>The checkout's folder.</summary>
    public string Folder => Path.Combine(_folder, "checkout");

    /// <summary>Variables of the user's shell; null removes one.</summary>
    public Dictionary<string, string?> Variables { get; } = [];

    /// <summary>All calls so far, as command lines.</summary>
    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_calls)
            {
                return [.. _calls.Select(call => call.Line)];
            }
        }
    }

    /// <summary>The calls that change something in Azure.</summary>
    public IReadOnlyList<string> Changes => [.. Calls.Where(call => call.StartsWith("az ", StringComparison.Ordinal) && !Reads(call))];

    /// <summary>The default subscription's only group.</summary>
    public ResourceGroup Group => Assert.Single(Cloud.Default.Groups.Values);

    /// <summary>The app that serves.</summary>
    public ContainerApp App => Group.App ?? throw new InvalidOperationException("There is no app.");

    private string Programs => Path.Combine(_folder, "bin");

    /// <summary>Runs lines of bash in the checkout, as a reader of the documents would, but ends at the first that fails.</summary>
    public CommandResult Bash(string lines) => Support.Command.RunIn(Folder, "bash", ["-euo", "pipefail", "-c", lines], Environment());

    /// <summary>Runs a script of scripts/.</summary>
    public CommandResult Script(string name, params string[] arguments) =>
        Support.Command.RunIn(Folder, "bash", [Path.Combine(Folder, "scripts", name), .. arguments], Environment());

    /// <summary>Our variables as the last call that begins with <paramref name="start"/> saw them.</summary>
    public Dictionary<string, string?> VariablesOf(string start)
    {
        lock (_calls)
        {
            return _calls.Last(call => call.Line.StartsWith(start, StringComparison.Ordinal)).Variables.ToDictionary(pair => pair.Key, pair => (string?)pair.Value);
        }
    }

    /// <summary>One of them, empty where it was not set.</summary>
    public string LastVariable(string start, string variable) => VariablesOf(start).GetValueOrDefault(variable) ?? "";

    /// <summary>Puts a deployment there as scripts/deploy.sh leaves one, without running it.</summary>
    public StandInAzure Deployed(string image = "ghcr.example/rill:0123abc", string name = "test", bool purgeProtection = false)
    {
        var variables = new Dictionary<string, string>
        {
            ["AZURE_ENV_NAME"] = name,
            ["AZURE_LOCATION"] = "swedencentral",
            ["RILL_PURGE_PROTECTION"] = purgeProtection ? "true" : "false",
        };
        Deployment Deploy() => AzDeployments.Create(
            Cloud, Cloud.Default, "rill-" + name, Template.Read(new Call("az", Folder, [], variables), "infra/main.bicepparam", "swedencentral"), Cloud.User);
        Deploy();
        if (image.Length == 0)
        {
            return this;
        }

        Cloud.Default.Groups["rg-" + name].Vault!.Secrets["api-key"] = "the-key";
        variables["SERVICE_API_IMAGE_NAME"] = image;
        Deploy();
        return this;
    }

    /// <summary>Takes the user's role at the resource whose name begins so.</summary>
    public void Refuse(string name) => new Guarded[] { Group.Vault!, Group.Registry!, Group.Models! }
        .Single(resource => resource.Name.StartsWith(name, StringComparison.Ordinal)).Refuse(Cloud.User);

    /// <summary>Makes the scripts' shell find no program of that name: the rest of the path's programs are linked beside the stand-ins.</summary>
    public void HideProgram(string name)
    {
        File.Delete(Path.Combine(Programs, name));
        foreach (var folder in System.Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Where(Directory.Exists))
        {
            foreach (var program in Directory.EnumerateFiles(folder).Where(program => Path.GetFileName(program) != name))
            {
                var link = Path.Combine(Programs, Path.GetFileName(program));
                if (!File.Exists(link))
                {
                    File.CreateSymbolicLink(link, program);
                }
            }
        }

        Variables["PATH"] = Programs;
    }

    /// <summary>Forgets the calls so far.</summary>
    public void ForgetCalls()
    {
        lock (_calls)
        {
            _calls.Clear();
        }
    }

    public void Dispose()
    {
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static bool Reads(string call) =>
        call.Contains(" show", StringComparison.Ordinal) || call.Contains(" list", StringComparison.Ordinal) || call.Contains(" get-", StringComparison.Ordinal);

    private Answer Run(Call call)
    {
        lock (_calls)
        {
            _calls.Add(call);
        }

        return call.Program switch
        {
            "az" => _az.Run(call),
            "azd" => Azd.Run(call),
            _ => Others.Run(call),
        };
    }

    private Dictionary<string, string?> Environment()
    {
        var all = System.Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(name => name.StartsWith("AZURE_", StringComparison.Ordinal) || name.StartsWith("RILL_", StringComparison.Ordinal) || name.StartsWith("SERVICE_", StringComparison.Ordinal))
            .ToDictionary(name => name, _ => (string?)null);
        all["PATH"] = Programs + Path.PathSeparator + System.Environment.GetEnvironmentVariable("PATH");
        all["HOME"] = _folder;
        foreach (var (name, value) in _gitVariables)
        {
            all[name] = value;
        }

        all["RILL_COMMAND"] = Path.Combine(Programs, "rill");
        all["RILL_ROLE_PAUSE"] = "0";
        all["RILL_READY_PAUSE"] = "0";
        all["RILL_READY_ATTEMPTS"] = "5";
        foreach (var (name, value) in Variables)
        {
            all[name] = value;
        }

        return all;
    }

    private void Prepare(Checkout checkout)
    {
        Copy(checkout == Checkout.Committed ? _committed.Value : _plain.Value, Folder);
        if (checkout == Checkout.WithoutCommit)
        {
            Assert.Equal(0, Bash("git init -q").ExitCode);
        }
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    /// <summary>What a deployment reads of the checkout, and a model in little.</summary>
    private static string MakePlain()
    {
        var folder = Directory.CreateTempSubdirectory("rill-checkout-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        Copy(Repository.Find("scripts"), Path.Combine(folder, "scripts"));
        Copy(Repository.Find("infra"), Path.Combine(folder, "infra"));
        foreach (var file in new[] { "azure.yaml", ".dockerignore", ".gitignore", "FunctionApp/Dockerfile", "global.json", "models/rill-mini/config.json" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, file))!);
            File.Copy(Repository.Find(file), Path.Combine(folder, file));
        }

        File.WriteAllText(Path.Combine(folder, "models/rill-mini/model.safetensors"), "weights");
        return folder;
    }

    /// <summary>The same with everything in a commit, made once.</summary>
    private static string MakeCommitted()
    {
        var folder = MakePlain();
        const string Commit = "git init -q && git add -A && git -c user.name=a -c user.email=a@b -c commit.gpgsign=false commit -qm all";
        var made = Support.Command.RunIn(folder, "bash", ["-c", Commit], _gitVariables);
        Assert.True(made.ExitCode == 0, made.All);
        return folder;
    }
}
