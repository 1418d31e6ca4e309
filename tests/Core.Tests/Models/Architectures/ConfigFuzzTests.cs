using System.Text.Json.Nodes;
using Rill.Models;

namespace Rill.Core.Tests.Models.Architectures;

/// <summary>
/// A config.json whose author is not trusted: whatever is changed in a published one, it is read or refused with one sentence, in little time
/// and memory. RILL_FUZZ_CONFIGS sets how many changed files each published one gives; 10,000 for a night.
/// </summary>
public sealed class ConfigFuzzTests
{
    private const long MostBytes = 1L << 30;
    private static readonly int s_files = FuzzedModel.FilesOfEach;

    // Becomes half of a pair of surrogates, which a JsonNode cannot hold.
    private const string Surrogate = "surrogate-here";

    private static readonly Func<JsonNode?>[] s_values =
    [
        () => null, () => 0, () => -1, () => 1, () => 2, () => 3, () => 7, () => int.MaxValue, () => 2_147_483_648, () => long.MaxValue, () => 1e308, () => -0.5, () => 1e-300,
        () => 0.5, () => true, () => false, () => "", () => "yarn", () => Surrogate, () => "full_attention", () => "silu", () => new JsonArray(), () => new JsonArray(1, 2, 3),
        () => new JsonArray("sliding_attention"), () => new JsonObject(), () => new JsonObject { ["rope_type"] = "linear", ["factor"] = 0 },
        () => new JsonArray([.. Enumerable.Repeat(0, 5_000).Select(zero => (JsonNode?)zero)]),
    ];

    public static TheoryData<string> Folders => [.. Vectors.Folders("architectures")];

    [SkippableTheory]
    [MemberData(nameof(Folders))]
    public void Read_OfAChangedConfig_SucceedsOrSaysWhy(string name)
    {
        var published = File.ReadAllText(Path.Combine(Vectors.Path("architectures", name), "config.json"));
        var random = new Random(name.Length * 131 + name[0]);
        for (var file = 0; file < s_files; file++)
        {
            var config = JsonNode.Parse(published)!.AsObject();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                Change(config, random);
            }

            Read(config.ToJsonString().Replace(Surrogate, "\\ud800", StringComparison.Ordinal));
        }
    }

    private static void Read(string json)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            var spec = ArchitectureRegistry.Read(ModelConfig.Parse(json));
            foreach (var _ in DecoderTensors.Of(spec).Take(100))
            {
                // The first ones are what a load looks for before it finds that the weights lack them.
            }

            foreach (var rotary in spec.Rotaries.OfType<RotarySpec>().Distinct())
            {
                Assert.All(rotary.InverseFrequencies(spec.HeadDim), frequency => Assert.True(float.IsFinite(frequency), json));
            }
        }
        catch (ModelFormatException refused)
        {
            Assert.DoesNotContain('\n', refused.Message);
            Assert.InRange(refused.Message.Length, 20, 2_500);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
    }

    /// <summary>Changes, adds or takes away a field somewhere.</summary>
    private static void Change(JsonObject config, Random random)
    {
        var target = config;
        while (random.Next(3) > 0 && target.Select(field => field.Value).OfType<JsonObject>().ToList() is { Count: > 0 } inner)
        {
            target = inner[random.Next(inner.Count)];
        }

        if (target.Count == 0)
        {
            return;
        }

        var field = target.ElementAt(random.Next(target.Count)).Key;
        if (random.Next(5) == 0)
        {
            target.Remove(field);
            return;
        }

        target[field] = s_values[random.Next(s_values.Length)]();
    }
}
