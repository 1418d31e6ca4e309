using System.Text.Json;

namespace Rill.FunctionApp.Tests.Acceptance.Harness;

/// <summary>One block of an event stream, as it stood on the wire.</summary>
/// <param name="Text">All lines up to the blank line, without it.</param>
/// <param name="Elapsed">When its last byte had arrived, from the request on.</param>
internal sealed record SseFrame(string Text, TimeSpan Elapsed)
{
    public bool IsComment => Text.StartsWith(':');

    public bool IsDone => Text == "data: [DONE]";

    /// <summary>The frame's JSON. Fails the test when the frame is not exactly one data line.</summary>
    public JsonElement Json
    {
        get
        {
            Assert.StartsWith("data: {", Text, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', Text);
            return JsonElement.Parse(Text["data: ".Length..]);
        }
    }
}
