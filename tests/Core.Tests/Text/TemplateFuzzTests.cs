using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Rill.Text;

namespace Rill.Core.Tests.Text;

/// <summary>Damaged and random templates, from a fixed seed: each gives a text or one of the two exceptions, never another, and soon.</summary>
public sealed class TemplateFuzzTests
{
    private const int Seed = 20261122;
    private static readonly TimeSpan s_budget = TimeSpan.FromSeconds(4);

    private static readonly string[] s_pieces =
    [
        "{{", "}}", "{%", "%}", "{#", "#}", "-%}", "{%-", "{{-", "-}}", "{%+", "+%}", "\n", " ", "'", "\"", "\\", "\\u12", "\\N", "(", ")", "[", "]", "{", "}",
        "|", ".", ",", ":", "=", "==", "!=", "<", ">=", "+", "-", "*", "**", "/", "//", "%", "~", "0", "1", "-1", "9223372036854775807", "1e308", "1.5", "0x", "''",
        "'a'", "'%s%d'", "'{}'", "'é🙂'", "true", "none", "if", "elif", "else", "endif", "for", "in", "endfor", "recursive", "set", "endset", "macro", "endmacro",
        "call", "endcall", "filter", "endfilter", "with", "endwith", "raw", "endraw", "generation", "endgeneration", "break", "continue", "is", "not", "and", "or",
        "messages", "message", "content", "role", "tools", "x", "loop", "loop.previtem", "namespace()", "ns", "ns.a", "range(3)", "dict(a=1)", "joiner()", "cycler(1)",
        "self", "caller()", "varargs", "kwargs", "m", "m(1)", "m(*[1])", "m(**{'a':1})", "raise_exception('r')", "strftime_now('%Y-%Q')", "tojson", "trim", "join(',')",
        "list", "length", "first", "last", "sort", "unique", "groupby('role')", "map(attribute='role')", "selectattr('content')", "reject('none')", "batch(2)", "slice(3)",
        "indent(3)", "center(9)", "truncate(3)", "replace('a','b')", "int", "float", "round(-400)", "abs", "string", "upper", "title", "dictsort", "items", "sum", "max",
        "default('')", "xmlattr", "urlencode", "striptags", "escape", "safe", "wordcount", "format(1)", "random", "attr('a')", ".split('a')", ".append(1)", ".pop()",
        ".get('a')", ".items()", ".strip()", ".format(1)", ".join(['a'])", "[0]", "[-1]", "[1:]", "[::-1]", "[::0]", "[:99999999999]", "defined", "divisibleby(0)",
        "sameas", "mapping", "{% if x %}", "{% endif %}", "{% for message in messages %}", "{% endfor %}", "{% set ns.a = 1 %}", "{% set x = ", "{{ x",
    ];

    [SkippableFact]
    public void ParseAndRender_OfDamagedTemplates_GivesATextOrAClearError()
    {
        var sources = Directory.GetFiles(Vectors.Path("chat-templates"), "*.jinja").Order().Select(File.ReadAllText).ToArray();
        var conversations = JsonElement.Parse(File.ReadAllBytes(Vectors.Path("chat-templates", "cases.json")))
            .GetProperty("conversations").EnumerateObject().Select(property => property.Value).ToArray();
        var random = new Random(Seed);
        var outcomes = Run(() => Damage(random, sources), () => conversations[random.Next(conversations.Length)]);

        Assert.True(outcomes is { Texts: > 20, Refused: > 20, Failed: > 20 }, $"{outcomes}");
    }

    [Fact]
    public void ParseAndRender_OfRandomTemplates_GivesATextOrAClearError()
    {
        var random = new Random(Seed);
        var variables = JsonElement.Parse("""{"messages":[{"role":"user","content":"a<|b|> é🙂"},{"role":"tool","content":null}],"x":{"a":[1,2.5,"t"]}}""");
        var outcomes = Run(() => Invent(random), () => variables);

        Assert.True(outcomes is { Texts: > 20, Refused: > 20, Failed: > 20 }, $"{outcomes}");
    }

    private static (int Texts, int Refused, int Failed) Run(Func<string> template, Func<JsonElement> variables)
    {
        var (texts, refused, failed) = (0, 0, 0);
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < s_budget)
        {
            var source = template();
            var given = variables().EnumerateObject().ToDictionary(property => property.Name, property => (object?)property.Value);
            var started = clock.Elapsed;
            try
            {
                ChatTemplate.Parse(source, "fuzz").Render(given);
                texts++;
            }
            catch (UnsupportedModelException)
            {
                refused++;
            }
            catch (ChatTemplateException)
            {
                failed++;
            }
            catch (Exception exception)
            {
                Assert.Fail($"{exception}\nby the template:\n{source}");
            }

            Assert.True(clock.Elapsed - started < TimeSpan.FromSeconds(90), $"Too slow:\n{source}");
        }

        return (texts, refused, failed);
    }

    /// <summary>A real template with pieces put in, taken out, doubled, or taken from another one.</summary>
    private static string Damage(Random random, string[] sources)
    {
        var source = new StringBuilder(sources[random.Next(sources.Length)]);
        for (var damage = random.Next(1, 5); damage > 0 && source.Length > 0; damage--)
        {
            var at = random.Next(source.Length);
            var length = Math.Min(random.Next(1, 40), source.Length - at);
            switch (random.Next(5))
            {
                case 0:
                    source.Insert(at, s_pieces[random.Next(s_pieces.Length)]);
                    break;
                case 1:
                    source.Remove(at, length);
                    break;
                case 2:
                    source.Insert(at, source.ToString(at, length));
                    break;
                case 3:
                    source[at] = (char)random.Next(1, 128);
                    break;
                default:
                    var other = sources[random.Next(sources.Length)];
                    source.Insert(at, other.AsSpan(random.Next(other.Length)) is var rest ? rest[..Math.Min(length, rest.Length)] : []);
                    break;
            }
        }

        return source.ToString();
    }

    private static string Invent(Random random)
    {
        var source = new StringBuilder(random.Next(2) == 0 ? "" : "{{ ");
        for (var pieces = random.Next(1, 12); pieces > 0; pieces--)
        {
            source.Append(s_pieces[random.Next(s_pieces.Length)]).Append(random.Next(3) == 0 ? "|" : " ");
        }

        return source.Append(random.Next(2) == 0 ? "" : " }}").ToString();
    }
}
