using System.Diagnostics;
using System.Text.RegularExpressions;
using Rill.Text.Grammar;
using Rill.Text.Grammar.Gbnf;
using Rill.Text.Grammar.Machines;

namespace Rill.Core.Tests.Text.Grammar;

/// <summary>Grammars that clients write themselves, in GBNF.</summary>
public sealed class GbnfTests
{
    private const string Arithmetic = """
        # sums of products, with parentheses
        root    ::= sum "\n"
        sum     ::= product ([-+] product)*
        product ::= factor ([*/] factor)*
        factor  ::= [0-9]{1,3} | name
                  | "(" sum ")"   # over several lines
        name    ::= [a-z_]+
        """;

    private const string Json = """
        root   ::= object
        value  ::= object | array | string | number | "true" | "false" | "null"
        object ::= "{" ws (string ":" ws value ("," ws string ":" ws value)*)? "}" ws
        array  ::= "[" ws (value ("," ws value)*)? "]" ws
        string ::= "\"" ([^"\\\x00-\x1F] | "\\" (["\\bfnrt/] | "u" [0-9a-fA-F]{4}))* "\"" ws
        number ::= "-"? ("0" | [1-9] [0-9]{0,15}) ("." [0-9]+)? ([eE] [-+]? [0-9]+)? ws
        ws     ::= [ \t\n]{0,2}
        """;

    [Theory]
    [InlineData(Arithmetic, "1+2*(x-40)\n", true)]
    [InlineData(Arithmetic, "((((a))))\n", true)]
    [InlineData(Arithmetic, "1+2*(x-40\n", false)]
    [InlineData(Arithmetic, "1234\n", false)]
    [InlineData(Arithmetic, "1+\n", false)]
    [InlineData(Arithmetic, "1", false)]
    [InlineData(Json, """{"a": [1, -2.5e3, {"b\"\u00e9": null}], "é": ""}""", true)]
    [InlineData(Json, """{"a": [1, 02]}""", false)]
    [InlineData(Json, """{"a": "\x"}""", false)]
    [InlineData("root ::= \"SELECT \" column \" from \" table\ncolumn ::= \"a_1\" | \"b\"\ntable ::= \"t\"", "SELECT a_1 from t", true)]
    [InlineData("root ::= \"a\" | \"\"", "", true)]
    [InlineData("root ::= \"a\" |", "", true)]
    [InlineData("root ::= [^a-c\\]x-]{2,3} .", "é]]", false)]
    [InlineData("root ::= [^a-c\\]x-]{2,3} .", "édy\n", true)]
    [InlineData("root ::= [^a-c\\]x-]{2,3} .", "ed", false)]
    [InlineData("root ::= \"\\u00e9\\U0001F600\\x41\"", "é😀A", true)]
    [InlineData("root ::= pair{2,}\npair ::= \"(\" pair* \")\"", "()(()())()", true)]
    [InlineData("root ::= pair{2,}\npair ::= \"(\" pair* \")\"", "(()())", false)]
    [InlineData("root ::= pair{,2}\npair ::= \"(\" pair{0,2} \")\"", "(()())()", true)]
    [InlineData("root ::= pair{,2}\npair ::= \"(\" pair{0,2} \")\"", "(()()())", false)]
    [InlineData("root ::= pair{3}\npair ::= \"(\" pair? \")\"", "()(())()", true)]
    [InlineData("root ::= ((\"a\")? empty*)+ \"b\"\nempty ::= \"\" | empty-too\nempty-too ::= \"c\"?", "acab", true)]
    [InlineData("root ::= item root | item\nitem ::= \"x\" | \"(\" root \")\"", "xx(x(xx))", true)]
    public void Grammar_AcceptsItsTexts(string grammar, string text, bool isRight) => Assert.Equal(isRight, Compile(grammar).Accepts(text));

    [Theory]
    [InlineData("(a|bc)*d?", "root ::= (\"a\" | \"bc\")* \"d\"?")]
    [InlineData("a{1,2}b{0,2}(cd)*", "root ::= \"a\"{1,2} \"b\"{0,2} x\nx ::= (\"c\" \"d\")*")]
    [InlineData("[^ab][b-d]*a", "root ::= [^ab] [b-d]* \"a\"")]
    [InlineData("(ab|a|b)*c", "root ::= \"c\" | (\"ab\" | \"a\" | \"b\") root")]
    [InlineData("(a(b(cd)*)?)*", "root ::= (\"a\" b?)*\nb ::= \"b\" cs\ncs ::= \"\" | \"cd\" cs")]
    public void Grammar_OfARegularExpression_AcceptsWhatThatMatches(string pattern, string grammar)
    {
        var (expression, compiled, random) = (new Regex($@"^(?:{pattern})\z"), Compile(grammar), new Random(5));
        var right = 0;
        for (var count = 0; count < 4_000; count++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(9)).Select(_ => "abcd"[random.Next(4)]));
            Assert.True(expression.IsMatch(text) == compiled.Accepts(text), text);
            right += expression.IsMatch(text) ? 1 : 0;
        }

        Assert.InRange(right, 10, 3_900);
    }

    [Theory]
    [InlineData(Arithmetic)]
    [InlineData(Json)]
    public void FillMask_AlongRandomTexts_AgreesWithEveryBytesStep(string grammar)
    {
        var (compiled, random, mask) = (Compile(grammar), new Random(11), new uint[9]);
        for (var walk = 0; walk < 40; walk++)
        {
            var matcher = new GrammarMatcher(compiled);
            for (var step = 0; step < 60 && !matcher.IsComplete; step++)
            {
                matcher.FillMask(mask);
                var allowed = Enumerable.Range(0, ByteTokenizer.EndOfText + 1).Where(token => IsAllowed(matcher, mask, token)).ToList();
                Assert.True(allowed.Count > 0 || matcher.MayEnd);
                Assert.True(matcher.TryAccept(allowed[random.Next(allowed.Count)]));
            }
        }

        static bool IsAllowed(GrammarMatcher matcher, uint[] mask, int token)
        {
            var isAllowed = (mask[token >> 5] >> token & 1) != 0;
            Assert.Equal(isAllowed, matcher.TryAccept(token));
            if (isAllowed)
            {
                matcher.RollBack(1);
            }

            return isAllowed;
        }
    }

    [Fact]
    public void Grammar_ThatEndsInItself_ReadsALongListInLittleTime()
    {
        var text = string.Concat(Enumerable.Repeat("(x)", 50_000));
        var watch = Stopwatch.StartNew();

        Assert.True(Compile("root ::= item root | item\nitem ::= \"(\" item \")\" | \"x\"").Accepts(text));

        // Five times what is promised: other tests run beside it. A grammar that is spelt out takes minutes.
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(50));
    }

    [Theory]
    [InlineData("start: \"a\"", "Lark is not supported")]
    [InlineData("start ::= \"a\"", "no rule 'root'")]
    [InlineData("root ::= a\n  b\na ::= \"x\"", "line 2: the rule 'b' is not defined")]
    [InlineData("root ::= \"a\"\nroot ::= \"b\"", "line 2: the rule 'root' is defined twice")]
    [InlineData("root ::= root \"a\" | \"a\"", "left recursion")]
    [InlineData("root ::= a\na ::= \"x\"* b\nb ::= a \"y\" | \"z\"", "left recursion")]
    [InlineData("root ::= \"a\" root", "never ends")]
    [InlineData("root ::= \"a", "no end")]
    [InlineData("root ::= (\"a\" | [b]", "')' is missing")]
    [InlineData("root ::= \"a\"\n  )", "line 2")]
    [InlineData("root ::= [b-a]", "wrong order")]
    [InlineData("root ::= []", "no characters")]
    [InlineData("root ::= \"\\q\"", "escape is not known")]
    [InlineData("root ::= \"\\ud83d\"", "hexadecimal digits")]
    [InlineData("root ::= \"a\"{3,1}", "wrong order")]
    [InlineData("root ::= \"a\"{99999}", "number of repetitions")]
    [InlineData("root ::= \"a\"******", "repetitions stand behind one another")]
    [InlineData("root ::= <think>", "tokens (<...>) are not supported")]
    [InlineData("root ::= \"a\" $", "'$' is not expected here")]
    [InlineData("*** ::= \"a\"", "should begin here")]
    public void Compile_OfWhatCannotBeUsed_SaysWhy(string grammar, string told) =>
        Assert.Contains(told, Assert.Throws<GbnfException>(() => Compile(grammar)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("root ::= ((((\"a\" | b){1,9999}){1,9999}){1,9999}){1,9999}\nb ::= \"b\"")]
    [InlineData("root ::= a{9999}{9999}\na ::= \"(\" root? \")\"")]
    [InlineData("root ::= [ab]* \"a\" [ab]{1900}")]
    [InlineData("a0 ::= a1 a1\na1 ::= a2 a2\na2 ::= a3 a3\na3 ::= root root\nroot ::= [ab]* [cd]{1,500} [ab]{1,500}")]
    public void Compile_OfAHostileGrammar_EndsSoon(string grammar)
    {
        var watch = Stopwatch.StartNew();
        try
        {
            _ = Compile(grammar);
        }
        catch (GbnfException)
        {
            // It may be refused.
        }

        // Five times what is promised: other tests run beside it. A grammar that is spelt out takes minutes.
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(50));
    }

    [Fact]
    public void Compile_OfRulesThatLeadFarIntoOneAnother_EndsSoon()
    {
        var (open, close) = (new string('(', 90), new string(')', 90));
        var chain = string.Concat(Enumerable.Range(0, 1_200).Select(rule => $"r{rule} ::= {open}r{rule + 1}{close}\n"));

        Compile_OfAHostileGrammar_EndsSoon($"root ::= r0\n{chain}r1200 ::= \"a\"");
        Compile_OfAHostileGrammar_EndsSoon($"root ::= {string.Join('|', Enumerable.Range(0, 1_200).Reverse().Select(rule => $"r{rule}"))}\n{chain}r1200 ::= \"a\"");
    }

    [Theory]
    [InlineData(1_999, true)]
    [InlineData(2_000, false)]
    public void Compile_OfManyRules_IsBounded(int rules, bool isRight)
    {
        var chain = string.Concat(Enumerable.Range(1, rules - 1).Select(rule => $"r{rule} ::= r{rule + 1}\n"));
        var grammar = $"root ::= r1\n{chain}r{rules} ::= \"a\"";

        if (isRight)
        {
            Assert.True(Compile(grammar).Accepts("a"));
        }
        else
        {
            Assert.Contains("2000 rules", Assert.Throws<GbnfException>(() => Compile(grammar)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Compile_OfDeepParentheses_IsRefused() => Assert.Contains(
        "parentheses", Assert.Throws<GbnfException>(() => Compile($"root ::= {new string('(', 5_000)}")).Message, StringComparison.Ordinal);

    [Fact]
    public void Compile_OfALongGrammar_IsRefused() => Assert.Contains(
        "bytes", Assert.Throws<GbnfException>(() => Compile($"root ::= \"{new string('é', 200_000)}\"")).Message, StringComparison.Ordinal);

    private static CompiledGrammar Compile(string grammar) =>
        new(AnswerProgram.Of(GbnfCompiler.Compile(grammar, new(new GrammarLimits()))), GrammarWorld.Bytes);
}
