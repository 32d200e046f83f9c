using System.Buffers.Binary;

namespace CameraFabric.Fuzz.Inputs;

/// <summary>An input as bytes, for the journal: quick to write before each execution, read only after a crash.</summary>
internal static class ScriptBytes
{
    /// <summary>Writes steps, and returns how many bytes they took.</summary>
    public static int Write(ReadOnlySpan<Step> steps, Span<byte> target)
    {
        var at = 0;
        foreach (ref readonly var step in steps)
        {
            var bytes = step.Bytes;
            target[at++] = (byte)step.Kind;
            var fields = StepNames.FieldsOf(step.Kind).Length;
            for (var i = 0; i < fields; i++, at += 8) BinaryPrimitives.WriteUInt64LittleEndian(target[at..], step[i]);
            BinaryPrimitives.WriteInt32LittleEndian(target[at..], bytes.Length);
            bytes.CopyTo(target[(at + 4)..]);
            at += 4 + bytes.Length;
        }

        return at;
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static Step[] Read(ReadOnlySpan<byte> source)
    {
        var steps = new List<Step>();
        Span<ulong> numbers = stackalloc ulong[Step.MaximumFields];
        while (!source.IsEmpty)
        {
            var kind = (StepKind)source[0];
            var fields = StepNames.FieldsOf(kind).Length;
            numbers.Clear();
            for (var i = 0; i < fields; i++) numbers[i] = BinaryPrimitives.ReadUInt64LittleEndian(source[(1 + (8 * i))..]);
            source = source[(1 + (8 * fields))..];
            var length = BinaryPrimitives.ReadInt32LittleEndian(source);
            steps.Add(new Step(kind, numbers, length == 0 ? null : source.Slice(4, length).ToArray()));
            source = source[(4 + length)..];
        }

        return [.. steps];
    }
}
