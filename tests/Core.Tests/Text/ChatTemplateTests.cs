using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Rill.Text;

namespace Rill.Core.Tests.Text;

public sealed class ChatTemplateTests
{
    /// <summary>Each template is given x = "aB-Cd " from the request; [..] marks what must come out as the request's.</summary>
    [Theory]
    [InlineData("<{{ x }}>", "<[aB-Cd ]>")]
    [InlineData("{{ '<' + x + '>' }}", "<[aB-Cd ]>")]
    [InlineData("{{ '<' ~ x ~ 1 }}", "<[aB-Cd ]1")]
    [InlineData("<{{ x | trim }}>", "<[aB-Cd]>")]
    [InlineData("<{{ x.strip('a ') }}>", "<[B-Cd]>")]
    [InlineData("<{{ x | upper }}{{ x.lower() }}{{ x | title }}{{ x | capitalize }}>", "<[AB-CD ab-cd Ab-Cd Ab-cd ]>")]
    [InlineData("<{{ x[1:3] }}{{ x[0] }}{{ x[::-1] }}>", "<[B-a dC-Ba]>")]
    [InlineData("<{{ x | first }}{{ x | last }}>", "<[a ]>")]
    [InlineData("{{ x | replace('-', '<>') }}", "[aB]<>[Cd ]")]
    [InlineData("{{ '<x>' | replace('x', x) }}", "<[aB-Cd ]>")]
    [InlineData("{{ x.split('-') | join('<>') }}", "[aB]<>[Cd ]")]
    [InlineData("{{ x.split('-') }}", "['[aB]', '[Cd ]']")]
    [InlineData("{{ x | list | join }}", "[aB-Cd ]")]
    [InlineData("{{ {'k': x} | tojson }}", "{\"k\": \"[aB-Cd ]\"}")]
    [InlineData("{{ {x: 1} }}", "{'[aB-Cd ]': 1}")]
    [InlineData("{{ '%s!' | format(x) }}{{ '%s!' % x }}{{ '{}!'.format(x) }}", "[aB-Cd ]![aB-Cd ]![aB-Cd ]!")]
    [InlineData("{{ x | indent(1, first=true) }}", " [aB-Cd ]")]
    [InlineData("{{ (x + '\r\n' + x) | indent(1) }}{{ x.replace('-', '\x85') | indent(1, true) }}", "[aB-Cd ]\n [aB-Cd ] [aB]\n [Cd ]")]
    [InlineData("{{ x | center(8) }}", " [aB-Cd ] ")]
    [InlineData("{% set y %}<{{ x }}>{% endset %}{{ y }}", "<[aB-Cd ]>")]
    [InlineData("{% macro m(v) %}<{{ v }}>{% endmacro %}{{ m(x) }}", "<[aB-Cd ]>")]
    [InlineData("{% filter upper %}<{{ x }}>{% endfilter %}", "<[AB-CD ]>")]
    [InlineData("{% set ns = namespace(v='<') %}{% set ns.v = ns.v + x %}{{ ns.v }}", "<[aB-Cd ]")]
    [InlineData("{{ x * 2 }}", "[aB-Cd aB-Cd ]")]
    [InlineData("{{ (x + '<b>') | e }}", "[aB-Cd ]&lt;b&gt;")]
    [InlineData("{% for c in x %}{{ c }}.{% endfor %}", "[a].[B].[-].[C].[d].[ ].")]
    [InlineData("{{ [x, 'b'] | sort | first }}", "[aB-Cd ]")]
    [InlineData("{{ x | length }}", "6")]
    [InlineData("{{ x | striptags }}", "[aB-Cd]")]
    [InlineData("{{ strftime_now(x) }}", "[aB-Cd ]")]
    [InlineData("{{ dict(**{x: 1}) }}", "{'[aB-Cd ]': 1}")]
    [InlineData("{{ namespace(**{x: 1}) }}", "<Namespace {'[aB-Cd ]': 1}>")]
    [InlineData("{% macro m() %}{{ kwargs }}{% endmacro %}{{ m(**{x: 1}) }}", "{'[aB-Cd ]': 1}")]
    [InlineData("{{ {x: 1} | items | list }}{{ {x: 1} | list }}{{ {x: 1}.keys() | first }}", "[('[aB-Cd ]', 1)]['[aB-Cd ]'][aB-Cd ]")]
    [InlineData("{{ [x] | unique | join }}{{ [{'k': x}] | groupby('k') | map('first') | join }}", "[aB-Cd aB-Cd ]")]
    [InlineData("{{ x | urlencode }}{{ x | truncate(5, true, '>', 0) }}{{ x.zfill(7) }}{{ x.ljust(7, '.') }}", "[aB-Cd%20aB-C]>0[aB-Cd aB-Cd ].")]
    public void Render_OfRequestText_KeepsItsOrigin(string template, string expected)
    {
        var prompt = ChatTemplate.Parse(template, "test").Render(new Dictionary<string, object?> { ["x"] = new RequestText("aB-Cd ") });

        Assert.Equal(expected, string.Concat(prompt.Runs.Select(run => run.FromRequest ? $"[{run.Text}]" : run.Text)));
    }

    [Fact]
    public void Render_OfJson_TakesStringsAndNamesForTheRequests()
    {
        var variables = new Dictionary<string, object?>
        {
            ["json"] = JsonElement.Parse("""{"<k>": ["<v>", 1, 2.50, null, true, 123456789012345678901]}"""),
            ["ours"] = "<o>",
            ["list"] = new object?[] { 1, 2L, 0.5, "s", new Dictionary<string, object?> { ["a"] = null } },
        };

        var prompt = ChatTemplate.Parse("{{ json }}{{ ours }}{{ list }}", "test").Render(variables);

        Assert.Equal(
            "{'[<k>]': ['[<v>]', 1, 2.5, None, True, 123456789012345678901]}<o>[1, 2, 0.5, 's', {'[a]': None}]",
            string.Concat(prompt.Runs.Select(run => run.FromRequest ? $"[{run.Text}]" : run.Text)));
    }

    [Fact]
    public void Render_OfALongMessage_TakesLinearTime()
    {
        var text = new string('a', 1 << 20) + string.Concat(Enumerable.Repeat("🙂", 1 << 20));
        var template = ChatTemplate.Parse("{{ x[0] }}{{ x[-1] }}{{ x|first }}{{ x|last }}{{ x[1:][:1] }}{{ x|length }}{{ x|trim|length }}", "test");

        var prompt = template.Render(new Dictionary<string, object?> { ["x"] = new RequestText(text) });

        Assert.Equal("a🙂a🙂a20971522097152", prompt.ToString());
    }

    [Theory]
    [InlineData("""["\ud800"]""")]
    [InlineData("""{"\udc00": 1}""")]
    public void Render_OfJsonThatIsNoText_SaysSo(string json)
    {
        var template = ChatTemplate.Parse("{{ x }}", "test");
        var variables = new Dictionary<string, object?> { ["x"] = JsonElement.Parse(json) };

        Assert.Contains("Unicode", Assert.Throws<ChatTemplateException>(() => template.Render(variables)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_OfATypeWithoutCounterpart_Throws()
    {
        var template = ChatTemplate.Parse("{{ x }}", "test");

        Assert.Throws<ArgumentException>(() => template.Render(new Dictionary<string, object?> { ["x"] = new Uri("http://localhost") }));
    }

    [Fact]
    public void Render_WhenTheTemplateRaises_GivesItsWords()
    {
        Assert.Equal("Roles must alternate!", Fail("{{ raise_exception('Roles must alternate!') }}"));
    }

    [Theory]
    [InlineData("{{ nothing.x }}", "'nothing' is undefined")]
    [InlineData("{{ 'a' + 1 }}", "concatenate")]
    [InlineData("{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}", "loops more than")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "deep")]
    [InlineData("{{ 'abcdefgh' * 100000000 }}", "characters")]
    [InlineData("{% for i in range(100000) %}{{ 'abcdefghij' * 100 }}{% endfor %}", "characters")]
    [InlineData("{{ ('a,' * 1000001).split(',') | length }}", "pieces")]
    [InlineData("{{ ('a' * 3000000) | list | length }}", "loops more than")]
    [InlineData("{{ 2 ** 10000000 }}", "too large")]
    [InlineData("{{ range(1000000) }}", "Range too big")]
    [InlineData("{{ ' ' | center(99999999999) }}", "characters")]
    [InlineData("{{ '%99999999d' % 1 }}", "field wider")]
    [InlineData("{% set ns = namespace() %}{% set ns.a = ns %}{{ ns }}", "too deeply")]
    [InlineData("{{ [0] * 100000000 }}", "loops more than")]
    [InlineData("{% if true %}{{ 1 | nofilter }}{% endif %}", "No filter named 'nofilter'")]
    public void Render_OfWhatFailsOrNeverEnds_SaysWhy(string template, string part)
    {
        Assert.Contains(part, Fail(template), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\n{% include 'x' %}", "line 2", "include")]
    [InlineData("{{ x | nofilter }}", "line 1", "nofilter")]
    [InlineData("{{ x is notest }}", "line 1", "notest")]
    [InlineData("{% if x %}", "line 1", "endif")]
    [InlineData("{% endif %}", "line 1", "endif")]
    [InlineData("{{ x", "line 1", "}}")]
    [InlineData("{# x", "line 1", "comment")]
    [InlineData("\n\n{{ 'x }}", "line 3", "string")]
    [InlineData("{{ (x] }}", "line 1", "]")]
    [InlineData("{{ x ? }}", "line 1", "?")]
    [InlineData("{% raw %}", "line 1", "raw")]
    [InlineData("{% for x %}{% endfor %}", "line 1", "'in'")]
    [InlineData("{% set true = 1 %}", "line 1", "true")]
    [InlineData("\n{% break %}", "line 2", "outside of a loop")]
    [InlineData("{% for i in [1] %}{% macro m() %}{% continue %}{% endmacro %}{% endfor %}", "line 1", "outside of a loop")]
    [InlineData("{% for i in [] %}{% else %}{% break %}{% endfor %}", "line 1", "outside of a loop")]
    [InlineData("{% extends 'a' %}", "line 1", "extends")]
    public void Parse_OfWhatItDoesNotKnow_NamesTemplateLineAndConstruct(string source, params string[] parts)
    {
        var exception = Assert.Throws<UnsupportedModelException>(() => ChatTemplate.Parse(source, "file.jinja"));

        Assert.All([.. parts, "file.jinja"], part => Assert.Contains(part, exception.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Parse_OfDeepNesting_RefusesInsteadOfOverflowing()
    {
        string[] sources =
        [
            "{{ " + new string('(', 10_000) + "1" + new string(')', 10_000) + " }}",
            "{{ " + new string('-', 10_000) + "1 }}",
            string.Concat(Enumerable.Repeat("{% if 1 %}", 10_000)),
        ];

        Assert.All(sources, source => Assert.Throws<UnsupportedModelException>(() => ChatTemplate.Parse(source, "test")));
    }

    [Fact]
    public void Render_OfTheTime_AsksTheGivenClock()
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2024-02-05T23:04:05Z", CultureInfo.InvariantCulture));
        time.SetLocalTimeZone(TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(2), "test", "test"));

        var prompt = ChatTemplate.Parse("{{ strftime_now('%-d %B %Y, %I %p %%') }}", "test", time).Render(new Dictionary<string, object?>());

        Assert.Equal("6 February 2024, 01 AM %", prompt.ToString());
    }

    // 5 February 2024, 23:04:05, a Monday; as glibc writes it.
    [Theory]
    [InlineData("%Y %y %C %m %d %e %H %k %I %l %M %S %j %u %w", "2024 24 20 02 05  5 23 23 11 11 04 05 036 1 1")]
    [InlineData("%G %g %V %U %W %s %F %D %T %R %r", "2024 24 06 05 06 1707174245 2024-02-05 02/05/24 23:04:05 23:04 11:04:05 PM")]
    [InlineData("%a %A %b %B %h %p %P %c", "Mon Monday Feb February Feb PM pm Mon Feb  5 23:04:05 2024")]
    [InlineData("%-d %_d %0e %-j %^a %#b %#p %6d %_6d %10Y %-D %-H", "5  5 05 36 MON FEB pm 000005      5 0000002024 02/05/24 23")]
    [InlineData("%Q %-f %K %%Y %", "%Q %-f %K %Y %")]
    public void Render_OfATime_WritesItAsStrftimeDoes(string format, string expected)
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2024-02-05T23:04:05Z", CultureInfo.InvariantCulture));

        var prompt = ChatTemplate.Parse("{{ strftime_now(f) }}", "test", time).Render(new Dictionary<string, object?> { ["f"] = format });

        Assert.Equal(expected, prompt.ToString());
    }

    private static string Fail(string template)
    {
        var parsed = ChatTemplate.Parse(template, "test");
        return Assert.Throws<ChatTemplateException>(() => parsed.Render(new Dictionary<string, object?>())).Message;
    }
}
