using System.Runtime.InteropServices;
using TorchSharp;
using static Rill.Torch.Native.AotInductor;

namespace Rill.Torch.Native;

/// <summary>
/// A call of any operator by its name, through the plain-C function that libtorch_cpu exports for extensions: arguments in the order of
/// the operator's schema, then <see cref="TryInvoke"/>.
/// </summary>
/// <remarks>
/// An argument is a word of 64 bits: a tensor's handle or a list's, which the callee then owns; an integer; the bits of a double; 0 or 1
/// for a Bool; for an optional one, 0 for none or the address of a cell from malloc that holds the word, which the callee frees.
/// (<see cref="AotInductor"/>.) Unused words stay 0, so that an operator which has got further
/// optional arguments in another version finds "none" there.
/// </remarks>
internal sealed unsafe class OperatorCall(string name, string overload = "")
{
    private const int Words = 32;

    private readonly ulong[] _stack = new ulong[Words];
    private int _count;
    private bool _failed;

    /// <summary>Adds a tensor; it stays the caller's.</summary>
    public OperatorCall Tensor(torch.Tensor tensor)
    {
        _failed |= aoti_torch_new_tensor_handle(tensor.Handle, out var handle) != 0;
        return Add((ulong)handle);
    }

    /// <summary>Adds an optional tensor.</summary>
    public OperatorCall OptionalTensor(torch.Tensor? tensor) => tensor is null ? None() : Tensor(tensor).MakeOptional();

    /// <summary>Adds an int or SymInt.</summary>
    public OperatorCall Integer(long value) => Add((ulong)value);

    /// <summary>Adds an optional int or SymInt.</summary>
    public OperatorCall OptionalInteger(long? value) => value is { } present ? Integer(present).MakeOptional() : None();

    /// <summary>Adds a float.</summary>
    public OperatorCall Double(double value) => Add(BitConverter.DoubleToUInt64Bits(value));

    /// <summary>Adds an optional float.</summary>
    public OperatorCall OptionalDouble(double? value) => value is { } present ? Double(present).MakeOptional() : None();

    /// <summary>Adds a bool.</summary>
    public OperatorCall Bool(bool value) => Add(value ? 1UL : 0);

    /// <summary>Adds an int[] or SymInt[].</summary>
    public OperatorCall Integers(params ReadOnlySpan<long> values)
    {
        _failed |= torch_new_list_reserve_size((nuint)values.Length, out var list) != 0;
        foreach (var value in values)
        {
            _failed |= torch_list_push_back(list, (ulong)value) != 0;
        }

        return Add((ulong)list);
    }

    /// <summary>Adds "none" for an optional argument.</summary>
    public OperatorCall None() => Add(0);

    /// <summary>
    /// Calls the operator and returns its results, all of which are tensors; null when there is no such operator for these arguments:
    /// libtorch writes why to the standard error then, and the arguments' handles are lost, which a probe at the start can afford.
    /// </summary>
    public torch.Tensor[]? TryInvoke(int results)
    {
        fixed (ulong* stack = _stack)
        {
            if (_failed || aoti_torch_call_dispatcher(name, overload, stack) != 0)
            {
                return null;
            }
        }

        return Array.ConvertAll(_stack[..results], handle => torch.Tensor.UnsafeCreateTensor((nint)handle));
    }

    private OperatorCall MakeOptional()
    {
        var cell = (ulong*)NativeMemory.Alloc(sizeof(ulong));
        *cell = _stack[_count - 1];
        _stack[_count - 1] = (ulong)cell;
        return this;
    }

    private OperatorCall Add(ulong word)
    {
        _stack[_count++] = word;
        return this;
    }
}
