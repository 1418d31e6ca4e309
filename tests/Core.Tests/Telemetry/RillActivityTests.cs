using System.Diagnostics;
using Rill.Telemetry;

namespace Rill.Core.Tests.Telemetry;

public class RillActivityTests
{
    [Fact]
    public void StartChat_WithoutAListener_CostsNothing()
    {
        using var activity = RillActivity.StartChat("m", new ChatSpanRequest());
        RillActivity.Complete(activity, "id", ["stop"], 1, 2, 0, null);
        RillActivity.Fail(activity, "x");
    }

    [Fact]
    public void StartChat_WithAListener_MakesAnInternalSpanUnderTheConventionsNames()
    {
        using var listener = Listen();

        using var activity = RillActivity.StartChat("tiny", new ChatSpanRequest { Stream = true, MaxTokens = 7, Temperature = 0.5 })!;
        RillActivity.Complete(activity, "chatcmpl-1", ["stop"], 10, 5, 8, TimeSpan.FromMilliseconds(250));

        Assert.Equal(("chat tiny", ActivityKind.Internal), (activity.DisplayName, activity.Kind));
        var tags = activity.TagObjects.ToDictionary();
        Assert.Equal("chat", tags["gen_ai.operation.name"]);
        Assert.Equal("rill", tags["gen_ai.provider.name"]);
        Assert.Equal("tiny", tags["gen_ai.request.model"]);
        Assert.Equal(true, tags["gen_ai.request.stream"]);
        Assert.Equal(7, tags["gen_ai.request.max_tokens"]);
        Assert.Equal(10, tags["gen_ai.usage.input_tokens"]);
        Assert.Equal(5, tags["gen_ai.usage.output_tokens"]);
        Assert.Equal(8, tags["gen_ai.usage.cache_read.input_tokens"]);
        Assert.Equal(0.25, tags["gen_ai.response.time_to_first_chunk"]);
        Assert.DoesNotContain("gen_ai.request.seed", tags.Keys);    // null is left out
    }

    [Fact]
    public void StartEmbeddings_WithAListener_MakesASpanOfItsOwnOperation()
    {
        using var listener = Listen();

        using var activity = RillActivity.StartEmbeddings("tiny", "base64", 256)!;
        RillActivity.CompleteEmbeddings(activity, 12);

        Assert.Equal(("embeddings tiny", ActivityKind.Internal), (activity.DisplayName, activity.Kind));
        var tags = activity.TagObjects.ToDictionary();
        Assert.Equal("embeddings", tags["gen_ai.operation.name"]);
        Assert.Equal(["base64"], Assert.IsType<string[]>(tags["gen_ai.request.encoding_formats"]));
        Assert.Equal((256, 12), (tags["gen_ai.embeddings.dimension.count"], tags["gen_ai.usage.input_tokens"]));
    }

    [Fact]
    public void Fail_NotesTheErrorCode()
    {
        using var listener = Listen();
        using var activity = RillActivity.StartChat("tiny", new ChatSpanRequest())!;

        RillActivity.Fail(activity, "deadline_exceeded");

        Assert.Equal(ActivityStatusCode.Error, activity.Status);
        Assert.Equal("deadline_exceeded", activity.GetTagItem("error.type"));
    }

    private static ActivityListener Listen()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == RillActivity.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
