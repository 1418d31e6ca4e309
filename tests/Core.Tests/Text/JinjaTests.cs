using System.Text.Json;
using Rill.Text;

namespace Rill.Core.Tests.Text;

/// <summary>The language itself, in small pieces; the expected texts are Python's.</summary>
public sealed class JinjaTests
{
    [Theory]
    [InlineData("a\n{% if true %}\nb\n{% endif %}\nc\n", "a\nb\nc")]
    [InlineData("a \n  {%- if true -%} \n b {%- endif %}", "ab")]
    [InlineData("  {%+ if true +%}\nx{% endif %}", "  \nx")]
    [InlineData("a {#- note -#} b{# note #}\nc", "abc")]
    [InlineData("  {{ 1 }}  \n{{- 2 }}", "  12")]
    [InlineData("{% raw %}{{ x }}{% endraw %}!", "{{ x }}!")]
    [InlineData("{%- raw -%} {{ x }} {%- endraw -%} !", "{{ x }}!")]
    [InlineData("a\r\nb", "a\nb")]
    [InlineData("{ {a} {{ '}}' }}", "{ {a} }}")]
    [InlineData("{{ {'a': {'b': 1}}['a']['b'] }}", "1")]
    public void Render_OfWhitespaceControl_FollowsJinja(string template, string expected) => Check(template, expected);

    [Theory]
    [InlineData("{{ 1 + 2 * 3 - 8 / 4 }}", "5.0")]
    [InlineData("{{ -7 // 2 }} {{ -7 % 3 }} {{ 2 ** 3 ** 2 }} {{ 7.5 // 2 }} {{ 7.5 % 2 }}", "-4 2 64 3.0 1.5")]
    [InlineData("{{ 0x1F }} {{ 1_000 }} {{ 1e3 }} {{ 1.5e-7 }} {{ 1e16 }} {{ 0.1 + 0.2 }}", "31 1000 1000.0 1.5e-07 1e+16 0.30000000000000004")]
    [InlineData("{{ 9223372036854775807 + 1 }} {{ 9223372036854775808 - 1 }}", "9223372036854775808 9223372036854775807")]
    [InlineData("{{ 1 < 2 < 3 }} {{ 1 < 2 > 3 }} {{ 'a' in 'cat' }} {{ 4 not in [1, 2] }} {{ 1 == 1.0 == true }}", "True False True True True")]
    [InlineData("{{ not 1 == 2 }} {{ 0 or '' or 'x' }} {{ 1 and 'y' }} {{ none or false }}", "True x y False")]
    [InlineData("{{ 'a' if false }}|{{ 'a' if false else 'b' if false else 'c' }}", "|c")]
    [InlineData("{{ 'a' 'b' ~ 1 ~ none ~ 2.0 }}", "ab1None2.0")]
    [InlineData(@"{{ 'tab\there \x41\u00e9\U0001F642\101 \q \'' }}", "tab\there Aé🙂A \\q '")]
    [InlineData("{{ [1, 'a', none, true, 1.0, (1,), (), {'k': []}] }}", "[1, 'a', None, True, 1.0, (1,), (), {'k': []}]")]
    [InlineData("""{{ ["it's", 'say "hi"', 'both \' and "', "a\nb\\\x01é"] }}""", """["it's", 'say "hi"', 'both \' and "', 'a\nb\\\x01é']""")]
    [InlineData("{{ [3, 1][0] }} {{ [1, 2, 3][-1] }} {{ 'héllo'[1:3] }} {{ [1, 2, 3, 4][::2] }} {{ [1, 2, 3][::-1] }}", "3 3 él [1, 3] [3, 2, 1]")]
    [InlineData("{{ '🙂a'|length }}{{ '🙂a'[1] }}{{ 'a🙂b'[-2:] }}{{ 'a🙂'[::-1] }}", "2a🙂b🙂a")]
    [InlineData("{{ x.y is defined }} {{ x.y }}|{{ missing }}|{{ missing is undefined }}", "False ||True")]
    [InlineData("{{ x.items() | list }} {{ x['items'] is defined }} {{ x.get('k') }} {{ x.get('z', 5) }} {{ x.k }}", "[('k', 1)] True 1 5 1")]
    [InlineData("{{ {1: 'a', 1.0: 'b', true: 'c'} }}", "{1: 'c'}")]
    [InlineData("{{ dict([('a', 1)], b=2) }} {{ dict(a=1, **{'c': 3}) }} {{ range(*[1, 4]) | list }}", "{'a': 1, 'b': 2} {'a': 1, 'c': 3} [1, 2, 3]")]
    public void Evaluate_OfExpressions_FollowsPython(string template, string expected) => Check(template, expected);

    [Theory]
    [InlineData("{% for i in [1, 2, 3] if i != 2 %}{{ loop.index }}/{{ loop.length }}:{{ i }}{{ ',' if not loop.last }}{% endfor %}", "1/2:1,2/2:3")]
    [InlineData("{% for i in [] %}x{% else %}none{% endfor %}", "none")]
    [InlineData("{% for k, (a, b) in [['x', [1, 2]]] %}{{ k }}{{ a }}{{ b }}{% endfor %}", "x12")]
    [InlineData("{% for i in range(9) %}{% if i == 2 %}{% continue %}{% elif i == 4 %}{% break %}{% endif %}{{ i }}{% endfor %}", "013")]
    [InlineData("{% for i in 'ab' %}{{ loop.previtem }}{{ i }}{{ loop.nextitem }}{{ loop.cycle(1, 2) }}{{ loop.revindex }} {% endfor %}", "ab12 ab21 ")]
    [InlineData("{% for n in [[1, [[2, []]]]] recursive %}{{ n[0] }}@{{ loop.depth }}{{ loop(n[1]) }}{% endfor %}", "1@12@2")]
    [InlineData("{% set v = 1 %}{% for i in [1] %}{% set v = 2 %}{{ v }}{% endfor %}{{ v }}", "21")]
    [InlineData("{% if true %}{% set v = 2 %}{% endif %}{{ v }}", "2")]
    [InlineData("{% set ns = namespace(n=0) %}{% for i in [1, 2] %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}", "3")]
    [InlineData("{% set a, b = 1, 2 %}{{ b }}{{ a }}{% set t | upper | trim %} x {% endset %}{{ t }}", "21X")]
    [InlineData("{% macro m(a, b='d') %}[{{ a }}{{ b }}{{ varargs }}{{ kwargs }}]{% endmacro %}{{ m(1) }}{{ m(1, 2, 3, k=4) }}", "[1d(){}][12(3,){'k': 4}]")]
    [InlineData("{% macro m() %}<{{ caller(1) }}>{% endmacro %}{% call(v) m() %}{{ v }}!{% endcall %}", "<1!>")]
    [InlineData("{% macro m() %}{{ later }}{% endmacro %}{% set later = 1 %}{{ m() }}", "1")]
    [InlineData("{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}{{ a is defined }}", "12False")]
    [InlineData("{% filter upper %}a{% endfilter %}{% generation %}b{% endgeneration %}", "Ab")]
    [InlineData("{% set j = joiner('; ') %}{{ j() }}a{{ j() }}b{% set c = cycler(1, 2) %}{{ c.next() }}{{ c.next() }}{{ c.current }}", "a; b121")]
    public void Execute_OfStatements_FollowsJinja(string template, string expected) => Check(template, expected);

    [Theory]
    [InlineData("{{ '\n a \n'.lstrip('\n') }}|{{ 'xax'.strip('x') }}|{{ ' a '.rstrip() }}|", " a \n|a| a|")]
    [InlineData("{{ 'a,b,,c'.split(',') }}{{ ' a  b '.split() }}{{ 'a b c'.split(maxsplit=1) }}{{ 'a,b,c'.rsplit(',', 1) }}", "['a', 'b', '', 'c']['a', 'b']['a', 'b c']['a,b', 'c']")]
    [InlineData("{{ 'abc'.startswith(('x', 'a')) }}{{ 'abc'.endswith('c') }}{{ 'aXa'.find('a') }}{{ 'aXa'.rfind('a') }}{{ 'aa'.count('a') }}", "TrueTrue022")]
    [InlineData("{{ 'abab'.replace('a', 'x', 1) }}{{ 'ab'.replace('', '-') }}{{ 'a-b'.partition('-') }}{{ 'a\nb\r\n'.splitlines() }}", "xbab-a-b-('a', '-', 'b')['a', 'b']")]
    [InlineData("{{ 'ab cd'.title() }}{{ 'AB'.lower() }}{{ 'ß'.upper() }}{{ 'aB'.swapcase() }}{{ 'ab'.isalpha() }}{{ '1'.isdigit() }}", "Ab CdabSSAbTrueTrue")]
    [InlineData("{{ '7'.zfill(3) }}{{ 'a'.ljust(3, '.') }}{{ 'a'.rjust(3) }}{{ 'abc'.removeprefix('a').removesuffix('c') }}", "007a..  ab")]
    [InlineData("{{ '{} {} {k} {{}}'.format(1, 2, k=3) }}{{ '%05.1f|%-3s|%+d|%x' % (2.25, 'a', 5, 255) }}", "1 2 3 {}002.2|a  |+5|ff")]
    [InlineData("{{ [1, 2, 1].index(2) }}{{ [1, 1].count(1) }}{{ 255 .bit_length() }}", "128")]
    public void Call_OfMethods_FollowsPython(string template, string expected) => Check(template, expected);

    [Theory]
    [InlineData("{{ missing | default('d') }}{{ '' | default('d') }}{{ '' | default('d', true) }}{{ none | d('x', boolean=true) }}", "ddx")]
    [InlineData("{{ [1, 2] | tojson }} {{ {'a': 'é<\"', 'b': none} | tojson }} {{ 'é' | tojson(ensure_ascii=true) }}", "[1, 2] {\"a\": \"é<\\\"\", \"b\": null} \"\\u00e9\"")]
    [InlineData("{{ {'b': [1, {}], 'a': []} | tojson(indent=1, sort_keys=true) }}", "{\n \"a\": [],\n \"b\": [\n  1,\n  {}\n ]\n}")]
    [InlineData("{{ [1.0, 1e20, true] | tojson(separators=(',', ':')) }}", "[1.0,1e+20,true]")]
    [InlineData("{{ ms | map(attribute='r') | join(',') }} {{ ms | selectattr('r', 'equalto', 'u') | list | length }} {{ ms | rejectattr('n') | list | length }}", "u,a 1 1")]
    [InlineData("{{ [1, 2, 3] | select('odd') | list }}{{ [0, 1] | reject | list }}{{ ['a'] | map('upper') | list }}{{ none | map('upper') | list }}", "[1, 3][0]['A'][]")]
    [InlineData("{{ ['b', 'A'] | sort }}{{ [2, 1] | sort(reverse=true) }}{{ {'b': 1, 'a': 2} | dictsort }}{{ ['a', 'A'] | unique | list }}", "['A', 'b'][2, 1][('a', 2), ('b', 1)]['a']")]
    [InlineData("{{ ms | groupby('r') | map('first') | list }}{{ ms | sum(attribute='n') }}{{ [1, 3] | max }}{{ [1, 3] | min }}", "['a', 'u']131")]
    [InlineData("{{ [{'k': 'b'}, {'k': 'A'}, {'k': 'a'}, {}] | groupby('k', default='B') }}", "[('A', [{'k': 'A'}, {'k': 'a'}]), ('b', [{'k': 'b'}, {}])]")]
    [InlineData("{{ [1, 2, 3] | batch(2, 0) | list }}{{ [1, 2, 3] | slice(2) | list }}{{ [1, 2] | reverse | list }}{{ 'ab' | reverse }}", "[[1, 2], [3, 0]][[1, 2], [3]][2, 1]ba")]
    [InlineData("{{ '42' | int + 1 }}{{ 'x' | int(7) }}{{ '3.9' | int }}{{ '0x1f' | int(base=16) }}{{ '1.5' | float }}{{ 2.5 | round }}{{ 7 | round }}{{ -3 | abs }}", "4373311.52.073")]
    [InlineData("{{ 2.675 | round(2) }} {{ 0.125 | round(2) }} {{ '%.2f' % 0.125 }} {{ '%.0f' % 2.5 }} {{ '%.3f' % 1e15 }} {{ 1234 | round(-2) }}", "2.67 0.12 0.12 2 1000000000000000.000 1200")]
    [InlineData("{{ 'a\nb' | indent }}|{{ 'a b c' | wordcount }}|{{ 'long text here' | truncate(8) }}|{{ '<a>' | e }}|{{ 'a b/c' | urlencode }}", "a\n    b|3|long...|&lt;a&gt;|a%20b/c")]
    [InlineData("{{ ('<' | safe) + '>' }}{{ '<' + '>' }}", "<&gt;<>")]
    [InlineData("{{ [[1], [2]] | sum(start=[]) }}{{ 'abc' | first }}{{ [1, 2] | last }}{{ [] | first is defined }}{{ x | items | list }}", "[1, 2]a2False[('k', 1)]")]
    [InlineData("{{ {'a': 1, 'b': none, 'c': '<'} | xmlattr }}{{ {} | xmlattr }}{{ {'a': 1} | xmlattr(false) }}", " a=\"1\" c=\"&lt;\"a=\"1\"")]
    [InlineData("{{ '<b>x</b> <!-- <i> -->y &lt; <' | striptags }}", "x y < <")]
    [InlineData("{{ [7] | random }}{{ [] | random is defined }}{{ self }}{{ 'Straße'.casefold() }}{{ (2.0).is_integer() }}", "7False<TemplateReference None>strasseTrue")]
    [InlineData("{% macro m(a, b) %}{{ kwargs }}{% endmacro %}{{ m.name }}{{ m.arguments }}{{ m.catch_kwargs }}{{ m.catch_varargs }}", "m('a', 'b')TrueFalse")]
    [InlineData("{% set q = [1] %}{{ q.append(2) }}{{ q }}{{ q.pop() }}{{ q.pop(0) }}{{ q }}{% set c = q.copy() %}{{ c.append(3) }}{{ q }}{{ c }}", "None[1, 2]21[]None[][3]")]
    [InlineData("{% set q = [1, 2] %}{% for i in q %}{% set _ = q.append(i) %}{% endfor %}{{ q }}", "[1, 2, 1, 2]")]
    [InlineData("{{ 'abc'[1::9223372036854775807] }}{{ 'a🙂c'[::-2] }}", "bca")]
    [InlineData("{{ '{}' | format }}{{ ('9' * 5000) | int }}{{ range(-9223372036854775807, -9223372036854775806) | length }}", "{}01")]
    [InlineData("a\r\nb\u2028c\x85d\r", "a\nb\u2028c\x85d")]
    [InlineData("{{ ' a  b c '.split(none, 1) }}{{ ' a b  c '.rsplit(none, 1) }}{{ 'a b'.rsplit(none, 5) }}", "['a', 'b c '][' a b', 'c']['a', 'b']")]
    [InlineData("{{ 'abcabc'.find('c', 3) }}{{ 'abcabc'.index('a', -3) }}{{ 'abcabc'.rfind('a', 0, 3) }}{{ 'abcabc'.count('c', 3) }}{{ 'ab'.startswith('b', 1) }}{{ 'ab'.endswith('a', 0, 1) }}{{ 'ab'.find('b', 0, 1) }}", "5301TrueTrue-1")]
    public void Apply_OfFilters_FollowsJinja(string template, string expected) => Check(template, expected);

    [Theory]
    [InlineData("{{ 1 is number and 'a' is string and x is mapping and [] is sequence and 'a' is iterable and none is none }}", "True")]
    [InlineData("{{ true is boolean }}{{ true is number }}{{ 1 is integer }}{{ true is integer }}{{ 1.0 is float }}{{ 1 is true }}", "TrueTrueTrueFalseTrueFalse")]
    [InlineData("{{ 3 is odd }}{{ 3 is divisibleby 3 }}{{ 2 is gt 1 }}{{ 'a' is in ['a'] }}{{ 1 is not eq 2 }}{{ missing is none }}", "TrueTrueTrueTrueTrueFalse")]
    [InlineData("{{ 3.0 is odd }}{{ 2 is eq 2 is true }}{{ missing is callable }}{{ 1 is none if 1 else 2 }}", "TrueTrueTrueFalse")]
    [InlineData("{{ range is callable }}{{ 'A' is upper }}{{ 'a' is lower }}{{ 1 is sameas 1 }}{{ 'trim' is filter }}{{ x is defined and x.k == 1 }}", "TrueTrueTrueTrueTrueTrue")]
    public void Test_OfValues_FollowsJinja(string template, string expected) => Check(template, expected);

    [Theory]
    [InlineData("{{ [].extend([1]) }}", "unsafe")]
    [InlineData("{{ (1, 2).append(3) }}", "has no attribute 'append'")]
    [InlineData("{{ [].pop() }}", "pop from empty list")]
    [InlineData("{{ [1].pop(1) }}", "out of range")]
    [InlineData("{{ {'a b': 1} | xmlattr }}", "Invalid character in attribute name")]
    [InlineData("{{ '%d' % ('inf' | float) }}", "infinity")]
    [InlineData("{{ 10 ** 5000 }}", "4300 digits")]
    [InlineData("{{ 10 ** 400 / 2.0 }}", "too large to convert")]
    [InlineData("{{ 'a'() }}", "'str' object is not callable")]
    [InlineData("{{ none | length }}", "object of type 'NoneType' has no len()")]
    [InlineData("{% for i in 5 %}{% endfor %}", "'int' object is not iterable")]
    [InlineData("{% for a, b in [[1]] %}{% endfor %}", "not enough values to unpack")]
    [InlineData("{{ x.k.z.z }}", "'int object' has no attribute 'z'")]
    [InlineData("{% set x.k = 1 %}", "non-namespace")]
    [InlineData("{{ 1 < 'a' }}", "'<' not supported between instances of 'int' and 'str'")]
    [InlineData("{{ {[]: 1} }}", "unhashable type: 'list'")]
    [InlineData("{{ missing | tojson }}", "not JSON serializable")]
    [InlineData("{{ 'a' | trim(1, 2) }}", "at most")]
    [InlineData("{{ missing | int }}", "'missing' is undefined")]
    [InlineData("{{ 5 | indent }}", "must be str, not int")]
    [InlineData("{{ 'a' % 1 }}", "not all arguments converted")]
    [InlineData("{{ 0 ** -1 }}", "division")]
    [InlineData("{{ 'a' | trim(z=1) }}", "'z'")]
    [InlineData("{{ 'a'.split('') }}", "empty separator")]
    [InlineData("{{ 1 // 0 }}", "division")]
    [InlineData("{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}", "takes not more than 1")]
    [InlineData("{{ ['a', 1] | sort }}", "not supported")]
    [InlineData("{{ '%d' % 'a' }}", "number")]
    public void Render_OfWhatPythonRefuses_FailsInItsWords(string template, string part)
    {
        var exception = Assert.Throws<ChatTemplateException>(() => Render(template));

        Assert.Contains(part, exception.Message, StringComparison.Ordinal);
    }

    private static void Check(string template, string expected) => Assert.Equal(expected, Render(template));

    private static string Render(string template) => ChatTemplate.Parse(template, "test").Render(new Dictionary<string, object?>
    {
        ["x"] = JsonElement.Parse("""{"k": 1}"""),
        ["ms"] = JsonElement.Parse("""[{"r": "u", "n": 0}, {"r": "a", "n": 1}]"""),
    }).ToString();
}
