namespace Rill.Torch.Native;

/// <summary>Owns what is made one after the other, and disposes it in the opposite order: also when only a part of it could be made.</summary>
internal sealed class DisposableStack : IDisposable
{
    private readonly Stack<IDisposable> _owned = new();

    /// <summary>Makes something of several parts. Where that fails, the parts that were made are disposed.</summary>
    /// <param name="make">Gives each part to the stack as soon as it is there; the result owns the stack.</param>
    public static T Build<T>(Func<DisposableStack, T> make)
    {
        var stack = new DisposableStack();
        try
        {
            return make(stack);
        }
        catch
        {
            stack.Dispose();
            throw;
        }
    }

    /// <summary>Takes ownership of a part and returns it.</summary>
    public T Own<T>(T part) where T : IDisposable
    {
        _owned.Push(part);
        return part;
    }

    /// <summary>Disposes the parts, once.</summary>
    public void Dispose()
    {
        while (_owned.TryPop(out var part))
        {
            part.Dispose();
        }
    }
}
