namespace Rill.TrainModel.Training;

/// <summary>Conversations of about one length side by side; short ones are padded at the end, where nothing is learned.</summary>
internal sealed class Batch
{
    /// <summary>Lays the examples side by side.</summary>
    public Batch(IReadOnlyList<Example> examples)
    {
        (Rows, Length) = (examples.Count, examples.Max(example => example.Ids.Length) - 1);
        Ids = new long[Rows * Length];
        var (positions, targets) = (new List<long>(), new List<long>());
        for (var row = 0; row < Rows; row++)
        {
            var example = examples[row];
            for (var t = 0; t + 1 < example.Ids.Length; t++)
            {
                Ids[(row * Length) + t] = example.Ids[t];
                if (example.Learned[t + 1])
                {
                    positions.Add((row * Length) + t);
                    targets.Add(example.Ids[t + 1]);
                }
            }
        }

        (Positions, Targets) = ([.. positions], [.. targets]);
    }

    public int Rows { get; }

    public int Length { get; }

    /// <summary>Token ids, rows after one another.</summary>
    public long[] Ids { get; }

    /// <summary>Where in <see cref="Ids"/> the next token is to be predicted.</summary>
    public long[] Positions { get; }

    /// <summary>The tokens that follow at those positions.</summary>
    public long[] Targets { get; }

    /// <summary>
    /// Cuts examples into batches of at most so many tokens, padding included; neighbours in length go together, so little is padded.
    /// </summary>
    public static List<Batch> Cut(IEnumerable<Example> examples, int tokenBudget)
    {
        var (batches, current) = (new List<Batch>(), new List<Example>());
        foreach (var example in examples.OrderBy(example => example.Ids.Length))
        {
            if (current.Count > 0 && (current.Count + 1) * example.Ids.Length > tokenBudget)
            {
                batches.Add(new Batch(current));
                current = [];
            }

            current.Add(example);
        }

        if (current.Count > 0)
        {
            batches.Add(new Batch(current));
        }

        return batches;
    }
}
