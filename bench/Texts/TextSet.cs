using System.Text;

namespace Rill.Bench.Texts;

/// <summary>Documents of one kind, each about as long as a prompt (a few kilobytes), no two alike.</summary>
/// <param name="Name">What the tables call it.</param>
/// <param name="Documents">The documents.</param>
internal sealed record TextSet(string Name, IReadOnlyList<string> Documents)
{
    /// <summary>Length of all documents in UTF-8.</summary>
    public int Bytes { get; } = Documents.Sum(Encoding.UTF8.GetByteCount);
}
