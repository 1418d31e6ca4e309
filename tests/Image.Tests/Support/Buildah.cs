using System.Text.Json;

namespace Rill.Image.Tests.Support;

/// <summary>
/// Buildah with a storage of its own. Steps run in a root of their image, without a runtime for containers; /usr is the machine's own, and
/// what a step writes there is gone after it.
/// </summary>
internal sealed class Buildah(string folder)
{
    private readonly string[] _storage = ["--root", Path.Combine(folder, "storage"), "--runroot", Path.Combine(folder, "run")];

    /// <summary>Runs a command of buildah; the result is its output, trimmed.</summary>
    public async Task<string> CheckAsync(params string[] arguments) => (await Shell.CheckAsync(folder, "buildah", [.. _storage, .. arguments])).Trim();

    /// <summary>Builds the repository's Dockerfile, or a stage of it, or another one over the same context; the result has its exit code and what the steps printed.</summary>
    public Task<ProcessResult> BuildAsync(BuildRequest request)
    {
        List<string> arguments = [.. _storage, "build", "--isolation", "chroot", "--pull=never", "--layers=false", "--file", request.Dockerfile, "--tag", request.Tag];
        arguments.AddRange(request.Arguments.SelectMany(argument => (string[])["--build-arg", argument]));
        arguments.AddRange(request.Stage is null ? [] : ["--target", request.Stage]);
        arguments.AddRange(Volumes(request.NuGet).SelectMany(volume => (string[])["--volume", volume]));
        return Shell.RunAsync(Places.Root, "buildah", [.. arguments, "."]);
    }

    /// <summary>Makes a root of an image, with a layer of its own to write in; the result is its folder.</summary>
    public async Task<string> MountAsync(string image)
    {
        var container = await CheckAsync("from", "--pull=never", image);
        return await CheckAsync("mount", container);
    }

    /// <summary>What the image says of how it is started.</summary>
    public async Task<ImageSettings> SettingsOfAsync(string image)
    {
        using var inspection = JsonDocument.Parse(await CheckAsync("inspect", "--type", "image", image));
        return ImageSettings.Read(inspection.RootElement.GetProperty("OCIv1").GetProperty("config"));
    }

    private static IEnumerable<string> Volumes(string nuGet)
    {
        yield return "/usr:/usr:O";
        yield return $"{nuGet}:/root/.nuget/NuGet:ro";
        yield return $"{Places.NuGetPackages}:{BaseImages.RestoredPackages}:ro";
        if (!Places.DotNet.StartsWith("/usr/", StringComparison.Ordinal))
        {
            yield return $"{Places.DotNet}:{Places.DotNet}:ro";
        }
    }
}
