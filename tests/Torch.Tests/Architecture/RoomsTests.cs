using System.Reflection;

namespace Rill.Torch.Tests.Architecture;

/// <summary>The doors of the house plan: each room of Torch may name those before it.</summary>
public class RoomsTests
{
    private static readonly Assembly s_torch = typeof(TorchModelRunner).Assembly;

    // From the bottom to the top; neighbours in one line do not see one another.
    private static readonly string[][] s_rooms =
    [
        ["Rill.Torch.Native"],
        ["Rill.Torch.Cache"],
        ["Rill.Torch.Decoding"],
        ["Rill.Torch.Cpu.Kernels", "Rill.Torch.Gpu.Kernels"],
        ["Rill.Torch.Cpu.Quantization", "Rill.Torch.Gpu.Loading"],
        ["Rill.Torch.Cpu.Adapters"],
        ["Rill.Torch.Cpu.Layers", "Rill.Torch.Gpu.Layers"],
        ["Rill.Torch.Sampling"],
    ];

    public static TheoryData<string, string> ClosedDoors()
    {
        var doors = new TheoryData<string, string>();
        foreach (var (level, rooms) in s_rooms.Index())
        {
            foreach (var from in rooms)
            {
                var closed = s_rooms.Skip(level).SelectMany(above => above).Where(to => to != from).ToList();
                if (closed.Count > 0)
                {
                    doors.Add(from, string.Join(' ', closed));
                }
            }
        }

        doors.Add("Rill.Torch.Cpu", "Rill.Torch.Gpu");
        doors.Add("Rill.Torch.Gpu", "Rill.Torch.Cpu");
        return doors;
    }

    [Theory]
    [MemberData(nameof(ClosedDoors))]
    public void Room_DoesNotSee_TheRoomsAboveAndBeside(string from, string to) => Assert.Empty(Rooms.Uses(s_torch, from, to));

    [Fact]
    public void Rooms_DoNotSee_TheTop()
    {
        var top = s_torch.GetTypes().Where(type => type.Namespace == "Rill.Torch" && !type.IsNested).Select(type => type.FullName!).ToList();

        Assert.Contains(typeof(TorchRunnerOptions).FullName, top);
        Assert.All(s_rooms.SelectMany(rooms => rooms), room => Assert.Empty(Rooms.Uses(s_torch, room, string.Join(' ', top))));
    }

    [Fact]
    public void EveryType_LivesInARoom()
    {
        var rooms = s_rooms.SelectMany(rooms => rooms).Append("Rill.Torch").ToHashSet();

        Assert.All(
            s_torch.GetTypes().Where(type => type.Namespace?.StartsWith("Rill.", StringComparison.Ordinal) == true),
            type => Assert.Contains(type.Namespace!, rooms));
    }
}
