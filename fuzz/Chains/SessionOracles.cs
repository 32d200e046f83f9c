using System.Buffers.Binary;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fuzz.Targets;

namespace CameraFabric.Fuzz.Chains;

/// <summary>
/// What must hold after every step of the device: it wrote only where a chain that it had, or an attached buffer, let it; it gave back only
/// chains that it had, each once, and claims no more bytes than there was room for.
/// </summary>
internal sealed class SessionOracles(GuestRam ram, GuestQueue[] queues)
{
    // Bytes that some ATTACH named: frames may come there until the end of the execution.
    private readonly bool[] _frames = new bool[GuestRam.Bytes];
    private readonly byte[] _message = new byte[4096];
    private bool _hasFrames;

    /// <summary>The guest let the device write over a used ring: then its entries say nothing any more.</summary>
    public bool IsBlind { get; private set; }

    public void Begin()
    {
        if (_hasFrames) Array.Clear(_frames);
        _hasFrames = IsBlind = false;
    }

    /// <summary>The device has taken a chain.</summary>
    public void Taken(GuestChain chain)
    {
        foreach (var piece in chain.Writable) BlindIfOverUsed(piece);
    }

    /// <summary>The device is about to look at a chain that it has just taken.</summary>
    public void NoteBuffers(GuestChain chain, int queue)
    {
        if (queue == CameraWire.ControlQueue) NoteBuffers(chain);
    }

    /// <summary>Before each step of the device: what it will find in commands that it holds may become an attached buffer.</summary>
    public void BeforeDevice()
    {
        foreach (var queue in queues) queue.RestoreUsedIndex();
        foreach (var chain in queues[CameraWire.ControlQueue].Held) NoteBuffers(chain);
    }

    /// <summary>After each step of the device.</summary>
    /// <exception cref="FindingException">It did what it must not.</exception>
    public void AfterDevice(string step, Observations seen)
    {
        var wrong = ram.Settle(MayWrite);
        if (wrong >= 0)
        {
            var now = ram.Now[wrong];
            throw new FindingException(
                $"{step}: the device wrote 0x{now:x2} at 0x{wrong:x} (guest 0x{GuestRam.AddressOf(wrong):x}), which nothing let it write");
        }

        foreach (var queue in queues) Reap(queue, step, seen);
    }

    private void Reap(GuestQueue queue, string step, Observations seen)
    {
        while (!IsBlind && queue.TryReap(out var head, out var written))
        {
            var at = queue.Held.FindIndex(chain => chain.Head == head);
            if (at < 0) throw new FindingException($"{step}: queue {queue.Index} gives back chain {head}, which the device does not have");
            var chain = queue.Held[at];
            if (written > (uint)chain.WritableBytes)
            {
                throw new FindingException(
                    $"{step}: queue {queue.Index} says {written} bytes for chain {head}, which has room for {chain.WritableBytes}");
            }

            queue.Held.RemoveAt(at);
            Look(queue.Index, chain, written, seen);
            queue.Recycle(chain);
        }
    }

    private void Look(int queue, GuestChain chain, uint written, Observations seen)
    {
        Span<byte> answer = stackalloc byte[64];
        answer.Clear();
        var length = chain.ReadAnswer(ram.Now, answer);
        var status = length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(answer) : 0xffff;
        if (queue == CameraWire.EventQueue)
        {
            seen.See(20, BinaryPrimitives.ReadUInt16LittleEndian(answer), BinaryPrimitives.ReadUInt32LittleEndian(answer[40..]));
            return;
        }

        Span<byte> header = stackalloc byte[16];
        header.Clear();
        chain.Read(ram.Now, header);
        seen.See(21 + queue, status & 0xff, BinaryPrimitives.ReadUInt16LittleEndian(header) & 0xffu, written == 0 ? 1u : 0);
        if (queue == CameraWire.RequestQueue) seen.See(24, BinaryPrimitives.ReadUInt32LittleEndian(answer[48..]) & 0xff);
    }

    // How far from here the device may write; the place itself if not at all.
    private int MayWrite(int place)
    {
        var end = place;
        foreach (var queue in queues)
        {
            end = Reach(queue.UsedArea, place, end);
            foreach (var chain in queue.Held)
            {
                foreach (var piece in chain.Writable) end = Reach(piece, place, end);
            }
        }

        if (end > place || !_frames[place]) return end;
        while (end < GuestRam.Bytes && _frames[end]) end++;
        return end;
    }

    private static int Reach(Piece piece, int place, int end) =>
        place >= piece.Place && place < piece.End ? Math.Max(end, piece.End) : end;

    private void NoteBuffers(GuestChain chain)
    {
        var length = chain.Read(ram.Now, _message);
        if (length < CommandHeader.Bytes + AttachBufferCommand.Bytes + MemoryEntry.Bytes) return;
        var message = _message.AsSpan(0, length);
        if (CameraWire.Read<CommandHeader>(message).Type != CameraCommand.AttachBuffer) return;
        for (var rest = message[(CommandHeader.Bytes + AttachBufferCommand.Bytes)..]; rest.Length >= MemoryEntry.Bytes;
            rest = rest[MemoryEntry.Bytes..])
        {
            var entry = CameraWire.Read<MemoryEntry>(rest);
            if (!GuestRam.TryPlace(entry.Address, out var place, out var left) || entry.Length > (uint)left) continue;
            var piece = new Piece(place, (int)entry.Length);
            _frames.AsSpan(piece.Place, piece.Length).Fill(true);
            _hasFrames = true;
            BlindIfOverUsed(piece);
        }
    }

    private void BlindIfOverUsed(Piece piece)
    {
        foreach (var queue in queues)
        {
            var used = queue.UsedArea;
            if (piece.Place < used.End && used.Place < piece.End) IsBlind = true;
        }
    }
}
