using System.Text.Json;

namespace Rill.Text.Tokenization;

/// <summary>Checks that ids are decoded byte by byte, which is the only way this library decodes.</summary>
internal static class DecoderReader
{
    public static void Check(TokenizerSource source)
    {
        var types = source.Find("decoder") is { } decoder ? Types(decoder).ToList() : [];
        if (types.Find(type => type is not ("ByteLevel" or "Fuse")) is { } other)
        {
            throw source.Unsupported($"the decoder {other}");
        }

        if (!types.Contains("ByteLevel"))
        {
            throw source.Unsupported("a decoder without ByteLevel");
        }
    }

    private static IEnumerable<string> Types(JsonElement decoder) => decoder.FindString("type") switch
    {
        "Sequence" => decoder.FindArray("decoders").SelectMany(Types),
        var type => [type ?? "without a type"],
    };
}
