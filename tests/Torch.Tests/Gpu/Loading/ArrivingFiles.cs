using System.Runtime.InteropServices;

namespace Rill.Torch.Tests.Gpu.Loading;

/// <summary>
/// A model's files as they are while a store still fetches them: of weights only what was awaited is there, and what was passed is spoiled.
/// </summary>
internal sealed class ArrivingFiles(string directory) : ModelFiles
{
    private readonly ModelFiles _inner = InDirectory(directory);
    private readonly List<ArrivingMemory> _opened = [];

    public override string Name => _inner.Name;

    public override DateTimeOffset Published => _inner.Published;

    /// <summary>Whether all weights were declared done.</summary>
    public bool IsComplete => _opened.Count > 0 && _opened.TrueForAll(memory => memory.IsComplete);

    public override string Describe(string name) => _inner.Describe(name);

    public override bool Has(string name) => _inner.Has(name);

    public override string Stamp(string name) => _inner.Stamp(name);

    public override FileMemory Open(string name)
    {
        var memory = new ArrivingMemory(File.ReadAllBytes(Path.Combine(directory, name)));
        _opened.Add(memory);
        return memory;
    }

    protected override ReadOnlyMemory<byte> ReadAll(string name) => _inner.Read(name);

    private sealed unsafe class ArrivingMemory : FileMemory
    {
        // Another in each memory: as bf16 or f32 a huge number.
        private static byte s_last = 0x60;

        private readonly byte _spoiled = ++s_last;
        private readonly byte[] _content;
        private byte* _start;

        public ArrivingMemory(byte[] content)
        {
            _content = content;
            _start = (byte*)NativeMemory.Alloc((nuint)content.Length);
            NativeMemory.Fill(_start, (nuint)content.Length, _spoiled);
        }

        public bool IsComplete { get; private set; }

        public override byte* Start => _start;

        public override long Length => _content.Length;

        public override string? ArrivingHash => "hash";

        public override void Await(long offset, long length) =>
            _content.AsSpan((int)offset, (int)length).CopyTo(new(_start + offset, (int)length));

        public override void Pass(long offset) => NativeMemory.Fill(_start, (nuint)offset, _spoiled);

        public override void Complete() => IsComplete = true;

        protected override void Dispose(bool disposing)
        {
            NativeMemory.Free(_start);
            _start = null;
        }
    }
}
