namespace Rill.TrainModel.Evaluation;

/// <summary>How often one kind of question was answered rightly.</summary>
internal sealed class ExamMark(string question)
{
    /// <summary>What was asked for, in the words of the card.</summary>
    public string Question => question;

    /// <summary>How many were asked.</summary>
    public int Asked { get; private set; }

    /// <summary>How many were right.</summary>
    public int Right { get; private set; }

    /// <summary>Counts an answer.</summary>
    public void Add(bool isRight)
    {
        Asked++;
        Right += isRight ? 1 : 0;
    }
}
