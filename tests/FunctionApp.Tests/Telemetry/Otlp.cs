using Google.Protobuf;

namespace Rill.FunctionApp.Tests.Telemetry;

/// <summary>A span as it was exported.</summary>
internal sealed record OtlpSpan(string Name, int Kind, string TraceId, string SpanId, string ParentId, IReadOnlyDictionary<string, object?> Attributes);

/// <summary>Reads as much of OpenTelemetry's protobuf messages as the tests ask about (opentelemetry-proto 1.x, field numbers from its files).</summary>
internal static class Otlp
{
    /// <summary>The spans of an ExportTraceServiceRequest.</summary>
    public static IEnumerable<OtlpSpan> Spans(byte[] request) => Scopes(request).SelectMany(scope => Messages(scope, 2)).Select(span => new OtlpSpan(
        Text(span, 5),
        (int)Numbers(span, 6).Single(),
        Convert.ToHexStringLower(Messages(span, 1).Single()),
        Convert.ToHexStringLower(Messages(span, 2).Single()),
        Convert.ToHexStringLower(Messages(span, 4).SingleOrDefault() ?? []),
        Attributes(span, 9)));

    /// <summary>Names of the metrics of an ExportMetricsServiceRequest.</summary>
    public static IEnumerable<string> MetricNames(byte[] request) => Scopes(request).SelectMany(scope => Messages(scope, 2)).Select(metric => Text(metric, 1));

    /// <summary>Texts of the log records of an ExportLogsServiceRequest.</summary>
    public static IEnumerable<string> LogBodies(byte[] request) =>
        Scopes(request).SelectMany(scope => Messages(scope, 2)).SelectMany(record => Messages(record, 5)).Select(body => Text(body, 1));

    /// <summary>The attributes of the resource that sent any of the three requests.</summary>
    public static IReadOnlyDictionary<string, object?> Resource(byte[] request) => Attributes(Messages(Messages(request, 1).First(), 1).Single(), 1);

    private static IEnumerable<byte[]> Scopes(byte[] request) => Messages(request, 1).SelectMany(resource => Messages(resource, 2));

    private static Dictionary<string, object?> Attributes(byte[] message, int field) =>
        Messages(message, field).ToDictionary(pair => Text(pair, 1), pair => Value(Messages(pair, 2).Single()));

    private static object? Value(byte[] value) =>
        Messages(value, 1).FirstOrDefault() is { } text ? System.Text.Encoding.UTF8.GetString(text)
        : Numbers(value, 2).Any() ? Numbers(value, 2).Single() != 0
        : Numbers(value, 3).Any() ? (object)(long)Numbers(value, 3).Single()
        : null;

    private static string Text(byte[] message, int field) =>
        Messages(message, field).FirstOrDefault() is { } bytes ? System.Text.Encoding.UTF8.GetString(bytes) : "";

    private static IEnumerable<byte[]> Messages(byte[] message, int field) => Fields(message).Where(entry => entry.Field == field && entry.Bytes is not null).Select(entry => entry.Bytes!);

    private static IEnumerable<ulong> Numbers(byte[] message, int field) => Fields(message).Where(entry => entry.Field == field && entry.Bytes is null).Select(entry => entry.Number);

    private static List<(int Field, byte[]? Bytes, ulong Number)> Fields(byte[] message)
    {
        var fields = new List<(int, byte[]?, ulong)>();
        var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag && tag != 0)
        {
            var field = WireFormat.GetTagFieldNumber(tag);
            switch (WireFormat.GetTagWireType(tag))
            {
                case WireFormat.WireType.LengthDelimited: fields.Add((field, input.ReadBytes().ToByteArray(), 0)); break;
                case WireFormat.WireType.Varint: fields.Add((field, null, input.ReadUInt64())); break;
                default: input.SkipLastField(); break;
            }
        }

        return fields;
    }
}
