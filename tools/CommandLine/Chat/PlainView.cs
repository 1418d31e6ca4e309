using System.Text;
using Rill.CommandLine.Pipes;
using Rill.CommandLine.Terminal;

namespace Rill.CommandLine.Chat;

/// <summary>The answer alone, for a pipe or a file.</summary>
/// <param name="isTerminal">True where it goes to a terminal after all, which it must not steer.</param>
internal sealed class PlainView(bool isTerminal) : IAnswerView, IDisposable
{
    private readonly Stream _output = StandardStreams.OpenOutput();
    private bool _open;

    /// <inheritdoc/>
    public void WriteReasoning(string text)
    {
        // is not the answer
    }

    /// <inheritdoc/>
    public void WriteContent(string text)
    {
        _open = !text.EndsWith('\n');
        Write(isTerminal ? HarmlessText.Of(text.Replace("\r\n", "\n", StringComparison.Ordinal)) : text);
    }

    /// <inheritdoc/>
    public void End()
    {
        if (_open)
        {
            Write("\n");
        }

        _open = false;
    }

    /// <inheritdoc/>
    public void Dispose() => _output.Dispose();

    private void Write(string text)
    {
        _output.Write(Encoding.UTF8.GetBytes(text));
        _output.Flush();
    }
}
