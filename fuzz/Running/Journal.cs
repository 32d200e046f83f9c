using CameraFabric.Fuzz.Inputs;
using CameraFabric.Platform;

namespace CameraFabric.Fuzz.Running;

/// <summary>
/// A small file that a worker and its parent both map: the input that the worker runs now, which outlives a crash, and its counts.
/// </summary>
internal sealed class Journal : IDisposable
{
    private const int Size = 1 << 20;
    private const int Executions = 0;
    private const int Nanoseconds = 64;
    private const int Signatures = 128;
    private const int Findings = 136;
    private const int Corpus = 144;
    private const int Target = 152;
    private const int InputLength = 160;
    private const int Beats = 168;
    private const int Input = 4096;
    private readonly Microsoft.Win32.SafeHandles.SafeFileHandle _file;
    private readonly MappedMemory _memory;

    public Journal(string path)
    {
        _file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        if (RandomAccess.GetLength(_file) < Size) RandomAccess.SetLength(_file, Size);
        using var descriptor = new FileDescriptor((int)_file.DangerousGetHandle(), ownsHandle: false);
        _memory = MappedMemory.Map(descriptor, 0, Size, MapAccess.ReadWrite, populate: true);
    }

    /// <summary>Which target runs.</summary>
    public int CurrentTarget => (int)Get(Target);

    /// <summary>Before an execution: what it is.</summary>
    public void Begin(int target, ReadOnlySpan<Step> steps)
    {
        Beat();
        Set(InputLength, 0);
        Set(Target, (ulong)target);
        var length = ScriptBytes.Write(steps, _memory.Write(Input, Size - Input));
        Set(InputLength, (ulong)length);
    }

    /// <summary>The worker is alive: it begins an execution, or one of those that make a finding short.</summary>
    public void Beat() => Set(Beats, Get(Beats) + 1);

    /// <summary>After an execution.</summary>
    public void End(int target, long nanoseconds)
    {
        Set(Executions + (8 * target), ExecutionsOf(target) + 1);
        Set(Nanoseconds + (8 * target), Get(Nanoseconds + (8 * target)) + (ulong)nanoseconds);
    }

    public void Tell(int signatures, int corpus)
    {
        Set(Signatures, (ulong)signatures);
        Set(Corpus, (ulong)corpus);
    }

    public void CountFinding() => Set(Findings, Get(Findings) + 1);

    public ulong ExecutionsOf(int target) => Get(Executions + (8 * target));

    public double SecondsOf(int target) => Get(Nanoseconds + (8 * target)) / 1e9;

    public ulong BeatCount => Get(Beats);

    public ulong FindingCount => Get(Findings);

    public ulong SignatureCount => Get(Signatures);

    public ulong CorpusCount => Get(Corpus);

    /// <summary>The input that ran last.</summary>
    public Step[] Current() => ScriptBytes.Read(_memory.Read(Input, (int)Math.Min(Get(InputLength), Size - Input)));

    public void Dispose()
    {
        _memory.Dispose();
        _file.Dispose();
    }

    private ulong Get(int at) => _memory.ReadUInt64Acquire(at);

    private void Set(int at, ulong value) => _memory.WriteUInt64Release(at, value);
}
