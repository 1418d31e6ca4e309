namespace Rill.Serving;

/// <summary>
/// What a constraint has to do before it can answer, in parts. One thread at a time does it, beside whatever else uses the constraint.
/// </summary>
public interface IPreparation
{
    /// <summary>Does a part of it, of a millisecond or so.</summary>
    /// <returns>True when all is done.</returns>
    bool Continue();
}
