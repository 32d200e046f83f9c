namespace CameraFabric.Fuzz.Inputs;

/// <summary>Numbers that depend on a seed and a counter alone (SplitMix64), so that each execution can be made again.</summary>
internal sealed class FuzzRandom(ulong seed, ulong counter)
{
    private static readonly ulong[] Interesting =
    [
        0, 1, 2, 3, 4, 7, 8, 15, 16, 17, 31, 32, 55, 56, 63, 64, 72, 104, 127, 128, 255, 256, 4095, 4096, 32767, 32768, 65535, 65536,
        0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff, 0x100000000, 0x7fffffffffffffff, 0x8000000000000000, 0xfffffffffffff000,
        0xfffffffffffffff0, 0xffffffffffffffff,
    ];

    private ulong _state = (seed * 0x9e3779b97f4a7c15) ^ (counter * 0xd1342543de82ef95);

    public ulong Next()
    {
        var z = _state += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    /// <summary>0 to <paramref name="below"/> - 1.</summary>
    public int Below(int below) => (int)(Next() % (ulong)below);

    public bool Chance(int oneIn) => Below(oneIn) == 0;

    public T Pick<T>(ReadOnlySpan<T> from) => from[Below(from.Length)];

    /// <summary>A number that is likely to be near some border.</summary>
    public ulong Hostile() => Below(8) switch
    {
        0 => Next(),
        1 => Next() & 0xffffffff,
        2 => Pick<ulong>(Interesting) - (ulong)Below(3),
        _ => Pick<ulong>(Interesting),
    };
}
