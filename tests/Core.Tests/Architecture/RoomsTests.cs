using Rill.Serving;

namespace Rill.Core.Tests.Architecture;

/// <summary>The doors of the house plan: which room of Core may name which.</summary>
public class RoomsTests
{
    private static readonly string[] _separate = ["Rill.OpenAI", "Rill.Text", "Rill.Models", "Rill.Serving"];

    public static TheoryData<string, string> ClosedDoors()
    {
        var doors = new TheoryData<string, string>();
        foreach (var from in _separate)
        {
            foreach (var to in _separate.Append("Rill.Chat").Where(to => to != from))
            {
                doors.Add(from, to);
            }
        }

        foreach (var to in _separate.Append("Rill.Chat"))
        {
            doors.Add("Rill.Telemetry", to);
        }

        return doors;
    }

    [Theory]
    [MemberData(nameof(ClosedDoors))]
    public void Room_DoesNotSee_ItsNeighbour(string from, string to)
    {
        var uses = typeof(Sequence).Assembly.GetTypes()
            .Where(type => IsIn(type, from))
            .SelectMany(type => TypeUses.Of(type).Where(used => IsIn(used, to)).Select(used => $"{type} uses {used}"))
            .Distinct();

        Assert.Empty(uses);
    }

    [Fact]
    public void Uses_OfARoomThatSeesOthers_AreFound()
    {
        var uses = TypeUses.Of(typeof(InferenceEngine)).ToList();

        Assert.Contains(uses, type => IsIn(type, "Rill.Telemetry"));
        Assert.Contains(typeof(Scheduler), uses);
    }

    [Fact]
    public void Core_RefersTo_NeitherTensorsNorTheWeb()
    {
        var references = typeof(Sequence).Assembly.GetReferencedAssemblies().Select(name => name.Name!);

        Assert.DoesNotContain(references, name => name.StartsWith("TorchSharp", StringComparison.Ordinal)
            || name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
            || name.StartsWith("Microsoft.Azure", StringComparison.Ordinal));
    }

    private static bool IsIn(Type type, string room)
        => type.Namespace == room || type.Namespace?.StartsWith(room + ".", StringComparison.Ordinal) == true;
}
