using System.Runtime.CompilerServices;

namespace CameraFabric.Fuzz.Inputs;

/// <summary>One thing that happens: a kind, up to six numbers whose meaning depends on it, and bytes.</summary>
internal readonly record struct Step
{
    public const int MaximumFields = 6;
    private readonly Numbers _numbers;
    private readonly byte[]? _bytes;

    public Step(StepKind kind, ReadOnlySpan<ulong> numbers, byte[]? bytes = null)
    {
        Kind = kind;
        numbers.CopyTo(_numbers);
        _bytes = bytes;
    }

    public StepKind Kind { get; }

    public byte[] Bytes => _bytes ?? [];

    public ulong A => _numbers[0];

    public ulong B => _numbers[1];

    public ulong C => _numbers[2];

    public ulong D => _numbers[3];

    public ulong E => _numbers[4];

    public ulong F => _numbers[5];

    public ulong this[int field] => _numbers[field];

    public static Step Of(StepKind kind, params ReadOnlySpan<ulong> numbers) => new(kind, numbers);

    public Step With(int field, ulong value)
    {
        var numbers = _numbers;
        numbers[field] = value;
        return new Step(Kind, numbers, _bytes);
    }

    public Step With(byte[] bytes) => new(Kind, _numbers, bytes);

    [InlineArray(MaximumFields)]
    private struct Numbers : IEquatable<Numbers>
    {
        private ulong _first;

        public readonly bool Equals(Numbers other) => ((ReadOnlySpan<ulong>)this).SequenceEqual(other);

        public override readonly bool Equals(object? obj) => obj is Numbers other && Equals(other);

        public override readonly int GetHashCode() => _first.GetHashCode();
    }
}
