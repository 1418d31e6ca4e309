using Rill.Serving;

namespace Rill.Core.Tests.Architecture;

/// <summary>The doors of the house plan: which room of Core may name which.</summary>
public class RoomsTests
{
    private static readonly string[] _separate = ["Rill.OpenAI", "Rill.Anthropic", "Rill.Text", "Rill.Models", "Rill.Serving"];

    public static TheoryData<string, string> ClosedDoors()
    {
        var doors = new TheoryData<string, string>();
        foreach (var from in _separate)
        {
            doors.Add(from, string.Join(' ', _separate.Append("Rill.Chat").Where(to => to != from)));
        }

        doors.Add("Rill.Telemetry", string.Join(' ', _separate.Append("Rill.Chat")));
        doors.Add("Rill.Chat.Input", "Rill.Chat.Output");
        doors.Add("Rill.Chat.Output", "Rill.Chat.Input");
        return doors;
    }

    [Theory]
    [MemberData(nameof(ClosedDoors))]
    public void Room_DoesNotSee_ItsNeighbours(string from, string to)
        => Assert.Empty(Rooms.Uses(typeof(Sequence).Assembly, from, to));

    [Theory]
    [InlineData("Rill.Telemetry")]
    [InlineData("Rill.Anthropic Rill.Telemetry")]
    public void Uses_OfARoomThatSeesOthers_AreFound(string to)
        => Assert.Contains(Rooms.Uses(typeof(Sequence).Assembly, "Rill.Serving", to), use => use.Contains(nameof(InferenceEngine), StringComparison.Ordinal));

    [Fact]
    public void Core_RefersTo_NeitherTensorsNorTheWeb()
    {
        var references = typeof(Sequence).Assembly.GetReferencedAssemblies().Select(name => name.Name!);

        Assert.DoesNotContain(references, name => name.StartsWith("TorchSharp", StringComparison.Ordinal)
            || name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
            || name.StartsWith("Microsoft.Azure", StringComparison.Ordinal));
    }
}
