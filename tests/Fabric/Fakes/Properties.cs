using FsCheck;
using FsCheck.Fluent;

namespace CameraFabric.Fabric.Tests.Fakes;

/// <summary>
/// Property tests: a scenario is a list of numbers that the test reads its decisions from, so that it shrinks by leaving decisions out.
/// </summary>
internal static class Properties
{
    public static void Hold(Action<Decisions> scenario, int scenarios = 200, int length = 150) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(scenarios),
            Prop.ForAll(Numbers(length), numbers => scenario(new Decisions(numbers))));

    private static Arbitrary<int[]> Numbers(int length) => Arb.From(
        Gen.Choose(0, length).SelectMany(count => Gen.Choose(0, 1 << 24).ArrayOf(count)), Shrink);

    private static IEnumerable<int[]> Shrink(int[] numbers)
    {
        for (var part = numbers.Length / 2; part >= 1; part /= 2)
        {
            for (var start = 0; start + part <= numbers.Length; start += part) yield return [.. numbers[..start],
                .. numbers[(start + part)..]];
        }
    }
}

/// <summary>Reads a scenario's decisions one after the other; when they are used up every further one is 0.</summary>
internal sealed class Decisions(int[] numbers)
{
    private int _at;

    public bool AreLeft => _at < numbers.Length;

    public int Below(int bound) => _at < numbers.Length ? numbers[_at++] % bound : 0;

    public long Long() => ((long)Below(1 << 24) << 40) ^ ((long)Below(1 << 24) << 20) ^ Below(1 << 24);
}
