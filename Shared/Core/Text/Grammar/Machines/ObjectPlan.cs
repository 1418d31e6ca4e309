using System.Text;

namespace Rill.Text.Grammar.Machines;

/// <summary>A member that a schema names.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Rule">What its value is.</param>
/// <param name="IsRequired">Whether it must be there.</param>
internal readonly record struct NamedMember(string Name, Rule Rule, bool IsRequired);

/// <summary>
/// What an object must be, so that each member that is begun leads to an end. Members are counted in two halves of a number: those that are
/// named, and others; the second stay together one where at least so many are wanted, because nothing keeps their names apart.
/// </summary>
internal sealed class ObjectPlan
{
    private const int Other = 1 << 16;
    private const int MostCounted = Other - 1;

    private readonly IReadOnlyList<NamedMember> _members;
    private readonly IReadOnlyList<Rule> _others;
    private readonly int[] _requiredFrom;
    private readonly int[] _nextRequired;
    private readonly int _least;
    private readonly int _most;
    private readonly Lazy<ByteTree> _names;

    /// <param name="members">The members that are named, only those that can be there, in order.</param>
    /// <param name="otherNames">Reads the name of another member and returns the number of its rule; null when there is none.</param>
    /// <param name="others">The rules of the values of others.</param>
    /// <param name="least">Least members.</param>
    /// <param name="most">Most members.</param>
    public ObjectPlan(IReadOnlyList<NamedMember> members, Rule? otherNames, IReadOnlyList<Rule> others, int least, int most)
    {
        (_members, OtherNames, _others, _least, _most) = (members, otherNames, others, least, most);
        (_requiredFrom, _nextRequired) = (new int[members.Count + 1], new int[members.Count + 1]);
        _nextRequired[^1] = members.Count;
        for (var number = members.Count - 1; number >= 0; number--)
        {
            _requiredFrom[number] = _requiredFrom[number + 1] + (members[number].IsRequired ? 1 : 0);
            _nextRequired[number] = members[number].IsRequired ? number : _nextRequired[number + 1];
        }

        _names = new(NewNames);
    }

    /// <summary>The members' names, each with the quotation mark after it; laid out when an object is read.</summary>
    public ByteTree Names => _names.Value;

    /// <summary>Reads the name of a member that is not named; null when there can be none.</summary>
    public Rule? OtherNames { get; }

    /// <summary>The largest bound that is counted up to.</summary>
    public const int LargestBound = MostCounted / 2;

    private bool IsCounted => _least > 0 || _most < int.MaxValue;

    /// <summary>The count after one more named member.</summary>
    public int WithNamed(int count) => IsCounted ? count + 1 : 0;

    /// <summary>The count after one more that is not named.</summary>
    public int WithOther(int count) => !IsCounted || Total(count) > LargestBound ? count : count + Other;

    /// <summary>The number under which a member that is not named is kept.</summary>
    public int NumberOfOther(int label) => _members.Count + label;

    /// <summary>What a member's value is.</summary>
    public Rule ValueOf(int number) => number < _members.Count ? _members[number].Rule : _others[number - _members.Count];

    /// <summary>The number of the member after one.</summary>
    public int NextAfter(int number) => Math.Min(number + 1, _members.Count);

    /// <summary>True when the object may be complete.</summary>
    public bool MayEnd(int next, int count) => _requiredFrom[next] == 0 && CountOf(count) >= _least;

    /// <summary>True when a member may follow.</summary>
    public bool MayGoOn(int next, int count) => LeadsToName(next, count, 0) || MayAddOther(next, count);

    /// <summary>True when a member that is not named may follow; named ones may not from then on.</summary>
    public bool MayAddOther(int next, int count) => OtherNames is not null && _requiredFrom[next] == 0
        && Total(count) < _most && Named(count) + 1 >= _least;

    /// <summary>True when the member with a number may follow.</summary>
    public bool MayAdd(int next, int number, int count) => number >= next && number <= _nextRequired[next]
        && Total(count) + 1 + _requiredFrom[number + 1] <= _most
        && Named(count) + 1 + (_members.Count - number - 1) + (OtherNames is null ? 0 : 1) >= _least;

    /// <summary>True when a node of the names' tree leads to a member that may follow.</summary>
    public bool LeadsToName(int next, int count, int node)
    {
        var numbers = Names.Below(node);
        var at = numbers.BinarySearch(next);
        for (at = at < 0 ? ~at : at; at < numbers.Length && numbers[at] <= _nextRequired[next]; at++)
        {
            if (MayAdd(next, numbers[at], count))
            {
                return true;
            }
        }

        return false;
    }

    private ByteTree NewNames()
    {
        var names = new ByteTree();
        foreach (var (number, member) in _members.Index())
        {
            names.Add(Encoding.UTF8.GetBytes(JsonText.Quote(member.Name)[1..]), number);
        }

        return names;
    }

    private static int Named(int count) => count % Other;

    private static int Total(int count) => Named(count) + (count / Other);

    private static int CountOf(int count) => Named(count) + Math.Min(1, count / Other);
}
