using System.Text;

namespace Rill.Text.Grammar.Machines;

/// <summary>Reads one of a list of texts.</summary>
/// <remarks>A state's place is a node of the tree of their beginnings.</remarks>
internal sealed class LiteralMachine : Machine
{
    private readonly ByteTree _tree = new();

    /// <summary>For values' JSON texts.</summary>
    public LiteralMachine(IEnumerable<string> texts)
    {
        Texts = [.. texts];
        foreach (var (index, text) in Texts.Index())
        {
            _tree.Add(Encoding.UTF8.GetBytes(text), index);
        }
    }

    /// <summary>The texts.</summary>
    public IReadOnlyList<string> Texts { get; }

    /// <summary>True when all of them are the texts of objects.</summary>
    public bool HasObjectsOnly => _tree.Child(0, (byte)'{') is var child and >= 0 && _tree.Below(child).Length == _tree.Below(0).Length;

    /// <inheritdoc/>
    public override void Expand(MachineState state, Expansion ways)
    {
        if (_tree.HasChildren(state.Place))
        {
            ways.Wait();
        }

        if (_tree.EndAt(state.Place) >= 0)
        {
            ways.Return();
        }
    }

    /// <inheritdoc/>
    public override Move Step(MachineState state, byte next) =>
        _tree.Child(state.Place, next) is var child and >= 0 ? Move.To(state with { Place = child }) : Move.None;

    /// <inheritdoc/>
    protected override ByteSet Taken(MachineState state) => _tree.Next(state.Place);
}
