using System.Text;
using Rill.TrainModel.Corpus;
using Rill.TrainModel.Tokenization;
using Rill.TrainModel.Training;
using static TorchSharp.torch;

namespace Rill.TrainModel.Evaluation;

/// <summary>
/// Looks at which tokens of a given answer the model would write itself. One pass tells it: where all tokens of a stretch are the likeliest
/// after what stands before them, the model writes that stretch at temperature 0, as it does where a grammar's mask forces what is between.
/// </summary>
internal sealed class AnswerProbe(MiniModel model, BytePairTokenizer tokenizer)
{
    /// <summary>Probes the assistant's turn at this place; the turns before it are given.</summary>
    public ProbedAnswer Probe(Conversation conversation, int turn)
    {
        var part = conversation with { Turns = [.. conversation.Turns.Take(turn + 1)] };
        var pieces = ChatMarkup.Render(part);
        var given = pieces.Take(pieces.Count - 2).SelectMany(piece => tokenizer.Encode(piece.Text)).ToList();
        var answer = tokenizer.Encode(pieces[^2].Text);    // the last piece is the line break after the turn
        var likeliest = Likeliest([.. given, .. answer], given.Count - 1);
        var (bytes, right) = (new List<byte>(), new List<bool>());
        for (var i = 0; i < answer.Count; i++)
        {
            var token = tokenizer.GetBytes(answer[i]);
            bytes.AddRange(token);
            right.AddRange(Enumerable.Repeat(likeliest[i] == answer[i], token.Length));
        }

        return new ProbedAnswer([.. bytes], [.. right], tokenizer.Decode([(int)likeliest[0]]));
    }

    /// <summary>The likeliest token after each place from this one on.</summary>
    private long[] Likeliest(List<int> ids, int from)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var hidden = model.Hidden(tensor(ids.Select(id => (long)id).ToArray()).unsqueeze(0)).squeeze(0);
        return model.Logits(hidden.slice(0, from, ids.Count - 1, 1)).argmax(-1).data<long>().ToArray();
    }
}

/// <summary>An answer with, for each of its bytes, whether the model would write the token that it belongs to.</summary>
/// <param name="Bytes">The answer in UTF-8, with the token that ends the turn.</param>
/// <param name="Right">One for each byte.</param>
/// <param name="Opening">The token that the model begins with.</param>
internal sealed record ProbedAnswer(byte[] Bytes, bool[] Right, string Opening)
{
    /// <summary>Whether all of it would be written so, its end included.</summary>
    public bool IsRight => Array.TrueForAll(Right, right => right);

    /// <summary>Whether the part would be written so, and then end there. It is looked for from the offset on, which moves behind it.</summary>
    public bool Has(string part, ref int offset)
    {
        var sought = Encoding.UTF8.GetBytes(part);
        var found = Bytes.AsSpan(offset).IndexOf(sought);
        if (found < 0)
        {
            return false;
        }

        var start = offset + found;
        offset = start + sought.Length;
        return !Right.AsSpan(start, Math.Min(sought.Length + 1, Bytes.Length - start)).Contains(false);
    }
}
