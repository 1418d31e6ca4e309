namespace Rill.Text;

/// <summary>
/// What one encoding may cost: steps of looking at text and characters of rewritten text, both in proportion to the text's length. What is
/// spent is also when the cancellation is looked at, every few thousand steps. Not thread-safe: one for each encoding.
/// </summary>
/// <param name="length">The text's length in UTF-16 units.</param>
/// <param name="cancellationToken">Ends the encoding with an <see cref="OperationCanceledException"/>.</param>
internal sealed class EncodingBudget(int length, CancellationToken cancellationToken)
{
    /// <summary>How many steps a UTF-16 unit may take. Known tokenizers take less than ten.</summary>
    public const int StepsForEachUnit = 128;

    /// <summary>How many UTF-16 units the normalizers may make of one, all together. NFKC makes eighteen of its worst.</summary>
    public const int UnitsMadeOfEach = 32;

    /// <summary>How many steps may go by until the cancellation is looked at again, a fraction of a millisecond.</summary>
    public const int StepsBetweenLooks = 4096;

    // What even the shortest text may cost: some milliseconds, and 2 MiB.
    private const long FewestSteps = 4 << 20;
    private const long FewestUnits = 1 << 20;

    private long _steps = FewestSteps + (long)length * StepsForEachUnit;
    private long _units = FewestUnits + (long)length * UnitsMadeOfEach;
    private int _untilLook;

    /// <summary>Counts steps that were taken, or are about to be.</summary>
    /// <exception cref="EncodingLimitException">There were too many.</exception>
    public void Spend(int steps)
    {
        if ((_untilLook -= steps) < 0)
        {
            Look();
        }
    }

    /// <summary>Counts UTF-16 units that a normalizer is about to write.</summary>
    /// <exception cref="EncodingLimitException">There would be too many.</exception>
    public void Make(int units)
    {
        if ((_units -= units) < 0)
        {
            throw new EncodingLimitException(
                $"The model's normalizers make more than {UnitsMadeOfEach} characters of each character of this text: "
                + "send a plainer text, or change the normalizer in the model's tokenizer.json.");
        }

        Spend(units);
    }

    /// <summary>What is thrown where a text takes more steps, or more memory on the way, than it may.</summary>
    public static EncodingLimitException Exceeded() => new(
        $"The model's tokenizer takes more than {StepsForEachUnit} steps for each character of this text: "
        + "send a shorter or plainer text, or change the patterns in the model's tokenizer.json.");

    private void Look()
    {
        cancellationToken.ThrowIfCancellationRequested();
        _steps -= StepsBetweenLooks - (long)_untilLook;
        if (_steps < 0)
        {
            throw Exceeded();
        }

        _untilLook = StepsBetweenLooks;
    }
}
