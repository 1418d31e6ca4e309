namespace Rill.CommandLine.Chat;

/// <summary>Where an answer is written as it comes.</summary>
internal interface IAnswerView
{
    /// <summary>Writes more of the reasoning.</summary>
    void WriteReasoning(string text);

    /// <summary>Writes more of the answer.</summary>
    void WriteContent(string text);

    /// <summary>Ends the answer's last line.</summary>
    void End();
}
