using System.Reflection;

namespace Rill.FunctionApp.Tests.Architecture;

/// <summary>The doors inside the app: each room sees those before it, and none after it.</summary>
public sealed class RoomsTests
{
    private const string App = "Rill.FunctionApp";
    private static readonly Assembly _assembly = typeof(RillOptions).Assembly;
    private static readonly string[] _rooms = ["Telemetry", "Loading", "Http", "Functions", "Hosting"];

    public static TheoryData<string, string> ClosedDoors()
    {
        var doors = new TheoryData<string, string>();
        for (var from = 0; from + 1 < _rooms.Length; from++)
        {
            doors.Add(_rooms[from], Names(_rooms[(from + 1)..]));
        }

        return doors;
    }

    [Theory]
    [MemberData(nameof(ClosedDoors))]
    public void Room_DoesNotSee_TheOnesAfterIt(string from, string to) => Assert.Empty(Rooms.Uses(_assembly, $"{App}.{from}", to));

    [Fact]
    public void Settings_SeeNoRoom() => Assert.Empty(Rooms.Uses(_assembly, App, Names(_rooms), alone: true));

    [Fact]
    public void Uses_OfARoomThatSeesOthers_AreFound() => Assert.NotEmpty(Rooms.Uses(_assembly, $"{App}.Hosting", $"{App}.Http"));

    private static string Names(string[] rooms) => string.Join(' ', rooms.Select(room => $"{App}.{room}"));
}
