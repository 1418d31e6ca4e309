using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Bicep;

/// <summary>The function app as it would be deployed, against what the platform allows and what the app itself knows.</summary>
public sealed partial class AppTests
{
    /// <summary>
    /// The largest replica of each profile that an environment of ours has: vCPUs, GiB. No type lists their names; they are from
    /// learn.microsoft.com/azure/container-apps/workload-profiles-overview, and from the file that infra/gpu-regions.json names.
    /// </summary>
    private static readonly Dictionary<string, (int Cpu, int Memory)> _largest = new()
    {
        ["D4"] = (4, 16),
        ["Consumption"] = (4, 8),
        ["Consumption-GPU-NC8as-T4"] = (8, 56),
        ["Consumption-GPU-NC24-A100"] = (24, 220),
    };

    public static TheoryData<string> Snapshots => Snapshot.Names;

    [Theory]
    [MemberData(nameof(Snapshots))]
    public void App_IsANativeFunctionAppOnAProfileOfItsEnvironment(string name)
    {
        var snapshot = Snapshot.Load(name);

        Assert.Equal("functionapp", snapshot.App.At("kind").GetString());
        Assert.Equal("api", snapshot.App.GetProperty("tags").GetProperty("azd-service-name").GetString());
        Assert.True(_largest.ContainsKey(ProfileOf(snapshot)));
    }

    [Theory]
    [MemberData(nameof(Snapshots))]
    public void Profiles_AreOfTypesThatAzureLists(string name)
    {
        var profiles = Snapshot.Load(name).Only("Microsoft.App/managedEnvironments").At("properties.workloadProfiles").EnumerateArray();

        Assert.All(profiles, profile => Assert.Contains(profile.At("workloadProfileType").GetString()!, _largest.Keys));
    }

    [Theory]
    [MemberData(nameof(Snapshots))]
    public void Resources_FitTheProfile(string name)
    {
        var snapshot = Snapshot.Load(name);
        var (cpu, memory) = _largest[ProfileOf(snapshot)];
        var resources = snapshot.Container.At("resources");

        Assert.InRange(resources.At("cpu").GetInt32(), 1, cpu);
        Assert.Matches("^[0-9]+Gi$", resources.At("memory").GetString());
        Assert.InRange(int.Parse(resources.At("memory").GetString()![..^2], CultureInfo.InvariantCulture), 1, memory);
    }

    /// <summary>The profile takes fixed pairs only: 2 GiB to a vCPU (learn.microsoft.com/azure/container-apps/containers, Configuration).</summary>
    [Fact]
    public void Resources_OfTheConsumptionProfile_AreTwoGibibytesToAProcessor()
    {
        var resources = Snapshot.Load("cpu").Container.At("resources");

        Assert.Equal($"{2 * resources.At("cpu").GetInt32()}Gi", resources.At("memory").GetString());
    }

    [Theory]
    [InlineData("cpu", "Consumption", "cpu")]
    [InlineData("t4", "Consumption-GPU-NC8as-T4", "cuda")]
    [InlineData("a100", "Consumption-GPU-NC24-A100", "cuda")]
    public void Device_IsWhatTheProfileHas(string name, string profile, string device)
    {
        Assert.Equal(profile, ProfileOf(Snapshot.Load(name)));
        Assert.Equal(device, Value(name, "Rill__Device"));
    }

    [Theory]
    [MemberData(nameof(Snapshots))]
    public void Scale_GoesToZeroAndLeavesTheRulesToThePlatform(string name)
    {
        var scale = Snapshot.Load(name).App.At("properties.template.scale");

        Assert.Equal(0, scale.At("minReplicas").GetInt32());
        Assert.False(scale.Has("rules"));
    }

    [Theory]
    [MemberData(nameof(Snapshots))]
    public void Probes_StayWithinThePlatformsLimitsAndAskForRoutesThatExist(string name)
    {
        var snapshot = Snapshot.Load(name);
        var routes = string.Concat(Directory.EnumerateFiles(Repository.Find("FunctionApp", "Functions"), "*.cs").Select(File.ReadAllText));
        var port = snapshot.App.At("properties.configuration.ingress.targetPort").GetInt32();
        foreach (var probe in snapshot.Container.At("probes").EnumerateArray())
        {
            Assert.InRange(probe.At("failureThreshold").GetInt32(), 1, 10);
            Assert.InRange(probe.At("periodSeconds").GetInt32(), 1, 240);
            Assert.InRange(probe.At("initialDelaySeconds").GetInt32(), 0, 60);
            Assert.InRange(probe.At("timeoutSeconds").GetInt32(), 1, 240);
            Assert.Equal(port, probe.At("httpGet.port").GetInt32());
            Assert.Contains($"Route = \"{probe.At("httpGet.path").GetString()![1..]}\"", routes, StringComparison.Ordinal);
        }
    }

    /// <summary>
    /// The real host was seen to answer within 6 s of its start. A start is noticed at once, and one that takes three times as long spoils
    /// nothing; one that waits for a model may take a minute and a half, and a process is ended only when minutes have passed.
    /// </summary>
    [Theory]
    [InlineData("cpu", 2, 18)]
    [InlineData("t4", 2, 18)]
    [InlineData("a100", 10, 90)]
    public void Probes_MatchTheStart(string name, int noticedWithin, int mayTake)
    {
        var probes = Snapshot.Load(name).Container.At("probes").EnumerateArray().ToDictionary(probe => probe.At("type").GetString()!);

        Assert.Equal(["Liveness", "Readiness"], probes.Keys.Order(StringComparer.Ordinal));
        Assert.True(probes["Readiness"].At("periodSeconds").GetInt32() <= noticedWithin);
        Assert.True(Patience(probes["Readiness"]) >= mayTake);
        Assert.True(Patience(probes["Liveness"]) >= 300);

        static int Patience(JsonElement probe) =>
            probe.At("initialDelaySeconds").GetInt32() + probe.At("periodSeconds").GetInt32() * probe.At("failureThreshold").GetInt32();
    }

    /// <summary>What a deployment does not choose is the app's to choose.</summary>
    [Theory]
    [InlineData("a100", "16384", "32", "bf16")]
    [InlineData("t4", null, null, null)]
    public void ContextSequencesAndType_AreSetWhereTheyAreChosen(string name, string? context, string? sequences, string? type)
    {
        var names = Snapshot.Load(name).Container.At("env").EnumerateArray().Select(setting => setting.At("name").GetString()!).ToHashSet();

        foreach (var (setting, value) in new[] { ("Rill__ContextLength", context), ("Rill__Engine__MaxSequences", sequences), ("Rill__Dtype", type) })
        {
            Assert.Equal(value, names.Contains(setting) ? Value(name, setting) : null);
        }
    }

    /// <summary>Beside its own some GiB a replica needs 2 for weights on their way to a GPU, and not as many as they are (ADR 90).</summary>
    [Theory]
    [InlineData("t4", 16)]
    [InlineData("a100", 80)]
    public void Memory_OfAReplicaWithAGpu_IsNotThatOfTheGpu(string name, int gpuGigabytes)
    {
        var memory = int.Parse(Snapshot.Load(name).Container.At("resources.memory").GetString()![..^2], CultureInfo.InvariantCulture);

        Assert.InRange(memory, 8, gpuGigabytes);
    }

    [Theory]
    [InlineData("t4", "Host")]
    [InlineData("a100", "Model")]
    public void Readiness_FollowsTheParameter(string name, string readyWhen)
    {
        var readiness = Snapshot.Load(name).Container.At("probes").EnumerateArray().Single(probe => probe.At("type").GetString() == "Readiness");

        Assert.Equal("/health/ready", readiness.At("httpGet.path").GetString());
        Assert.Equal(readyWhen, Value(name, "Rill__ReadyWhen"));
    }

    [Theory]
    [MemberData(nameof(Snapshots))]
    public void Ingress_IsEncryptedAndKnowsOneRevision(string name)
    {
        var configuration = Snapshot.Load(name).App.At("properties.configuration");

        Assert.False(configuration.At("ingress.allowInsecure").GetBoolean());
        Assert.Equal("Single", configuration.At("activeRevisionsMode").GetString());
    }

    [Theory]
    [MemberData(nameof(Snapshots))]
    public void Identity_PullsTheImageAndReadsTheKey(string name)
    {
        var app = Snapshot.Load(name).App;
        var registry = Assert.Single(app.At("properties.configuration.registries").EnumerateArray().ToList());
        var secret = Assert.Single(app.At("properties.configuration.secrets").EnumerateArray().ToList());

        Assert.Equal("UserAssigned", app.At("identity.type").GetString());
        Assert.Equal(["identity", "server"], registry.EnumerateObject().Select(entry => entry.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["identity", "keyVaultUrl", "name"], secret.EnumerateObject().Select(entry => entry.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Snapshots))]
    public void Environment_HoldsNoSecretInPlainSight(string name)
    {
        foreach (var setting in Settings(name))
        {
            var secret = setting.Has("secretRef");

            Assert.Equal(SecretSetting().IsMatch(setting.At("name").GetString()!), secret);
            Assert.NotEqual(secret, setting.Has("value"));
        }
    }

    /// <summary>A misspelt setting would be ignored in silence.</summary>
    [Theory]
    [MemberData(nameof(Snapshots))]
    public void Environment_NamesOnlySettingsThatAreDocumented(string name)
    {
        var documented = Repository.Read("docs", "settings.md");
        var ours = Settings(name).Select(setting => setting.At("name").GetString()!).Where(setting => setting.StartsWith("Rill__", StringComparison.Ordinal));

        Assert.All(ours, setting => Assert.Contains($"`{setting}`", documented, StringComparison.Ordinal));
    }

    /// <summary>A conversation may go on at another replica, which does not know the response that it goes on from.</summary>
    [Theory]
    [MemberData(nameof(Snapshots))]
    public void Responses_AreKeptOnlyWhereOneReplicaServes(string name)
    {
        var several = Snapshot.Load(name).App.At("properties.template.scale.maxReplicas").GetInt32() > 1;

        var kept = Settings(name).Where(setting => setting.At("name").GetString() == "Rill__MaxStoredResponses").Select(setting => setting.At("value").GetString()!);

        Assert.Equal(several ? ["0"] : [], kept);
    }

    [Theory]
    [MemberData(nameof(Snapshots))]
    public void Storage_IsReachedWithTheIdentity(string name)
    {
        var account = Value(name, "AzureWebJobsStorage__accountName");

        Assert.Contains(Snapshot.Load(name).Of("Microsoft.Storage/storageAccounts"), storage => storage.At("name").GetString() == account);
        Assert.Equal("managedidentity", Value(name, "AzureWebJobsStorage__credential"));
        Assert.DoesNotContain(Settings(name), setting => setting.At("name").GetString() == "AzureWebJobsStorage");
        Assert.Contains("Authorization=AAD", Value(name, "APPLICATIONINSIGHTS_AUTHENTICATION_STRING"), StringComparison.Ordinal);
        Assert.Equal("dotnet-isolated", Value(name, "FUNCTIONS_WORKER_RUNTIME"));
    }

    [Theory]
    [MemberData(nameof(Snapshots))]
    public void TerminationGrace_OutlastsTheDrain(string name)
    {
        var snapshot = Snapshot.Load(name);
        var drain = int.Parse(Value(name, "Rill__DrainSeconds"), CultureInfo.InvariantCulture);
        var host = int.Parse(Value(name, "ASPNETCORE_SHUTDOWNTIMEOUTSECONDS"), CultureInfo.InvariantCulture);
        var grace = snapshot.App.At("properties.template.terminationGracePeriodSeconds").GetInt32();
        var afterDrain = int.Parse(AfterDrain().Match(Repository.Read("FunctionApp", "Hosting", "Drain.cs")).Groups[1].Value, CultureInfo.InvariantCulture);

        // Streams go on for the drain; the worker then has some seconds for their error frames and its own end, and the host, once its time is
        // up, gives a worker 5 s more.
        Assert.True(drain + afterDrain < host, $"drain {drain} s and {afterDrain} s more, host {host} s");
        Assert.True(host + 5 < grace && grace <= 600, $"host {host} s, grace {grace} s");
    }

    [Theory]
    [InlineData("t4", "https://.*'stmodel[a-z0-9]{13}'.*'models'.*'qwen3-4b'")]
    [InlineData("a100", "^hf://Qwen/Qwen3-8B$")]
    public void Model_IsAPathInTheDeploymentsContainerOrAnAddressOfItsOwn(string name, string pattern) =>
        Assert.Matches(pattern, Value(name, "Rill__Model"));

    [Fact]
    public void Model_ByDefaultIsTheOneInTheImage() =>
        Assert.DoesNotContain(Settings("cpu"), setting => setting.At("name").GetString() == "Rill__Model");

    [Theory]
    [MemberData(nameof(Snapshots))]
    public void Image_IsATagOfItsOwn(string name)
    {
        var image = Snapshot.Load(name).Container.At("image").GetString()!;

        Assert.Matches("^[^@]+:[^:/@]+$", image);
        Assert.DoesNotContain(":latest", image, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"_afterwards = TimeSpan\.FromSeconds\((\d+)\)")]
    private static partial Regex AfterDrain();

    [GeneratedRegex("(?i)apikey|secret|password|token|accountkey")]
    private static partial Regex SecretSetting();

    private static List<JsonElement> Settings(string name) => [.. Snapshot.Load(name).Container.At("env").EnumerateArray()];

    private static string Value(string name, string setting) =>
        Settings(name).Single(entry => entry.At("name").GetString() == setting).At("value").GetString()!;

    /// <summary>The type of the profile that the app names, as the environment declares it.</summary>
    private static string ProfileOf(Snapshot snapshot)
    {
        var name = snapshot.App.At("properties.workloadProfileName").GetString();
        return snapshot.Only("Microsoft.App/managedEnvironments").At("properties.workloadProfiles").EnumerateArray()
            .Single(profile => profile.At("name").GetString() == name).At("workloadProfileType").GetString()!;
    }
}
