using System.Diagnostics;
using System.Text.Json;
using Rill.Bench.Servers;

namespace Rill.Bench.Peer;

/// <summary>A peer that npm installs, in the version that the lock file beside its package.json names.</summary>
internal static class NpmPackage
{
    /// <summary>Installs the package at its first use.</summary>
    /// <param name="folder">The folder of package.json.</param>
    /// <param name="name">The package.</param>
    /// <returns>Its version.</returns>
    /// <exception cref="InvalidOperationException">npm is missing, or cannot install the package.</exception>
    public static string Ensure(string folder, string name)
    {
        var installed = Path.Combine(folder, "node_modules", name, "package.json");
        if (!File.Exists(installed))
        {
            using var npm = Start("npm", folder, "ci", "--no-audit", "--no-fund", "--silent", "--ignore-scripts");
            npm.StandardInput.Close();
            npm.AwaitEnd(TimeSpan.FromMinutes(10));
        }

        return File.Exists(installed)
            ? JsonElement.Parse(File.ReadAllText(installed)).GetProperty("version").GetString()!
            : throw new InvalidOperationException($"npm could not install the package {name}: run 'npm ci' in {folder} and see why.");
    }

    /// <summary>Starts a program of Node's whose standard input and output are the caller's.</summary>
    /// <exception cref="InvalidOperationException">It is not there.</exception>
    public static Process Start(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new InvalidOperationException($"{program} cannot be started: install Node.js 20 or later.", exception);
        }
    }
}
