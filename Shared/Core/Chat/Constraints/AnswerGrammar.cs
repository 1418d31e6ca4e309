using System.Text.Json;
using Rill.Chat.Format;
using Rill.OpenAI;
using Rill.Text;
using Rill.Text.Grammar;
using Rill.Text.Grammar.Gbnf;
using Rill.Text.Grammar.Machines;
using Rill.Text.Grammar.Schema;
using Rill.Text.Grammar.Tokens;
using Rill.Text.Patterns;

namespace Rill.Chat.Constraints;

/// <summary>Writes the grammar of a whole answer: reasoning, then a text in a form, tool calls, or either.</summary>
internal sealed class AnswerGrammar
{
    // Behind the reasoning models write an empty line.
    private const int MostBlanks = 2;

    private readonly ChatModel _model;
    private readonly AnswerForm _form;
    private readonly GrammarBudget _budget;
    private readonly ModelMarks _marks;
    private readonly ToolArguments _arguments;
    private string? _warning;

    private AnswerGrammar(ChatModel model, AnswerForm form, GrammarLimits limits)
    {
        (_model, _form, _budget) = (model, form, new(limits));
        _marks = new(model.Tokenizer, model.EosTokenIds);
        _arguments = new(_budget, isEnforced: form.Choice != ToolChoiceMode.Auto || form.Text is not null);
    }

    /// <summary>The grammar of a form's answers, and what of the wishes it does not fulfil.</summary>
    /// <exception cref="AnswerFormException">A schema is broken, or cannot be enforced; or the model cannot be held to calls.</exception>
    public static (CompiledGrammar Grammar, string? Warning) Compile(ChatModel model, AnswerForm form, GrammarLimits limits, TokenVocabulary vocabulary)
    {
        var grammar = new AnswerGrammar(model, form, limits);
        var root = grammar.Answer();
        return (new(root, vocabulary, [.. grammar._marks.Tokens]), grammar._warning ?? grammar._arguments.Warning);
    }

    private ProgramMachine Answer()
    {
        var program = new AnswerProgram();
        if (_form.Reasoning is { } reasoning)
        {
            Think(program, reasoning);
        }

        program.Value(new Rule { Machines = [.. Calls(), .. Text()] });
        return program.Build();
    }

    private void Think(AnswerProgram program, ReasoningFormat reasoning)
    {
        var thought = new FreeTextMachine(_marks.Of(reasoning.End.Trim())) { EndsAtMark = true, IsReasoning = true, HasTokens = Channels is null };
        if (_form.ReasoningIsOpen)
        {
            Write(program);
        }
        else
        {
            var start = program.Here;
            program.Optional(block =>
            {
                // What stands in front of the mark is told as text, and would stand before a text that is to be of a form.
                Write(block.Gap(BeginsWithSpace() ? 1 : 0).Literal(_marks.Of(reasoning.Start.Trim())));
                if (Channels is { } channels)
                {
                    // Each message may be one more thought.
                    block.Literal(_marks.Of(channels.Start)).Jump(start);
                }
            });
        }

        // Where nothing else is asked, the model may break off; else it could answer nothing at all.
        void Write(AnswerProgram block) => _ = _form.IsLimited
            ? block.Value(thought).Gap(MostBlanks)
            : block.Value(new Rule { Machines = [thought, new FreeTextMachine(default)] });
    }

    private ChannelFormat? Channels => _model.Format?.Channels;

    private IReadOnlyList<Machine> Calls()
    {
        if (_form.Choice == ToolChoiceMode.None)
        {
            return [];
        }

        var tools = _model.Format?.Tools ?? throw new AnswerFormException(ApiError.UnsupportedParameter(
            "tool_choice", "It is not known how this model calls tools, so it cannot be held to call one: use tool_choice auto or none."));
        var calls = new ToolCallGrammar(tools, _marks, _arguments, _form.Tools, _form.IsParallel, Channels);
        return _form.Choice == ToolChoiceMode.Auto && _form.Text is null ? calls.TextAndCalls() : [calls.Calls()];
    }

    private IReadOnlyList<Machine> Text() => _form switch
    {
        { Choice: ToolChoiceMode.Required or ToolChoiceMode.Named } => [],
        { Text: { } text } => [Value(text)],
        { Choice: ToolChoiceMode.Auto } => [],
        _ => [new FreeTextMachine(default)],
    };

    /// <summary>A space or line end may come before a text: some tokenizers put one before every text.</summary>
    private ProgramMachine Value(ResponseFormat text)
    {
        var isJson = text is { Pattern: null, Choices: null, Grammar: null };
        var program = new AnswerProgram().Gap(isJson || BeginsWithSpace() ? 1 : 0);
        if (_model.Format is { ContentStart: { Length: > 0 } start } format)
        {
            _ = format.Channels is null
                ? program.Optional(mark => mark.Literal(_marks.Of(start)).Gap(1))
                : program.Literal(_marks.Of(start));
        }

        ToolCallGrammar.WriteContentHead(program, Channels, _marks);
        return program.Value(isJson ? Schema(text) : Bare(text)).Build();
    }

    /// <summary>True for tokenizers that put a space before every text.</summary>
    private bool BeginsWithSpace() => _model.Tokenizer.Encode(PromptText.OfRequest("a")) is [var first, ..] && _model.Tokenizer.GetBytes(first) is [(byte)' ', ..];

    /// <summary>A text that is no JSON.</summary>
    private Rule Bare(ResponseFormat text)
    {
        if (text.Choices is { } choices)
        {
            return new() { Machines = [new LiteralMachine(choices)] };
        }

        try
        {
            if (text.Grammar is { } grammar)
            {
                return GbnfCompiler.Compile(grammar, _budget);
            }

            var automaton = _budget.Automata.Pattern($"^(?:{text.Pattern})$");
            return automaton.IsEmpty
                ? throw new AnswerFormException(ApiError.InvalidValue(text.Path, $"{text.Path} matches no text."))
                : new() { Machines = [new StringMachine(automaton, isBare: true)] };
        }
        catch (Exception fault) when (fault is PatternSyntaxException or GbnfException)
        {
            throw new AnswerFormException(ApiError.InvalidValue(text.Path, $"{text.Path} cannot be used: {fault.Message}."));
        }
    }

    private Rule Schema(ResponseFormat format)
    {
        try
        {
            return SchemaCompiler.Compile(format.Schema ?? AnyObject, _budget);
        }
        catch (SchemaException fault) when (fault.IsUnsupported && !format.IsStrict)
        {
            _warning = $"The schema is not enforced: {fault.Message}.";
            return SchemaCompiler.Compile(IsOfObjects(format.Schema!.Value) ? AnyObject : JsonElement.Parse("{}"), new(new()));
        }
        catch (SchemaException fault)
        {
            throw AnswerFormException.Of(format.Path, fault);
        }
    }

    private static JsonElement AnyObject => JsonElement.Parse("""{"type":"object"}""");

    private static bool IsOfObjects(JsonElement schema) =>
        schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("object");
}
