using System.Diagnostics;
using Rill.Serving;

namespace Rill.Core.Tests.Serving;

/// <summary>
/// Random worlds with drafts, masks (quick and slow ones), salts, embeddings, scored prompts and slots with states: whatever arrives, leaves and fails, the accounts add up, every
/// text, vector and score is what it would be alone, and a constraint saw each token exactly once.
/// </summary>
public class SchedulerPropertyTests
{
    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    public void RandomArrivalsAbortsAndFaults_KeepTheAccountsAndTheTexts(int quarter, bool overlaps)
    {
        var ahead = 0;
        for (var seed = quarter * 50; seed < (quarter + 1) * 50; seed++)
        {
            var world = new RandomWorld(seed, overlaps);
            world.Run();
            ahead += world.Ahead;
        }

        Assert.Equal(overlaps, ahead > 1_000);
    }

    private sealed class RandomWorld : IStepObserver
    {
        private const int Vocabulary = 50;
        private const int CompleteAfter = 12;

        private readonly Random _random;
        private readonly World _world;
        private readonly EngineOptions _options;
        private readonly List<Sequence> _live = [];
        private readonly List<Sequence> _lost = [];
        private readonly List<Sequence> _finished = [];
        private readonly Dictionary<Sequence, RecordingConstraint> _constraints = [];
        private readonly double _faultRate;
        private readonly int _blocks;
        private readonly StepPipeline _pipeline;
        private readonly bool _isPlain;    // only sequences that may run ahead of their results

        public RandomWorld(int seed, bool overlaps)
        {
            _random = new Random(seed);
            _isPlain = overlaps && seed % 4 == 3;
            var blockSize = _random.Next(1, 6);
            _blocks = _random.Next(4, 40);
            _faultRate = seed % 3 == 0 ? 0.02 : 0;
            _options = new EngineOptions
            {
                MaxSequences = _random.Next(1, 8),
                TokenBudget = _random.Next(1, 30),
                PrefixCache = seed % 5 != 0,
            };
            var drafts = seed % 4 == 0 || _isPlain ? null : new ScriptedDrafts(Vocabulary, _random, rightShare: _random.NextDouble());
            _world = new World(
                _blocks, blockSize, slots: _random.Next(1, 8), context: 60, Vocabulary, _options, Fault, SampleFault, drafts,
                stateBlocks: seed % 4 == 1 ? 1 + (seed / 4 % 2) : 0, overlaps: overlaps,
                overtaken: _ => _random.Next(60) == 0);
            _pipeline = new StepPipeline(_world.Runner, _world.Scheduler, this, TimeProvider.System);
        }

        /// <summary>Tokens that were computed before the host had read them.</summary>
        public int Ahead => _world.Runner.Ahead;

        public void Run()
        {
            for (var i = 0; i < 250; i++)
            {
                Arrive();
                Leave();
                Step();
            }

            // Rounds in which all sequences wait for their constraints count for nothing: who prepares them may be late.
            for (var (i, started) = (0, Stopwatch.GetTimestamp()); _live.Count > 0; i++)
            {
                Assert.True(i < 20_000 || Stopwatch.GetElapsedTime(started) < TimeSpan.FromMinutes(1), "A sequence never ends.");
                Step();
            }

            while (_pipeline.Advance())
            {
                // gives the memory back
            }

            _world.Runner.Dispose();
            Assert.Equal(0, _world.Scheduler.Blocks.SlotBlocks);
            Assert.Empty(_world.Scheduler.Running);
            Assert.Empty(_world.Scheduler.Waiting);
            Assert.All(_finished, CheckResult);
            Assert.All(_constraints, pair => Assert.Equal(World.Completion(pair.Key), pair.Value.Accepted));
        }

        private void CheckResult(Sequence sequence)
        {
            var prompt = sequence.Tokens[..sequence.PromptLength].ToArray();
            if (sequence.Work != SequenceWork.Generate)
            {
                Assert.Equal(ShadowModel.Vector(prompt, sequence.Work), sequence.Finish!.Vector!.Value.ToArray());
                return;
            }

            Assert.Equal(sequence.Parameters.ScoresPrompt ? ShadowModel.Scores(prompt) : [], sequence.PromptLogprobs.Select(logprobs => logprobs.Logprob));
            var constraint = _constraints.ContainsKey(sequence) ? new RecordingConstraint(Vocabulary, CompleteAfter) : null;
            Assert.Equal(ShadowModel.Solo(prompt, sequence.Parameters, Vocabulary, _world.Scheduler.MaxLength, constraint), World.Completion(sequence));
        }

        private void Arrive()
        {
            if (_random.NextDouble() >= 0.3)
            {
                return;
            }

            var length = _random.Next(1, Math.Min(40, _world.Scheduler.MaxLength));
            var request = new SequenceRequest([.. World.Prompt(length, salt: _random.Next(3)).Select(token => token % Vocabulary)])
            {
                Work = _isPlain ? SequenceWork.Generate : _random.Next(6) switch { 0 => SequenceWork.EmbedLast, 1 => SequenceWork.EmbedMean, _ => SequenceWork.Generate },
                CacheSalt = _random.Next(3) == 0 ? "tenant" : "",
                Constraint = !_isPlain && _random.Next(4) == 0 ? new RecordingConstraint(Vocabulary, CompleteAfter, NewPreparation(_random.Next())) : null,
                Parameters = new SamplingParameters
                {
                    MaxTokens = _random.Next(1, 20),
                    MinTokens = _isPlain ? 0 : _random.Next(4),
                    EosTokenIds = [_random.Next(Vocabulary)],
                    StopTokenIds = [_random.Next(Vocabulary)],
                    ScoresPrompt = _random.Next(5) == 0,
                    FrequencyPenalty = !_isPlain && _random.Next(3) == 0 ? 1 : 0,
                },
            };
            var source = _live.FirstOrDefault(other => other.CacheSalt == request.CacheSalt
                && other.Tokens[..other.PromptLength].SequenceEqual(request.Prompt.ToArray()));
            var sequence = _world.Add(request, source);
            _live.Add(sequence);
            if (request.Constraint is RecordingConstraint constraint)
            {
                _constraints.Add(sequence, constraint);
            }
        }

        /// <summary>At some places nothing is to be done, at some little, and at some so much that the sequence sits steps out.</summary>
        private static Func<int, IPreparation?> NewPreparation(int seed)
        {
            var made = new HashSet<int>();
            return place => (seed + place) % 5 > 2 || !made.Add(place) ? null : new SlowPreparation(parts: (seed + place) % 25 == 2 ? 400 : 1);
        }

        private void Leave()
        {
            if (_live.Count > 0 && _random.NextDouble() < 0.05)
            {
                var gone = _live[_random.Next(_live.Count)];
                Assert.True(_world.Scheduler.Remove(gone));
                _live.Remove(gone);
                _lost.Add(gone);
            }
        }

        private void Step()
        {
            _pipeline.Advance();
            CheckAccounts();
        }

        void IStepObserver.Launching(StepBatch batch, long now) => CheckBatch(batch);

        void IStepObserver.Collected(StepBatch batch, IReadOnlyList<SequenceUpdate> updates, long now, TimeSpan elapsed)
            => Lose(updates.Where(update => update.Fault is not null).Select(update => update.Sequence));

        void IStepObserver.SequenceFailed(SequenceFaultException fault) => Lose([fault.Sequence]);

        void IStepObserver.StepFailed(StepBatch batch, Exception exception)
        {
            Assert.Equal("crash", exception.Message);
            Lose(batch.Steps.Select(step => step.Sequence).Where(sequence => sequence.Finish is null));
        }

        private Exception? Fault(StepBatch batch)
        {
            if (batch.Steps.Count == 0 || _random.NextDouble() >= _faultRate)
            {
                return null;
            }

            return _random.Next(2) == 0
                ? new SequenceFaultException(batch.Steps[_random.Next(batch.Steps.Count)].Sequence, "fault")
                : new InvalidOperationException("crash");
        }

        private Exception? SampleFault(Sequence sequence) => _random.NextDouble() >= _faultRate / 4 ? null
            : _random.Next(2) == 0 ? new SequenceFaultException(sequence, "fault")
            : new InvalidOperationException("crash");

        private void Lose(IEnumerable<Sequence> sequences)
        {
            foreach (var sequence in sequences)
            {
                _live.Remove(sequence);
                _lost.Add(sequence);
            }
        }

        private void CheckBatch(StepBatch batch)
        {
            Assert.InRange(batch.Steps.Sum(step => step.Count + step.Drafts), 0, _options.TokenBudget!.Value);
            Assert.InRange(batch.Steps.Sum(step => step.Scored), 0, ModelLimits.MostScored);
            Assert.Equal(batch.Steps.Count, batch.Steps.Select(step => step.Sequence.Slot).Distinct().Count());
            Assert.All(batch.Steps, step => Assert.True(step.Count > 0 && step.Start + step.Count <= step.Sequence.Length + (step.Awaits ? 1 : 0)));
            Assert.All(batch.Steps.Where(step => step.Samples), step => Assert.InRange(step.Place, 0, step.Sequence.Parameters.MaxTokens - 1));
            Assert.All(batch.Steps.Where(step => step.Awaits), step => Assert.InRange(step.Start + step.Count, 2, _world.Scheduler.MaxLength - 1));
            Assert.All(batch.Steps, step => Assert.InRange(step.Sequence.Length + step.Drafts, 1, _world.Scheduler.MaxLength));
            Assert.InRange(_world.Scheduler.Running.Count, 0, _world.Scheduler.MaxRunning);
        }

        private void CheckAccounts()
        {
            var blocks = _world.Scheduler.Blocks;
            Assert.InRange(blocks.FreeBlocks, 0, _blocks);
            Assert.Equal(_blocks, blocks.FreeBlocks + blocks.SlotBlocks + blocks.CachedBlocks);
            foreach (var ended in _live.Where(sequence => sequence.HasEnded).ToList())
            {
                Assert.NotNull(ended.Finish);
                _live.Remove(ended);
                _finished.Add(ended);
            }

            Assert.All(_lost, sequence => Assert.Null(sequence.Finish));
        }
    }
}
