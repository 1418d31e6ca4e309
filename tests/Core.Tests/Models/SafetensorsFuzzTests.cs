using System.Buffers.Binary;
using System.Text;
using Rill.Core.Tests.Text;

namespace Rill.Core.Tests.Models;

/// <summary>Changed safetensors headers, of packed checkpoints, which make most of them.</summary>
public sealed class SafetensorsFuzzTests : IDisposable
{
    private const int LengthPrefix = 8;
    private const string Written = "written here";

    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<string> Folders => [Written, .. Vectors.Folders("checkpoints")];

    public void Dispose() => _directory.Dispose();

    [SkippableTheory]
    [MemberData(nameof(Folders))]
    public void Read_OfAChangedHeader_SucceedsOrSaysWhy(string name)
    {
        Place(name);
        var file = File.ReadAllBytes(_directory.File("model.safetensors"));
        Assert.True(FuzzedModel.IsRead(_directory.Path, name));

        var random = new Random(name.Length * 131 + name[0]);
        for (var change = 0; change < FuzzedModel.FilesOfEach; change++)
        {
            File.WriteAllBytes(_directory.File("model.safetensors"), Change(file, random));
            FuzzedModel.IsRead(_directory.Path, $"{name}, change {change}");
        }
    }

    private void Place(string name)
    {
        if (name == Written)
        {
            WrittenCheckpoint.Write(_directory);
            return;
        }

        foreach (var file in (string[])["config.json", "model.safetensors"])
        {
            File.Copy(Path.Combine(Vectors.Path("checkpoints", name), file), _directory.File(file));
        }
    }

    /// <summary>Damages the header as text and says its new length, or anything before the data.</summary>
    private static byte[] Change(byte[] file, Random random)
    {
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        if (random.Next(3) == 0)
        {
            return BinaryDamage.Of(file, LengthPrefix + length, random);
        }

        var header = Encoding.UTF8.GetBytes(JsonDamage.Of(Encoding.UTF8.GetString(file, LengthPrefix, length), random));
        return [.. BitConverter.GetBytes((long)header.Length), .. header, .. file.AsSpan(LengthPrefix + length)];
    }
}
