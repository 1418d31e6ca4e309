using System.Runtime.InteropServices;

namespace Rill;

/// <summary>Tells a regular file from what only looks like one, without opening it: opening a pipe waits, opening a device acts.</summary>
internal static unsafe partial class FileKind
{
    /// <summary>What stands at a path, such as "a pipe"; null for a regular file, and where that cannot be told.</summary>
    public static string? OfIrregular(string path)
    {
        const int currentDirectory = -100, doNotFollow = 0x100, statusSize = 256, modeOffset = 28, kindMask = 0xF000;
        const uint wantKind = 1;
        if (!OperatingSystem.IsLinux())
        {
            return Directory.Exists(path) ? "a directory" : null;
        }

        var status = stackalloc byte[statusSize];
        if (Status(currentDirectory, path, doNotFollow, wantKind, status) != 0)
        {
            return null;
        }

        return (*(ushort*)(status + modeOffset) & kindMask) switch
        {
            0x1000 => "a pipe",
            0x2000 or 0x6000 => "a device",
            0x4000 => "a directory",
            0xC000 => "a socket",
            _ => null,
        };
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int directory, string path, int flags, uint mask, byte* status);
}
