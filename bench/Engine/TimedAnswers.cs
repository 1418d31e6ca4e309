namespace Rill.Bench.Engine;

/// <summary>Answers, and what their decoding took from the first step on that held all sequences.</summary>
/// <param name="Answers">The tokens of each.</param>
/// <param name="Seconds">Its time.</param>
/// <param name="Steps">Its steps.</param>
/// <param name="Tokens">The tokens that these steps gave.</param>
internal sealed record TimedAnswers(int[][] Answers, double Seconds, int Steps, int Tokens);
