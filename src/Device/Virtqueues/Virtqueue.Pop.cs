using System.Diagnostics.CodeAnalysis;
using CameraFabric.Platform;

namespace CameraFabric.Device.Virtqueues;

public sealed partial class Virtqueue
{
    // A buffer may cross from one memory region into the next; so there can be a few more pieces than descriptors.
    private const int PiecesBeyondSize = 64;

    /// <summary>
    /// Takes the next chain that the driver made available. One thread at a time. Pop until null: only an empty ring asks the driver for
    /// its next kick.
    /// </summary>
    /// <returns>
    /// Null if there is none (then kicks are wanted again, and the ring was looked at once more after saying so), or the queue is stopped
    /// or broken.
    /// </returns>
    /// <exception cref="VirtqueueException">The driver broke the rules; the queue is broken from now on.</exception>
    public DescriptorChain? TryPop()
    {
        lock (_gate)
        {
            if (_state != State.Running || _broken is not null) return null;
            if (_recovered < _recoverable.Length) return Recovered();
            var waiting = (ushort)(_ring.AvailableIndex - _nextAvailable);
            if (waiting == 0)
            {
                AskForKick();
                waiting = (ushort)(_ring.AvailableIndex - _nextAvailable);
                if (waiting == 0) return null;
            }

            if (waiting > Size)
            {
                Violated(
                    $"the available index jumped to {(ushort)(_nextAvailable + waiting)}, {waiting} beyond {_nextAvailable}; "
                    + $"a driver can be at most {Size} ahead");
            }

            DeclineKicks();
            var head = _ring.AvailableEntry(_nextAvailable);
            if (head >= Size) Violated($"entry {_nextAvailable} of the available ring names descriptor {head}; there are {Size}");
            if (_chains[head] is { IsHeld: true })
            {
                Violated($"entry {_nextAvailable} of the available ring names descriptor {head}, whose chain the device still holds");
            }

            if (Hold(head, _nextAvailable, wasInFlight: false) is not { } chain) return null;
            _inflight?.Taken(head);
            _nextAvailable++;
            return chain;
        }
    }

    /// <summary>
    /// The next chain that was in flight when an earlier life ended; noted as such already. They come before any other, so none of their
    /// heads is held.
    /// </summary>
    private DescriptorChain? Recovered()
    {
        var position = (ushort)(Base - _recoverable.Length + _recovered);
        var chain = Hold(_recoverable[_recovered], position, wasInFlight: true);
        if (chain is not null) _recovered++;
        return chain;
    }

    private DescriptorChain? Hold(ushort head, ushort position, bool wasInFlight)
    {
        var chain = _chains[head] ??= new DescriptorChain(this, head);
        chain.Begin(wasInFlight);
        ReadChain(chain);
        if (!_memory.TryEnter()) return null; // cannot happen while this queue holds the table itself
        chain.Hold(_memory, position);
        _held++;
        return chain;
    }

    /// <summary>
    /// Says that a kick is wanted for the next chain. The fence orders this before the second look at the driver's index: either
    /// the driver sees the wish and kicks, or we see its chain.
    /// </summary>
    private void AskForKick()
    {
        if (_eventIndex) _ring.SetAvailableEvent(_nextAvailable);
        else _ring.SetUsedFlags(0);
        _kicksOff = false;
        MappedMemory.FullFence();
    }

    private void DeclineKicks()
    {
        // With event indexes the old wish simply lies behind the driver's index and draws no more kicks.
        if (_kicksOff || _eventIndex) return;
        _ring.SetUsedFlags(SplitRingLayout.NoNotify);
        _kicksOff = true;
    }

    private void ReadChain(DescriptorChain chain)
    {
        int index = chain.Head;
        for (var count = 1; ; count++)
        {
            if (count > Size)
            {
                Violated($"the chain of descriptor {chain.Head} has more than {Size} descriptors: it loops, or is longer than the queue");
            }
            var descriptor = _ring.Descriptor(index);
            var goesOn = (descriptor.Flags & DescriptorFlags.Next) != 0;
            if ((descriptor.Flags & DescriptorFlags.Indirect) != 0)
            {
                if ((Features & VirtioFeatures.IndirectDescriptors) == 0)
                {
                    Violated($"descriptor {index} is indirect, which was not negotiated");
                }
                if (goesOn)
                {
                    Violated($"descriptor {index} is indirect and has a next one; an indirect one is the last of its chain (2.7.5.3.1)");
                }
                ReadIndirect(chain, index, descriptor, count - 1);
                return;
            }

            AddBuffer(chain, descriptor, index, null);
            if (!goesOn) return;
            if (descriptor.Next >= Size) Violated($"descriptor {index} goes on at {descriptor.Next}; there are {Size}");
            index = descriptor.Next;
        }
    }

    private void ReadIndirect(DescriptorChain chain, int owner, in Descriptor indirect, int before)
    {
        if (indirect.Length == 0 || indirect.Length % SplitRingLayout.DescriptorBytes != 0)
        {
            Violated(
                $"descriptor {owner} refers to an indirect table of {indirect.Length} bytes; "
                + $"a table has one or more descriptors of {SplitRingLayout.DescriptorBytes}");
        }

        if (!_memory.TryTranslate(indirect.Address, indirect.Length, out var table, out var error))
        {
            Violated($"the indirect table of descriptor {owner}: {error}");
        }

        var entries = table.Length / SplitRingLayout.DescriptorBytes;
        var index = 0;
        for (var count = before + 1; ; count++)
        {
            if (count > Size || count - before > entries)
            {
                Violated(
                    $"the chain in the indirect table of descriptor {owner} has more than {Math.Min(Size - before, entries)} descriptors: "
                    + "it loops, or is longer than the queue");
            }

            var descriptor = SplitRing.ReadDescriptor(table, index);
            if ((descriptor.Flags & DescriptorFlags.Indirect) != 0)
            {
                Violated($"entry {index} of the indirect table of descriptor {owner} is indirect itself; tables do not nest (2.7.5.3.1)");
            }
            AddBuffer(chain, descriptor, index, owner);
            if ((descriptor.Flags & DescriptorFlags.Next) == 0) return;
            if (descriptor.Next >= entries)
            {
                Violated(
                    $"entry {index} of the indirect table of descriptor {owner} goes on at {descriptor.Next}; the table has {entries}");
            }
            index = descriptor.Next;
        }
    }

    private void AddBuffer(DescriptorChain chain, in Descriptor descriptor, int index, int? table)
    {
        var isWritable = (descriptor.Flags & DescriptorFlags.Write) != 0;
        if (descriptor.Length == 0) Violated($"{Name(index, table)} has length 0; a buffer has at least one byte");
        if (!isWritable && chain.WritableBytes > 0)
        {
            Violated($"{Name(index, table)} is to be read but follows one to be written; readable buffers come first (2.7.4.2)");
        }
        var total = (ulong)chain.ReadableBytes + (ulong)chain.WritableBytes + descriptor.Length;
        if (total > int.MaxValue)
        {
            Violated($"with {Name(index, table)} the chain has {total} bytes; at most {int.MaxValue} are taken");
        }

        if (descriptor.Length - 1 > ulong.MaxValue - descriptor.Address)
        {
            Violated($"{Name(index, table)}: 0x{descriptor.Address:x}+0x{descriptor.Length:x} wraps around 2^64");
        }
        var address = descriptor.Address;
        var left = (int)descriptor.Length;
        while (left > 0)
        {
            if (chain.Pieces == Size + PiecesBeyondSize)
            {
                Violated($"with {Name(index, table)} the chain is scattered over more than {Size + PiecesBeyondSize} pieces of memory");
            }
            if (!_memory.TryTranslatePrefix(address, left, out var piece))
            {
                _memory.TryTranslate(address, (ulong)left, out _, out var error);
                Violated($"{Name(index, table)}, 0x{descriptor.Address:x}+0x{descriptor.Length:x}: {error}");
            }

            chain.Add(piece, isWritable);
            address += (ulong)piece.Length;
            left -= piece.Length;
        }
    }

    private static string Name(int index, int? table) =>
        table is { } owner ? $"entry {index} of the indirect table of descriptor {owner}" : $"descriptor {index}";

    [DoesNotReturn]
    private void Violated(string what)
    {
        _broken = $"queue {Index}: {what}";
        throw new VirtqueueException(_broken);
    }
}
