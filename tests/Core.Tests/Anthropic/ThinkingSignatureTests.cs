using Rill.Anthropic;

namespace Rill.Core.Tests.Anthropic;

public sealed class ThinkingSignatureTests
{
    [Theory]
    [InlineData("Hm.")]
    [InlineData("Zwei Wörter 🌊\nund eine Zeile")]
    public void TextOf_ASignatureThatCarriesIt_IsTheThought(string thinking) =>
        Assert.Equal(thinking, ThinkingSignature.TextOf(ThinkingSignature.Of(thinking, carriesText: true)));

    [Fact]
    public void Of_Text_ShowsNoneOfItAndNeedsNoEscaping()
    {
        var signature = ThinkingSignature.Of("a secret plan", carriesText: true);

        Assert.DoesNotContain("secret", signature, StringComparison.Ordinal);
        Assert.Matches("^[A-Za-z0-9._-]+$", signature);
    }

    [Theory]
    [InlineData("")]
    [InlineData("EqQBCkYIBxgC")]
    [InlineData("rill1..")]
    [InlineData("rill1.x.!")]
    [InlineData("rill1.x.aGk")]
    [InlineData("rill2.x.aGk")]
    [InlineData("rill1.x.aGk.aGk")]
    public void TextOf_WhatIsNotOurs_IsNone(string signature) => Assert.Null(ThinkingSignature.TextOf(signature));

    [Fact]
    public void TextOf_AChangedSignature_IsNone()
    {
        var signature = ThinkingSignature.Of("hello", carriesText: true);

        Assert.Null(ThinkingSignature.TextOf(signature[..^1]));
        Assert.Null(ThinkingSignature.TextOf(signature + "AAAA"));
    }

    [Fact]
    public void TextOf_ASignatureBesideItsText_IsNone() => Assert.Null(ThinkingSignature.TextOf(ThinkingSignature.Of("hello", carriesText: false)));
}
