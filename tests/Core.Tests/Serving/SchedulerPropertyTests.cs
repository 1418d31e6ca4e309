using Rill.Serving;

namespace Rill.Core.Tests.Serving;

/// <summary>Random worlds: whatever arrives, leaves and fails, the accounts add up and every text is what it would be alone.</summary>
public class SchedulerPropertyTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void RandomArrivalsAbortsAndFaults_KeepTheAccountsAndTheTexts(int quarter)
    {
        for (var seed = quarter * 50; seed < (quarter + 1) * 50; seed++)
        {
            new RandomWorld(seed).Run();
        }
    }

    private sealed class RandomWorld
    {
        private readonly Random _random;
        private readonly World _world;
        private readonly EngineOptions _options;
        private readonly List<Sequence> _live = [];
        private readonly List<Sequence> _lost = [];
        private readonly List<Sequence> _finished = [];
        private readonly double _faultRate;
        private readonly int _blocks;

        public RandomWorld(int seed)
        {
            _random = new Random(seed);
            var blockSize = _random.Next(1, 6);
            _blocks = _random.Next(4, 40);
            _faultRate = seed % 3 == 0 ? 0.02 : 0;
            _options = new EngineOptions
            {
                MaxSequences = _random.Next(1, 8),
                TokenBudget = _random.Next(1, 30),
                PrefixCache = seed % 5 != 0,
            };
            _world = new World(_blocks, blockSize, slots: _random.Next(1, 8), context: 60, vocabulary: 50, _options, Fault);
        }

        public void Run()
        {
            for (var i = 0; i < 250; i++)
            {
                Arrive();
                Leave();
                Step();
            }

            for (var i = 0; _live.Count > 0; i++)
            {
                Assert.True(i < 20_000, "A sequence never ends.");
                Step();
            }

            Step();
            Assert.Equal(0, _world.Scheduler.Blocks.SlotBlocks);
            Assert.Empty(_world.Scheduler.Running);
            Assert.Empty(_world.Scheduler.Waiting);
            Assert.All(_finished, CheckText);
        }

        private static void CheckText(Sequence sequence)
            => Assert.Equal(
                ShadowRunner.Solo(sequence.Tokens[..sequence.PromptLength].ToArray(), sequence.CompletionLength, 50),
                World.Completion(sequence));

        private void Arrive()
        {
            if (_random.NextDouble() < 0.3)
            {
                var length = _random.Next(1, Math.Min(40, _world.Scheduler.MaxLength));
                var prompt = World.Prompt(length, salt: _random.Next(3)).Select(token => token % 50).ToArray();
                var source = _live.FirstOrDefault(other => other.HasPrompt(prompt));
                _live.Add(_world.Add(prompt, new SamplingParameters { MaxTokens = _random.Next(1, 20) }, source));
            }
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
            var batch = _world.Scheduler.Schedule();
            while (batch is not null)
            {
                CheckBatch(batch);
                try
                {
                    _world.Scheduler.Update(_world.Runner.Execute(batch));
                    break;
                }
                catch (SequenceFaultException fault)
                {
                    Lose([fault.Sequence]);
                    batch = _world.Scheduler.Drop(fault.Sequence);
                }
                catch (InvalidOperationException exception) when (exception.Message == "crash")
                {
                    Lose(batch.Steps.Select(step => step.Sequence));
                    _world.Scheduler.Fail();
                    break;
                }
            }

            CheckAccounts();
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
            Assert.InRange(batch.Steps.Sum(step => step.Count), 0, _options.TokenBudget);
            Assert.Equal(batch.Steps.Count, batch.Steps.Select(step => step.Sequence.Slot).Distinct().Count());
            Assert.All(batch.Steps, step => Assert.True(step.Count > 0 && step.Start + step.Count <= step.Sequence.Length));
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
