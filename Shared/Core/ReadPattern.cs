namespace Rill;

/// <summary>How a file's memory is going to be read.</summary>
public enum ReadPattern
{
    /// <summary>All of it, from front to back in long stretches.</summary>
    Streams,

    /// <summary>A few bytes here and there: what lies between is not worth reading from the disk.</summary>
    Spots,
}
