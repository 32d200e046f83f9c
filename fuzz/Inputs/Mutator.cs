using System.Buffers.Binary;

namespace CameraFabric.Fuzz.Inputs;

/// <summary>Makes a new input of one or two old ones.</summary>
/// <param name="newStep">Makes a step that is likely to be of use to the target.</param>
internal sealed class Mutator(Func<FuzzRandom, Step> newStep)
{
    public const int MaximumSteps = 40;
    public const int MaximumBytes = 4200;
    private readonly List<Step> _steps = [];

    public Step[] Mutate(ReadOnlySpan<Step> from, ReadOnlySpan<Step> other, FuzzRandom random)
    {
        _steps.Clear();
        _steps.AddRange(from);
        var changes = 1 + (random.Chance(2) ? 0 : random.Below(6));
        for (var i = 0; i < changes; i++) Change(other, random);
        if (_steps.Count > MaximumSteps) _steps.RemoveRange(MaximumSteps, _steps.Count - MaximumSteps);
        return [.. _steps];
    }

    private void Change(ReadOnlySpan<Step> other, FuzzRandom random)
    {
        var at = _steps.Count == 0 ? 0 : random.Below(_steps.Count);
        switch (_steps.Count == 0 ? 5 : random.Below(12))
        {
            case 0 or 1 or 2: _steps[at] = ChangeNumber(_steps[at], random); break;
            case 3 or 4: _steps[at] = ChangeBytes(_steps[at], random); break;
            case 5 or 6 or 7: _steps.Insert(random.Below(_steps.Count + 1), newStep(random)); break;
            case 8: _steps.RemoveAt(at); break;
            case 9: _steps.Insert(random.Below(_steps.Count + 1), _steps[at]); break;
            case 10:
                var to = random.Below(_steps.Count);
                (_steps[at], _steps[to]) = (_steps[to], _steps[at]);
                break;
            default:
                // The head of the one and the tail of the other.
                if (other.IsEmpty) break;
                _steps.RemoveRange(at, _steps.Count - at);
                foreach (var step in other[random.Below(other.Length)..]) _steps.Add(step);
                break;
        }
    }

    private static Step ChangeNumber(in Step step, FuzzRandom random)
    {
        var fields = StepNames.FieldsOf(step.Kind).Length;
        if (fields == 0) return step;
        var field = random.Below(fields);
        var value = random.Below(4) switch
        {
            0 => step[field] + (ulong)random.Below(9) - 4,
            1 => step[field] ^ (1UL << random.Below(random.Chance(2) ? 8 : 64)),
            2 => (ulong)random.Below(20),
            _ => random.Hostile(),
        };
        return step.With(field, value);
    }

    private static Step ChangeBytes(in Step step, FuzzRandom random)
    {
        var bytes = step.Bytes;
        if (bytes.Length == 0) return ChangeNumber(step, random);
        switch (random.Below(8))
        {
            case 0:
                return step.With(bytes[..random.Below(bytes.Length)]);
            case 1:
                var more = new byte[1 + random.Below(64)];
                if (random.Chance(2)) more.AsSpan().Fill((byte)random.Next());
                return bytes.Length > MaximumBytes - more.Length ? step : step.With([.. bytes, .. more]);
            case 2:
                var again = bytes[random.Below(bytes.Length)..];
                return bytes.Length > MaximumBytes - again.Length ? step : step.With([.. bytes, .. again]);
        }

        var copy = (byte[])bytes.Clone();
        var width = 1 << random.Below(4);
        var at = random.Below(copy.Length) / width * width;
        Span<byte> value = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(value, random.Hostile());
        if (random.Chance(3)) copy[at] ^= (byte)(1 << random.Below(8));
        else if (random.Chance(3)) copy[at] += (byte)(random.Below(5) - 2);
        else value[..Math.Min(width, copy.Length - at)].CopyTo(copy.AsSpan(at));
        return step.With(copy);
    }
}
