using System.Buffers.Binary;
using System.Text;

namespace Rill.Torch.Native;

/// <summary>
/// Makes TorchSharp's native library loadable on systems whose libstdc++ is older than GCC 13's (Debian 12, Ubuntu 22.04).
/// </summary>
/// <remarks>
/// The library wants version GLIBCXX_3.4.32 for one symbol, std::ios_base_library_init(), which only makes sure that the iostreams
/// are initialised; libtorch's own libraries have done that already. So, in a copy of the file: the wanted version takes the name and
/// hash of GLIBCXX_3.4.30, which the library wants as well, and the symbol becomes std::uncaught_exception(), as harmless and without
/// arguments, of version GLIBCXX_3.4. Nothing moves: the new name is shorter than the old one.
/// Layouts: the ELF-64 specification, and the Linux Standard Base's chapter on symbol versioning.
/// </remarks>
internal static class LibStdCxxMend
{
    private const string WantedVersion = "GLIBCXX_3.4.32";
    private const string OfferedVersion = "GLIBCXX_3.4.30";
    private const string FirstVersion = "GLIBCXX_3.4";
    private const int SymbolSize = 24;

    private static readonly byte[] s_wantedSymbol = "_ZSt21ios_base_library_initv"u8.ToArray();
    private static readonly byte[] s_harmlessSymbol = "_ZSt18uncaught_exceptionv"u8.ToArray();

    private readonly record struct Section(int Type, int Offset, int Size, int Link);

    /// <summary>One version that the library wants of another: where its record lies and which index symbols refer to it by.</summary>
    private readonly record struct Need(string Name, int Record, ushort Index);

    /// <summary>Mends an image in place and returns it, or returns null when it does not have the known flaw.</summary>
    public static byte[]? TryApply(byte[] image)
    {
        if (image.Length < 64 || !image.AsSpan().StartsWith("\u007FELF\u0002\u0001"u8))
        {
            return null;
        }

        var sections = Sections(image);
        var needs = Needs(image, sections);
        if (needs.Find(need => need.Name == WantedVersion) is not { Record: > 0 } wanted
            || needs.Find(need => need.Name == OfferedVersion) is not { Record: > 0 } offered
            || needs.Find(need => need.Name == FirstVersion) is not { Record: > 0 } first
            || !TryReplaceSymbol(image, sections, wanted.Index, first.Index))
        {
            return null;
        }

        image.AsSpan(offered.Record, 4).CopyTo(image.AsSpan(wanted.Record));            // vna_hash
        image.AsSpan(offered.Record + 8, 4).CopyTo(image.AsSpan(wanted.Record + 8));    // vna_name
        return image;
    }

    private static List<Section> Sections(byte[] image)
    {
        var table = (int)ReadInt64(image, 0x28);
        var entrySize = ReadUInt16(image, 0x3A);
        var count = ReadUInt16(image, 0x3C);
        return [.. Enumerable.Range(0, count).Select(index => table + (index * entrySize)).Select(header => new Section(
            ReadInt32(image, header + 4), (int)ReadInt64(image, header + 0x18), (int)ReadInt64(image, header + 0x20), ReadInt32(image, header + 0x28)))];
    }

    /// <summary>Walks .gnu.version_r: a list of libraries, each with a list of versions wanted of it.</summary>
    private static List<Need> Needs(byte[] image, List<Section> sections)
    {
        const int versionNeeds = 0x6FFFFFFE;
        var needs = new List<Need>();
        if (sections.Find(section => section.Type == versionNeeds) is not { Size: > 0 } section)
        {
            return needs;
        }

        var strings = sections[section.Link].Offset;
        for (int library = section.Offset, toNext = -1; toNext != 0; library += toNext)
        {
            var record = library + ReadInt32(image, library + 8);
            for (var left = ReadUInt16(image, library + 2); left > 0; left--)
            {
                needs.Add(new(ReadString(image, strings + ReadInt32(image, record + 8)), record, ReadUInt16(image, record + 6)));
                record += ReadInt32(image, record + 12);
            }

            toNext = ReadInt32(image, library + 12);
        }

        return needs;
    }

    private static bool TryReplaceSymbol(byte[] image, List<Section> sections, ushort wantedIndex, ushort firstIndex)
    {
        const int dynamicSymbols = 11;
        const int symbolVersions = 0x6FFFFFFF;
        var symbols = sections.Find(section => section.Type == dynamicSymbols);
        var versions = sections.Find(section => section.Type == symbolVersions);
        var users = Enumerable.Range(0, versions.Size / 2).Where(symbol => ReadUInt16(image, versions.Offset + (2 * symbol)) == wantedIndex).ToList();
        if (users is not [var user])
        {
            return false;
        }

        var name = image.AsSpan(sections[symbols.Link].Offset + ReadInt32(image, symbols.Offset + (SymbolSize * user)));
        if (!name.StartsWith(s_wantedSymbol) || name[s_wantedSymbol.Length] != 0)
        {
            return false;
        }

        name[..s_wantedSymbol.Length].Clear();
        s_harmlessSymbol.CopyTo(name);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(versions.Offset + (2 * user)), firstIndex);
        return true;
    }

    private static string ReadString(byte[] image, int offset)
    {
        var rest = image.AsSpan(offset);
        return Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)0)]);
    }

    private static ushort ReadUInt16(byte[] image, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(offset));

    private static int ReadInt32(byte[] image, int offset) => BinaryPrimitives.ReadInt32LittleEndian(image.AsSpan(offset));

    private static long ReadInt64(byte[] image, int offset) => BinaryPrimitives.ReadInt64LittleEndian(image.AsSpan(offset));
}
