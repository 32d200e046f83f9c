using System.Buffers.Binary;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.VhostUser;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Fuzz.Chains;
using CameraFabric.Fuzz.Inputs;
using CameraFabric.Fuzz.Targets;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging.Abstractions;

namespace CameraFabric.Fuzz.Messages;

/// <summary>
/// A whole vhost-user connection with a camera session behind it. All messages are in the socket before the back-end looks, so one thread
/// does, and an execution can be repeated: the guest's own doings (memory, kicks) travel as messages between the others. At the end of
/// the stream come bytes that no rest of a message can swallow and that end the connection at once.
/// </summary>
internal sealed class MessageTarget : IFuzzTarget
{
    private const int MostBytes = 96 * 1024;
    private const int MostDescriptors = 200;
    private const uint SetConfig = (uint)FrontendRequest.SetConfig;
    private static readonly byte[] Poison = [.. Enumerable.Repeat((byte)0xff, VhostLimits.LongestMessage)];
    private const int Again = 2;
    private static int _lastId;
    private readonly string _files = $"fuzzed-{Interlocked.Increment(ref _lastId)}-";
    private readonly GuestRam _ram;
    private readonly DescriptorKit _kit;
    private readonly ProcessResources _resources;
    private readonly int _mappings;
    private readonly int _mappingsEvery;
    private readonly List<Step[]> _recent = [];
    private readonly byte[] _stream = new byte[MostBytes + VhostLimits.LongestMessage];
    private GuestQueue[] _guest = [];

    /// <summary>A target.</summary>
    /// <param name="mappingsEvery">
    /// After how many executions the process's mappings are looked at, which takes longer than an execution. What is left mapped stays, so
    /// that those since the last look can be made again, one by one.
    /// </param>
    public MessageTarget(int mappingsEvery = 1)
    {
        _mappingsEvery = mappingsEvery;
        _ram = new GuestRam($"{_files}guest");
        _kit = new DescriptorKit(_files, _ram.File);
        _resources = new ProcessResources(_files);

        // What the runtime opens with the first socket and the first wait is there from now on.
        Serve([], new Observations());
        _mappings = _resources.Mappings();
    }

    public string Name => "messages";

    /// <summary>For tests of the oracles: called at the end of each execution, before they look.</summary>
    internal Action<VhostUserBackend>? Defect { get; set; }

    internal FileDescriptor GuestFile => _ram.File;

    public Step NewStep(FuzzRandom random) => MessageSteps.Any(random);

    public void Run(ReadOnlySpan<Step> steps, Observations seen)
    {
        var script = steps.ToArray();
        var left = DescriptorsLeft(script, seen);

        // The runtime opens an assembly or a pipe whenever it first needs it. What the device leaves open it leaves every time.
        for (var i = 0; i < Again && left > 0; i++) left = DescriptorsLeft(script, seen);
        Oracle.Expect(left <= 0, $"{left} descriptors more are open after the connection than before");
        _recent.Add(script);
        if (_recent.Count < _mappingsEvery) return;
        if (_resources.Mappings() > _mappings) BlameForMapping(seen);
        _recent.Clear();
    }

    private void BlameForMapping(Observations seen)
    {
        foreach (var script in _recent)
        {
            var before = _resources.Mappings();
            Serve(script, seen);
            var after = _resources.Mappings();
            Oracle.Expect(after <= before, $"{after - before} mappings of guest memory more after the connection than before: "
                + $"{string.Join("; ", ScriptText.Write(script).Split('\n'))}");
        }

        throw new FindingException($"one of {_recent.Count} executions left guest memory mapped, and did not when made again");
    }

    private int DescriptorsLeft(Step[] script, Observations seen)
    {
        var before = ProcessResources.Descriptors();
        Serve(script, seen);
        return ProcessResources.Descriptors() - before;
    }

    private void Serve(Step[] script, Observations seen)
    {
        Prepare();
        using (var connection = new Connection(seen, index => Act(script, index)))
        {
            Send(connection, script);
            var end = connection.Backend.Run();
            seen.See(50, (uint)end.Reason);
            seen.See(51, end.Message);
            Oracle.Expect(end.Message.Length > 0, $"the connection ends ({end.Reason}) without a word");
            Oracle.Expect(connection.Device.Running == 0, $"{connection.Device.Running} queues run after the end of the connection");
            Oracle.Expect(connection.Device.Session.InFlight == 0, $"{connection.Device.Session.InFlight} requests outlive the connection");
            Oracle.Expect(connection.Device.Session.AttachedBuffers == 0,
                $"{connection.Device.Session.AttachedBuffers} buffers outlive the connection");
            Defect?.Invoke(connection.Backend);
        }

        _kit.Renew();
    }

    public void Dispose()
    {
        _kit.Dispose();
        _ram.Dispose();
    }

    // Rings as after a driver's start: commands, event buffers, requests that are offered already.
    private void Prepare()
    {
        _ram.Clear();
        const ulong features = VirtioFeatures.EventIndex | VirtioFeatures.IndirectDescriptors;
        _guest = [.. Enumerable.Range(0, CameraWire.QueueCount).Select(i => new GuestQueue(_ram, i, GuestRam.MaximumRingSize, features))];
        Span<byte> command = stackalloc byte[CommandHeader.Bytes];
        CameraWire.Write(command, new CommandHeader(CameraCommand.ClockSample, CameraWire.HeaderVersion, CommandHeader.Bytes, 1));
        foreach (var queue in _guest)
        {
            queue.Begin(0);
            for (var i = 0; i < queue.Size; i += 2)
            {
                var place = GuestRam.Messages + (((queue.Index * 8) + (i / 2)) * 0x100);
                _ram.Write(place, command);
                queue.SetDescriptor(i, GuestRam.AddressOf(place), CommandHeader.Bytes, (ushort)DescriptorFlags.Next, (ushort)(i + 1));
                queue.SetDescriptor(i + 1, GuestRam.AddressOf(place + 0x40), 0xc0, (ushort)DescriptorFlags.Write, 0);
                queue.SetAvailable((ushort)(i / 2), (ushort)(queue.Index == CameraWire.EventQueue ? i + 1 : i));
            }
        }
    }

    private void Send(Connection connection, ReadOnlySpan<Step> steps)
    {
        var (bytes, descriptors, cut) = (0, 0, 0);
        var attachments = new List<(int At, FileDescriptor[] Files)>();
        for (var i = 0; i < steps.Length; i++)
        {
            var step = steps[i];
            var (request, flags, excess) = ((uint)SetConfig, 0u, 0u);
            ReadOnlySpan<byte> payload = [0, 0, 0, 0, sizeof(int), 0, 0, 0, 0, 0, 0, 0, (byte)i, 0, 0, 0];
            FileDescriptor[] files = [];
            if (step.Kind == StepKind.Cut) cut = (int)(step.A % 64);
            if (step.Kind == StepKind.Message)
            {
                (request, flags, excess) = ((uint)step.A, (uint)step.B, (uint)step.C);
                payload = step.Bytes.AsSpan(0, Math.Min(step.Bytes.Length, VhostLimits.LongestMessage));
                var count = (int)Math.Min(step.E % (DescriptorBag.MaximumPerMessage + 1), (ulong)(MostDescriptors - descriptors));
                if (count > 0) files = _kit.Take((int)step.D, payload.Length > 0 ? payload[0] : 0, count);
            }
            else if (step.Kind is not (StepKind.Poke or StepKind.Kick or StepKind.Publish))
            {
                continue;
            }

            var length = VhostLimits.HeaderBytes + payload.Length;
            if (bytes + length > MostBytes) break;
            if (files.Length > 0) attachments.Add((bytes, files));
            descriptors += files.Length;
            var message = _stream.AsSpan(bytes, length);
            BinaryPrimitives.WriteUInt32LittleEndian(message, request);
            BinaryPrimitives.WriteUInt32LittleEndian(message[4..], 1 ^ flags);
            BinaryPrimitives.WriteUInt32LittleEndian(message[8..], (uint)payload.Length + excess);
            payload.CopyTo(message[VhostLimits.HeaderBytes..]);
            bytes += length;
        }

        bytes = Math.Max(0, bytes - cut);
        Poison.CopyTo(_stream.AsSpan(bytes));
        bytes += Poison.Length;

        // Descriptors travel with the first byte of what they are sent with.
        var sent = 0;
        FileDescriptor[] pending = [];
        foreach (var (at, files) in attachments)
        {
            if (at > sent && at < bytes) Flush(at);
            pending = files;
        }

        Flush(bytes);

        void Flush(int end)
        {
            connection.Socket.Send(_stream.AsSpan(sent, end - sent), pending, TimeSpan.Zero);
            (sent, pending) = (end, []);
        }
    }

    // What the guest does by itself, between two messages.
    private void Act(Step[] steps, int index)
    {
        if ((uint)index >= (uint)steps.Length) return;
        ref readonly var step = ref steps[index];
        switch (step.Kind)
        {
            case StepKind.Poke: _ram.Write((int)(step.A % GuestRam.Bytes), step.Bytes); break;
            case StepKind.Kick: _kit.Kick((int)(step.A % CameraWire.QueueCount)); break;
            case StepKind.Publish: _guest[step.A % CameraWire.QueueCount].MoveAvailable((ushort)step.B); break;
        }
    }

    private sealed class Connection : IDisposable
    {
        public Connection(Observations seen, Action<int> act)
        {
            var (ours, theirs) = UnixSocket.Pair();
            Socket = ours;
            Device = new FuzzDevice(seen, act);
            var options = new VhostUserOptions { MaximumMemoryRegions = 16, MaximumMemoryBytes = 1 << 20 };
            Backend = new VhostUserBackend(theirs, Device, options, NullLogger.Instance);
            Device.Backend = Backend;
        }

        public UnixSocket Socket { get; }

        public FuzzDevice Device { get; }

        public VhostUserBackend Backend { get; }

        public void Dispose()
        {
            Backend.Dispose();
            Socket.Dispose();
        }
    }
}

/// <summary>The sizes of vhost-user messages, from the specification and the back-end's own limit.</summary>
internal static class VhostLimits
{
    public const int HeaderBytes = 12;

    /// <summary>The longest payload that the back-end reads, and a header.</summary>
    public const int LongestMessage = 4096 + HeaderBytes;
}
