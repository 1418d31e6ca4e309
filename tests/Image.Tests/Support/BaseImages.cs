namespace Rill.Image.Tests.Support;

/// <summary>
/// Stand-ins for Microsoft's and Node's base images, under their names: roots without /usr, which the machine lends while a step runs. The Functions
/// image's has what its published Dockerfile for .NET 9 sets and lays down, with LocalHost in the host's place.
/// </summary>
internal static class BaseImages
{
    /// <summary>Where packages that the solution was built with can be read in a step, so that they are not fetched again.</summary>
    public const string RestoredPackages = "/restored-packages";

    /// <summary>Where LocalHost lies in a running image.</summary>
    public const string LocalHost = "/local-host";

    private static readonly string[] _settings =
    [
        "alternatives", "apt", "ca-certificates", "ca-certificates.conf", "debian_version", "dpkg", "group", "hosts", "ld.so.cache", "ld.so.conf",
        "ld.so.conf.d", "nsswitch.conf", "os-release", "pam.conf", "pam.d", "passwd", "resolv.conf", "ssl",
    ];

    private static readonly string[] _environment =
    [
        "AzureWebJobsScriptRoot=/home/site/wwwroot", "HOME=/home", "FUNCTIONS_WORKER_RUNTIME=dotnet-isolated", "DOTNET_USE_POLLING_FILE_WATCHER=true",
        "ASPNETCORE_CONTENTROOT=/azure-functions-host", "AzureWebJobsFeatureFlags=EnableWorkerIndexing", "ASPNETCORE_URLS=http://+:80",
    ];

    /// <summary>Makes them in buildah's storage.</summary>
    public static async Task MakeAsync(Buildah buildah)
    {
        const string Sdk = "mcr.microsoft.com/dotnet/sdk:10.0";
        await MakeAsync(buildah, Sdk, ["HOME=/root"], _ => Task.CompletedTask);
        await buildah.CheckAsync("tag", Sdk, "docker.io/library/node:20-slim");
        await MakeAsync(buildah, "mcr.microsoft.com/azure-functions/dotnet-isolated:4-dotnet-isolated10.0", _environment, LayHostAsync);
    }

    private static async Task MakeAsync(Buildah buildah, string name, IEnumerable<string> environment, Func<string, Task> lay)
    {
        var container = await buildah.CheckAsync("from", "scratch");
        var root = await buildah.CheckAsync("mount", container);
        await LayRootAsync(root);
        await lay(root);
        await buildah.CheckAsync("umount", container);
        var path = $"PATH={Places.DotNet}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        await buildah.CheckAsync(["config", .. environment.Append(path).SelectMany(variable => (string[])["--env", variable]), container]);
        await buildah.CheckAsync("commit", "--quiet", "--rm", container, name);
    }

    private static async Task LayRootAsync(string root)
    {
        foreach (var folder in (string[])["usr", "etc", "root", "home", "run", "dev", "proc", "sys", "opt/startup", "var/lib/apt/lists/partial", "var/cache/apt/archives/partial", "var/log/apt"])
        {
            Directory.CreateDirectory(Path.Combine(root, folder));
        }

        foreach (var link in (string[])["bin", "sbin", "lib", "lib64"])
        {
            File.CreateSymbolicLink(Path.Combine(root, link), "usr/" + link);
        }

        await Shell.CheckAsync(root, "mkdir", "--mode=1777", "tmp");
        var settings = _settings.Select(name => Path.Combine("/etc", name)).Where(Path.Exists).ToArray();
        await Shell.CheckAsync("/", "cp", ["--archive", .. settings, Path.Combine(root, "etc")]);
        if (Directory.Exists("/var/lib/dpkg"))
        {
            await Shell.CheckAsync("/", "cp", "--archive", "/var/lib/dpkg", Path.Combine(root, "var/lib"));
        }
    }

    /// <summary>A start script like the base image's: the host is the child of a shell. Its host does not tell the worker of a SIGTERM.</summary>
    private static async Task LayHostAsync(string root)
    {
        await LayScriptAsync(root, "opt/startup/install_ca_certificates.sh", "echo 'No certificates to install.'\nexport CERTIFICATES_WERE_SEEN_TO=yes\n");
        await LayScriptAsync(root, "opt/startup/start_nonappservice.sh", "source /opt/startup/install_ca_certificates.sh\n\n/azure-functions-host/Microsoft.Azure.WebJobs.Script.WebHost");
        await LayScriptAsync(root, "azure-functions-host/Microsoft.Azure.WebJobs.Script.WebHost",
            $"exec dotnet {LocalHost}/Rill.LocalHost.dll --script-root \"$AzureWebJobsScriptRoot\" --port \"${{ASPNETCORE_URLS##*:}}\" --signals keep\n");
    }

    private static async Task LayScriptAsync(string root, string path, string text)
    {
        var file = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, "#!/usr/bin/env bash\n" + text);
        await Shell.CheckAsync(root, "chmod", "755", file);
    }
}
