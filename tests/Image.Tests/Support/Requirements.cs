namespace Rill.Image.Tests.Support;

/// <summary>What a machine needs for building and starting the image without Docker.</summary>
internal static class Requirements
{
    private static readonly string[] _programs = ["buildah", "unshare", "nsenter", "ip", "tini", "npm"];

    /// <summary>The first thing that is missing here, as a reason to skip a test; null if nothing is.</summary>
    public static string? Missing()
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitOperatingSystem)
        {
            return "The image is built on Linux.";
        }

        if (!Environment.IsPrivilegedProcess)
        {
            return "Building the image without Docker mounts file systems: it needs root.";
        }

        if (new DirectoryInfo("/bin").LinkTarget is null)
        {
            return "The stand-ins for the base images are made of /usr, which holds /bin on newer systems only.";
        }

        return _programs.FirstOrDefault(program => !Shell.IsInstalled(program)) is { } missing
            ? $"{missing} is not installed (Debian: apt-get install buildah tini iproute2 npm)."
            : null;
    }
}
