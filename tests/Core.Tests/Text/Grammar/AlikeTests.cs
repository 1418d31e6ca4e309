using System.Text.Json;
using Rill.Text.Grammar;
using Rill.Text.Grammar.Machines;
using Rill.Text.Grammar.Schema;

namespace Rill.Core.Tests.Text.Grammar;

/// <summary>Bytes that a machine says it takes alike, it takes alike: else a row of a configuration would hold what is wrong.</summary>
public class AlikeTests
{
    private const int Delimiter = 7;

    private static readonly string[] s_schemas =
    [
        """{"type":"string"}""",
        """{"type":"string","minLength":2,"maxLength":9}""",
        """{"type":"string","pattern":"^(?:\\S+\\s+){0,9}\\S+$"}""",
        """{"type":"string","pattern":"^(?:\\S+\\s+){0,19}\\S+$","maxLength":200}""",
        """{"type":"string","pattern":"^[a-fà-ê—‘-”߿ࠀ-࿿😀-😎]*[^b-y]$"}""",
        """{"type":"string","format":"date-time"}""",
        """{"type":"object","properties":{"able":{},"about":{},"él":{}},"additionalProperties":{"type":"null"}}""",
        """{"type":"array","maxItems":3,"items":{"type":"number"}}""",
        """{"type":"array","items":{"type":"integer","minimum":-7,"maximum":4321,"multipleOf":3}}""",
        """{"enum":["a","\"b\\","é😀",null,1.5,{"c":[true]}]}""",
        """{"type":"object","properties":{"ab":{},"aé":{"const":"x\ny"}},"required":["ab"],"additionalProperties":{"type":"boolean"}}""",
    ];

    public static TheoryData<int, string> Forms
    {
        get
        {
            var forms = new TheoryData<int, string>();
            foreach (var (index, _) in s_schemas.Index())
            {
                forms.Add(index, "plain");
                forms.Add(index, "escaped");
                forms.Add(index, "lax");
            }

            return forms;
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Alike_OfAValue_HoldsBytesThatStepAlike(int schema, string form)
    {
        var rule = SchemaCompiler.Compile(JsonElement.Parse(s_schemas[schema]), new(new()));
        Walk(AnswerProgram.Of(form switch
        {
            "escaped" => EscapedMachine.Of(rule),
            "lax" => LaxMachine.Of(rule, Delimiter),
            _ => rule,
        }));
    }

    [Theory]
    [InlineData("<call>", true, null)]
    [InlineData("<call>", false, '{')]
    [InlineData("", false, null)]
    [InlineData("\n\n<", true, '<')]
    public void Alike_OfFreeText_HoldsBytesThatStepAlike(string mark, bool endsAtMark, char? refused) =>
        Walk(new FreeTextMachine(Symbols.Of(mark)) { EndsAtMark = endsAtMark, RefusedFirst = (byte?)refused });

    private static void Walk(Machine root)
    {
        var (automaton, random) = (new GrammarAutomaton(root), new Random(3));
        for (var walk = 0; walk < 12; walk++)
        {
            var at = automaton.Start;
            for (var step = 0; step < 40 && at.Frames.Length > 0; step++)
            {
                foreach (var frame in at.Frames)
                {
                    Check(frame.Machine, frame.State);
                }

                at = Next(automaton, at, random);
            }
        }
    }

    private static Configuration Next(GrammarAutomaton automaton, Configuration at, Random random)
    {
        var possible = Enumerable.Range(0, 256).Select(one => automaton.Walk(at, (byte)one)).Where(next => next != Configuration.Dead).ToList();
        if (possible.Count > 0)
        {
            return possible[random.Next(possible.Count)];
        }

        // A mark of the model's own stands here.
        return automaton.StepToken(at, Delimiter);
    }

    private static void Check(Machine machine, MachineState state)
    {
        var moves = Enumerable.Range(0, 256).Select(one => machine.Step(state, (byte)one)).ToArray();
        for (var one = 0; one < 256; one++)
        {
            var alike = machine.Alike(state, (byte)one);
            Assert.True(alike.Contains((byte)one));
            for (var other = 0; other < 256; other++)
            {
                if (alike.Contains((byte)other) && moves[other] != moves[one])
                {
                    Assert.Fail($"{machine.GetType().Name} {state}: {one} and {other} differ.");
                }
            }
        }
    }
}
