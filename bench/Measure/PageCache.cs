using System.Runtime.InteropServices;

namespace Rill.Bench.Measure;

/// <summary>The kernel's copies of files.</summary>
internal static partial class PageCache
{
    /// <summary>
    /// Writes a file, or those of a directory, through to the disk and drops the copies, so that whoever reads it first decides in which
    /// pages it lies in memory from then on, and not the one who wrote it.
    /// </summary>
    public static void Forget(string path)
    {
        const int dontNeed = 4;
        foreach (var file in Directory.Exists(path) ? Directory.GetFiles(path) : [path])
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
            stream.Flush(flushToDisk: true);
            _ = Advise((int)stream.SafeFileHandle.DangerousGetHandle(), 0, 0, dontNeed);
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(int file, long offset, long length, int advice);
}
