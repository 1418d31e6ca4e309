using System.Diagnostics;
using Rill.Text;

namespace Rill.Core.Tests.Text;

/// <summary>Whatever a template computes, it ends soon, with a text or a sentence, in bounded memory and stack.</summary>
public sealed class TemplateLimitsTests
{
    public static TheoryData<string> Endless => new(
        "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
        "{% for i in [[[1]]] recursive %}{{ loop([[1]]) }}{% endfor %}",
        "{{ 'a' * 1000000000 }}",
        "{{ 'a' * 9223372036854775807 }}",
        "{{ [0] * 1000000000 }}",
        "{{ range(1000000000) }}",
        "{{ range(-9223372036854775807, 9223372036854775807) }}",
        "{{ 10 ** 1000000000 }}",
        "{{ 2 ** 65000 ** 2 }}",
        "{% set ns = namespace(n=2) %}{% for i in range(100000) %}{% set ns.n = ns.n * ns.n %}{% endfor %}",
        "{% set ns = namespace(n=2) %}{% for i in range(100000) %}{% set ns.n = ns.n + ns.n %}{% endfor %}",
        "{% set ns = namespace(s='a') %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(s='a') %}{% for i in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(100) %}{% set ns.l = ns.l + ns.l %}{% endfor %}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(100) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(100) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l | tojson }}",
        "{% set ns = namespace(a=[1], b=[1]) %}{% for i in range(100) %}{% set ns.a = [ns.a, ns.a] %}{% set ns.b = [ns.b, ns.b] %}{% endfor %}{{ ns.a == ns.b }}",
        "{% set ns = namespace() %}{% set ns.a = ns %}{{ ns }}",
        "{% set a = [] %}{% set b = [] %}{{ a.append(b) }}{{ b.append(a) }}{{ a == b }}",
        "{% set a = [] %}{{ a.append(a) }}{{ a }}",
        "{% set a = [] %}{{ a.append(a) }}{{ a | tojson }}",
        "{% set a = [] %}{{ a.append(a) }}{{ [a, a] | sort }}{{ a < a }}",
        "{% set q = [] %}{% for i in range(100000) %}{% set _ = q.append(i) %}{% endfor %}",
        "{{ 'a' | center(1000000000) }}",
        "{{ 'a'.ljust(1000000000) }}",
        "{{ 'a'.zfill(1000000000) }}",
        "{{ 'a\nb' | indent(1000000000) }}",
        "{{ {'a': [1]} | tojson(indent=1000000000) }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '%.1000000000f' % 1 }}",
        "{{ ('%s' * 100000) % 1 }}",
        "{{ '%d' % (10 ** 5000) }}",
        "{{ strftime_now('%c' * 5000000) }}",
        "{{ strftime_now('%1000d' * 1000000) }}",
        "{% for i in range(100000) %}{{ strftime_now('%c' * 1000) }}{% endfor %}",
        "{% for i in range(100000) %}{{ 10 ** 4299 }}{% endfor %}",
        "{% for i in range(100000) %}{% set x = '9' * 4300 %}{% set y = x | int %}{% endfor %}",
        "{% for i in range(100000) %}{% set x = '%.1000f' % 1e300 %}{% endfor %}",
        "{% set n = 2 ** 32000 %}{% for i in range(100000) %}{% set x = n * n %}{% endfor %}",
        "{% set n = 2 ** 65000 %}{% for i in range(100000) %}{% set x = n % 12345678901234567890123 %}{% endfor %}",
        "{% set x = ('ä' * 16000000) | urlencode %}{% set y = x ~ x %}{{ y }}",
        "{{ (x * 1000000).replace('x', '-') | list | length }}",
        "{{ ('a' * 10000000).replace('a', 'bbbbbbbb') }}",
        "{{ ('a' * 10000000).replace('', 'bb') }}",
        "{{ ('a' * 10000000).split('a') }}",
        "{{ ('a' * 10000000) | list }}",
        "{{ [1] | batch(1000000000, 0) | list }}",
        "{% for i in range(100000) %}{% set x = 'a' * 16000000 %}{% endfor %}",
        "{% set x = 'a' * 16000000 %}{% for i in range(1000000) %}{% if x is upper or x in x or x == x ~ 'b' %}{% endif %}{% endfor %}",
        "{% set x = 'a' * 16000000 %}{% for i in range(100000) %}{{ x.find('b') }}{% endfor %}",
        "{% for i in range(100000) %}{{ 'abcdefghij' * 100 }}{% endfor %}",
        "{% for i in range(100000) %}{% for j in range(9) %}{% set x = 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 %}{% endfor %}{% endfor %}");

    public static TheoryData<string, string, string> Deep => new()
    {
        { "(", "1", ")" },
        { "[", "1", "]" },
        { "{1:", "1", "}" },
        { "-", "1", "" },
        { "not ", "1", "" },
        { "1 + ", "1", "" },
        { "1 or ", "1", "" },
        { "0 or ", "1", "" },
        { "1 ** ", "1", "" },
        { "1 ~ ", "1", "" },
        { "1 == ", "1", "" },
        { "1 if 1 else ", "1", "" },
        { "", "x", ".a" },
        { "", "x", "[0]" },
        { "", "x", "[1:]" },
        { "", "x", "()" },
        { "", "x", " | string" },
        { "", "x", " if 1" },
        { "range(", "1", ")" },
        { "x[", "1", "]" },
        { "", "'a'", " 'a'" },
    };

    public static TheoryData<string, string> DeepBlocks => new()
    {
        { "{% if 1 %}", "{% endif %}" },
        { "{% for i in [1] %}", "{% endfor %}" },
        { "{% set x %}", "{% endset %}" },
        { "{% filter upper %}", "{% endfilter %}" },
        { "{% if 0 %}{% elif 1 %}", "{% endif %}" },
        { "{% macro m() %}", "{% endmacro %}" },
        { "{% with %}", "{% endwith %}" },
        { "{% call m() %}", "{% endcall %}" },
    };

    [Theory]
    [MemberData(nameof(Endless))]
    public void Render_OfWhatNeverEndsOrGrows_SaysWhySoon(string template)
    {
        var (clock, before) = (Stopwatch.StartNew(), GC.GetTotalMemory(forceFullCollection: true));

        var exception = Assert.Throws<ChatTemplateException>(
            () => Parse(template).Render(new Dictionary<string, object?> { ["x"] = new RequestText("ax") }));

        Assert.NotEmpty(exception.Message);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(60)); // a second or two on a quiet machine
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: false) - before, long.MinValue, 2L << 30);
    }

    [Theory]
    [InlineData("{% for i in range(100000) %}{{ 'abcdefghij' * 10 }}{% endfor %}")]
    [InlineData("{% for i in range(100000) %}{% set x = 1 + 1 %}{% endfor %}")]
    [InlineData("{{ strftime_now('%c' * 10000) }}")]
    [InlineData("{% for i in range(1000) %}{% set x = 10 ** 4299 %}{% endfor %}")]
    public void Render_WhenItIsCancelled_EndsOnItsWay(string template)
    {
        var parsed = Parse(template);
        Assert.NotNull(parsed.Render(new Dictionary<string, object?>(), CancellationToken.None));

        Assert.ThrowsAny<OperationCanceledException>(
            () => parsed.Render(new Dictionary<string, object?>(), new CancellationToken(canceled: true)));
    }

    [Theory]
    [MemberData(nameof(Deep))]
    public void Render_OfDeepExpressions_NeverOverflowsTheStack(string open, string inner, string close)
    {
        foreach (var depth in (int[])[100, 1_000, 30_000])
        {
            var expression = string.Concat(Enumerable.Repeat(open, depth)) + inner + string.Concat(Enumerable.Repeat(close, depth));
            RenderOrRefuse($"{{{{ {expression} }}}}");
            RenderOrRefuse($"{{% for c in {expression} %}}{{% endfor %}}");
            RenderOrRefuse($"{{% macro m(n) %}}{{{{ m(n) ~ {expression} }}}}{{{{ {expression} ~ m(n) }}}}{{% endmacro %}}{{{{ m(1) }}}}");
        }
    }

    [Theory]
    [MemberData(nameof(DeepBlocks))]
    public void Render_OfDeepBlocks_NeverOverflowsTheStack(string open, string close)
    {
        foreach (var depth in (int[])[50, 1_000, 30_000])
        {
            RenderOrRefuse(string.Concat(Enumerable.Repeat(open, depth)) + "x" + string.Concat(Enumerable.Repeat(close, depth)));
        }
    }

    [Fact]
    public void Parse_OfManyBranchesTargetsAndLines_IsQuick()
    {
        var clock = Stopwatch.StartNew();
        var branches = string.Concat(Enumerable.Repeat("{% elif 0 %}\n", 30_000));
        RenderOrRefuse("{% if 0 %}" + branches + "{% endif %}");
        RenderOrRefuse("{% for " + new string('(', 100_000) + "a in [] %}{% endfor %}");
        RenderOrRefuse(string.Concat(Enumerable.Range(0, 20_000).Select(index => $"{{% set a{index} = a{index + 1} %}}\n")) + "{% set a20000 = m.content %}");
        RenderOrRefuse("{{ " + string.Concat(Enumerable.Repeat("'a' ", 100_000)) + "}}");
        RenderOrRefuse(string.Concat(Enumerable.Repeat("{% raw %}", 50_000)));
        RenderOrRefuse(string.Concat(Enumerable.Repeat("{{", 100_000)));
        RenderOrRefuse(string.Concat(Enumerable.Repeat("{#", 100_000)));

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(60)); // about a second on a quiet machine
    }

    [Fact]
    public void Parse_OfAHugeTemplate_RefusesIt() =>
        Assert.Contains("characters", Assert.Throws<UnsupportedModelException>(() => Parse(new string('a', (1 << 20) + 1))).Message, StringComparison.Ordinal);

    [Fact]
    public void Render_ByManyThreads_GivesEachItsOwnText()
    {
        var template = Parse(
            "{% set ns = namespace(n=0) %}{% set q = [] %}{% macro m(v) %}<{{ v }}>{% endmacro %}{% for i in xs %}{% set ns.n = ns.n + i %}"
            + "{% set _ = q.append(m(i)) %}{% if loop.changed(i) %}{{ loop.cycle('a', 'b') }}{% endif %}{% endfor %}{{ ns.n }}{{ q | join }}");
        string Render(int index) =>
            template.Render(new Dictionary<string, object?> { ["xs"] = Enumerable.Repeat(index, 20).Cast<object?>().ToList() }).ToString();
        var expected = Enumerable.Range(0, 8).Select(Render).ToArray();

        var results = new string[2_000];
        Parallel.For(0, results.Length, index => results[index] = Render(index % 8));

        Assert.All(results.Index(), result => Assert.Equal(expected[result.Index % 8], result.Item));
    }

    private static ChatTemplate Parse(string template) => ChatTemplate.Parse(template, "test");

    private static void RenderOrRefuse(string template)
    {
        try
        {
            Parse(template).Render(new Dictionary<string, object?> { ["x"] = "x" });
        }
        catch (Exception exception) when (exception is ChatTemplateException or UnsupportedModelException)
        {
            Assert.NotEmpty(exception.Message);
        }
    }
}
