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
        for (var from = 0; from < _rooms.Length; from++)
        {
            foreach (var to in _rooms[(from + 1)..])
            {
                doors.Add(_rooms[from], to);
            }
        }

        return doors;
    }

    [Theory]
    [MemberData(nameof(ClosedDoors))]
    public void Room_DoesNotSee_TheOnesAfterIt(string from, string to) => Assert.Empty(Rooms.Uses(_assembly, $"{App}.{from}", $"{App}.{to}"));

    [Fact]
    public void Settings_SeeNoRoom() => Assert.Empty(_rooms.SelectMany(room => Rooms.Uses(_assembly, App, $"{App}.{room}", alone: true)));

    [Fact]
    public void Uses_OfARoomThatSeesOthers_AreFound() => Assert.NotEmpty(Rooms.Uses(_assembly, $"{App}.Hosting", $"{App}.Http"));
}
