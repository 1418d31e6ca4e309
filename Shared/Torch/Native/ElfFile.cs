using System.Buffers.Binary;
using System.Text;

namespace Rill.Torch.Native;

/// <summary>
/// The dynamic symbols of a shared library, read from its file without loading it: what it wants of others, and what it offers.
/// Layouts: the ELF-64 specification (System V ABI, chapters 4 and 5), and the Linux Standard Base's chapter on symbol versioning.
/// </summary>
internal sealed class ElfFile
{
    private const int HeaderSize = 64;
    private const int SectionSize = 64;
    private const int SymbolSize = 24;
    private const int DynamicSymbols = 11;              // SHT_DYNSYM
    private const int SymbolVersions = 0x6FFFFFFF;      // SHT_GNU_versym
    private const int FirstNamedVersion = 2;            // 0 is local, 1 is global: neither says whose the symbol is
    private const int Weak = 2;                         // STB_WEAK

    private readonly byte[] _symbols;
    private readonly byte[] _names;
    private readonly byte[] _versions;

    private readonly record struct Section(int Type, long Offset, long Size, int Link);

    private ElfFile(byte[] symbols, byte[] names, byte[] versions) => (_symbols, _names, _versions) = (symbols, names, versions);

    /// <summary>Reads a library's tables.</summary>
    /// <param name="path">A file of any size; only its tables are read.</param>
    /// <exception cref="InvalidDataException">It is no 64-bit little-endian ELF library with dynamic symbols; the message names the file.</exception>
    public static ElfFile Read(string path)
    {
        using var file = File.OpenHandle(path);
        try
        {
            var header = Bytes(file, 0, HeaderSize);
            if (!header.AsSpan().StartsWith("\u007FELF\u0002\u0001"u8))
            {
                throw new InvalidDataException("no ELF header");
            }

            var count = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(0x3C));
            var table = Bytes(file, BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(0x28)), (long)count * SectionSize);
            Section[] sections = [.. Enumerable.Range(0, count).Select(index => SectionAt(table.AsSpan(index * SectionSize)))];
            var symbols = Array.Find(sections, section => section.Type == DynamicSymbols);
            var versions = Array.Find(sections, section => section.Type == SymbolVersions);
            return symbols.Size == 0
                ? throw new InvalidDataException("no dynamic symbols")
                : new(Contents(file, symbols), Contents(file, sections[symbols.Link]), Contents(file, versions));
        }
        catch (Exception failure) when (failure is InvalidDataException or ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException($"{path} is no shared library for 64-bit Linux.", failure);
        }
    }

    /// <summary>
    /// The names that must be found in some other library, without those that name a version: libc's, libstdc++'s and their like do, and
    /// libtorch's do not.
    /// </summary>
    public IEnumerable<string> Wanted() => Symbols()
        .Where(symbol => !symbol.IsDefined && !symbol.IsWeak && VersionOf(symbol.Index) < FirstNamedVersion)
        .Select(symbol => symbol.Name);

    /// <summary>The names that others find here.</summary>
    public IEnumerable<string> Offered() => Symbols().Where(symbol => symbol.IsDefined).Select(symbol => symbol.Name);

    private IEnumerable<(int Index, string Name, bool IsDefined, bool IsWeak)> Symbols()
    {
        for (var index = 1; index < _symbols.Length / SymbolSize; index++)
        {
            var at = index * SymbolSize;
            var section = BinaryPrimitives.ReadUInt16LittleEndian(_symbols.AsSpan(at + 6));
            yield return (index, NameAt(BinaryPrimitives.ReadInt32LittleEndian(_symbols.AsSpan(at))), section != 0, _symbols[at + 4] >> 4 == Weak);
        }
    }

    private int VersionOf(int symbol) =>
        (2 * symbol) + 2 <= _versions.Length ? BinaryPrimitives.ReadUInt16LittleEndian(_versions.AsSpan(2 * symbol)) & 0x7FFF : 0;

    private string NameAt(int offset)
    {
        var rest = _names.AsSpan(offset);
        return Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)0)]);
    }

    private static Section SectionAt(ReadOnlySpan<byte> header) => new(
        BinaryPrimitives.ReadInt32LittleEndian(header[4..]), BinaryPrimitives.ReadInt64LittleEndian(header[0x18..]),
        BinaryPrimitives.ReadInt64LittleEndian(header[0x20..]), BinaryPrimitives.ReadInt32LittleEndian(header[0x28..]));

    private static byte[] Contents(Microsoft.Win32.SafeHandles.SafeFileHandle file, Section section) => Bytes(file, section.Offset, section.Size);

    private static byte[] Bytes(Microsoft.Win32.SafeHandles.SafeFileHandle file, long offset, long size)
    {
        if (offset < 0 || size < 0 || size > RandomAccess.GetLength(file) - offset)
        {
            throw new InvalidDataException("a table beyond the file's end");
        }

        var bytes = new byte[size];
        for (var read = 0; read < bytes.Length;)
        {
            var got = RandomAccess.Read(file, bytes.AsSpan(read), offset + read);
            read += got > 0 ? got : throw new InvalidDataException("a file that ends too early");
        }

        return bytes;
    }
}
