using Rill.Serving;

namespace Rill.Core.Tests.Serving;

public class EngineOptionsTests
{
    [Fact]
    public void Validate_OfTheDefaults_Succeeds()
    {
        Assert.True(new EngineOptionsValidator().Validate(null, new EngineOptions()).Succeeded);
    }

    [Fact]
    public void Validate_WithSeveralBadValues_NamesThemAll()
    {
        var result = new EngineOptionsValidator().Validate(null,
            new EngineOptions { MaxSequences = 0, TokenBudget = -1, SlowReader = (SlowReaderPolicy)9 });

        Assert.True(result.Failed);
        Assert.Contains("MaxSequences", result.FailureMessage, StringComparison.Ordinal);
        Assert.Contains("TokenBudget", result.FailureMessage, StringComparison.Ordinal);
        Assert.Contains("SlowReader", result.FailureMessage, StringComparison.Ordinal);
    }
}
