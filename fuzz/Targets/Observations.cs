namespace CameraFabric.Fuzz.Targets;

/// <summary>
/// What an execution was seen to do. Without the compiler's help there is no coverage; instead each observation (a status, an end's
/// reason without its numbers) is joined with the state in which it was made, and a pair never seen before makes the input worth keeping.
/// </summary>
internal sealed class Observations
{
    private readonly bool[] _seen = new bool[1 << 16];

    /// <summary>The state that what is seen from now on belongs to.</summary>
    public uint State { get; set; }

    /// <summary>Pairs seen in all.</summary>
    public int Count { get; private set; }

    /// <summary>Whether this execution showed a new pair.</summary>
    public bool IsNew { get; private set; }

    public void Begin()
    {
        State = 0;
        IsNew = false;
    }

    public void See(uint what)
    {
        var place = ((what ^ (State * 0x85ebca6b)) * 0x9e3779b1) >> 16;
        if (_seen[place]) return;
        _seen[place] = true;
        IsNew = true;
        Count++;
    }

    public void See(int kind, uint a, uint b = 0, uint c = 0) =>
        See((((((uint)kind * 0x01000193) ^ a) * 0x01000193) ^ b) * 0x01000193 ^ c);

    /// <summary>A message without its numbers, hexadecimal ones included.</summary>
    public void See(int kind, string message) => See(kind, HashOf(message));

    public static uint HashOf(string message)
    {
        var hash = 2166136261u;
        foreach (var c in message)
        {
            if (c is >= 'g' and <= 'z' or >= 'A' and <= 'Z' or '_') hash = (hash ^ c) * 16777619;
        }

        return hash;
    }
}
