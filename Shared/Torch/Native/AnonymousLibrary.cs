using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Rill.Torch.Native;

/// <summary>Loads a shared library from memory (Linux): no file is left behind, and none can be tampered with or half written.</summary>
[SupportedOSPlatform("linux")]
internal static partial class AnonymousLibrary
{
    /// <summary>Loads the library's image; it stays for the life of the process.</summary>
    /// <param name="name">Shown in /proc/self/maps, nothing more.</param>
    /// <param name="image">The whole ELF file.</param>
    public static nint Load(string name, byte[] image)
    {
        var descriptor = MemfdCreate(name, flags: 0);
        if (descriptor < 0)
        {
            throw new DllNotFoundException($"{name} needs mending for this system's libstdc++, and memfd_create failed (error {Marshal.GetLastPInvokeError()}).");
        }

        // Never closed: a later file under the same number would bear the name that the loader keeps for this library.
        var handle = new SafeFileHandle(descriptor, ownsHandle: false);
        RandomAccess.Write(handle, image, fileOffset: 0);
        return NativeLibrary.Load($"/proc/self/fd/{descriptor}");
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemfdCreate(string name, uint flags);
}
